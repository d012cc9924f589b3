import { accept } from './accept.ts';
import { clamp, typeRange } from './arithmetic/activation.ts';
import { divideByPowerOfTwo, doublingHighMultiply, fixedPoint, requantize } from './arithmetic/fixed-point.ts';
import { elementPairs } from './element-pairs.ts';
import type { Kernel } from './kernel.ts';
import { operandsOf } from './operands.ts';
import { refuse } from './refuse.ts';
import type { Value } from './values.ts';

/** SQUARED_DIFFERENCE. */
export const squaredDifference: Kernel = (node) => {
  const { first, second, result } = operandsOf(node);
  accept(node, result, 'float32', 'int32', 'int8', 'int16');
  if (result.dtype === 'float32') {
    return elementPairs<number, number>(node, (a, b) => {
      const difference = Math.fround(a - b);
      return difference * difference;
    });
  }
  if (result.dtype === 'int32') {
    return elementPairs<number, number>(node, (a, b) => Math.imul(a - b, a - b));
  }
  if (result.dtype === 'int16' && [first, second, result].some(({ zeroPoint }) => zeroPoint !== 0)) {
    refuse(node, 'an int16 tensor has a zero point that is not 0');
  }
  return elementPairs<number, number>(node, quantizedDifference(first, second, result));
};

/** Both operands at twice the larger input scale, with 7 bits of headroom in int8 and none in int16. */
function quantizedDifference(first: Value, second: Value, result: Value): (a: number, b: number) => number {
  const headroom = result.dtype === 'int8' ? 7 : 0;
  const common = 2 * Math.max(first.scale, second.scale);
  const scaled = ({ scale, zeroPoint }: Value) => {
    const { multiplier, shift } = fixedPoint(scale / common);
    return (value: number) =>
      divideByPowerOfTwo(doublingHighMultiply((value - zeroPoint) * 2 ** headroom, multiplier), -shift);
  };
  const [a, b] = [scaled(first), scaled(second)];
  const { multiplier, shift } = fixedPoint((common * common) / Math.fround(2 ** (2 * headroom) * result.scale));
  const { min, max } = typeRange(result.dtype);
  return (left, right) => {
    const difference = a(left) - b(right);
    return clamp(requantize(Math.imul(difference, difference), multiplier, shift) + result.zeroPoint, min, max);
  };
}
