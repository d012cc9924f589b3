import { accept, sameType } from './accept.ts';
import type { Range } from './arithmetic/activation.ts';
import { clamp, floatActivation, quantizedActivation } from './arithmetic/activation.ts';
import { divideByPowerOfTwo, doublingHighMultiply, fixedPoint } from './arithmetic/fixed-point.ts';
import { reciprocal } from './arithmetic/reciprocal.ts';
import { elementPairs } from './element-pairs.ts';
import type { Kernel } from './kernel.ts';
import { operandsOf } from './operands.ts';
import { refuse } from './refuse.ts';
import type { Value } from './values.ts';

/** DIV. An int32 division by 0 gives 0, as Arm's instruction does. */
export const divide: Kernel = (node) => {
  const { first, second, result } = operandsOf(node);
  accept(node, result, 'float32', 'int32', 'int8');
  sameType(node, result, first, second);
  if (result.dtype === 'int8') {
    const quotient = quantizedQuotient(first, second, result, quantizedActivation(node.operator, result));
    return elementPairs<number, number>(
      node,
      (a, b) => quotient(a, b) ?? refuse(node, 'a quotient is not defined: a division by 0, or scales too far apart'),
    );
  }
  if (result.dtype === 'int32' && (first.quantization ?? second.quantization) !== undefined) {
    refuse(node, 'int32 inputs are quantised, which the device does not divide');
  }
  const { min, max } = floatActivation(node.operator);
  return result.dtype === 'float32'
    ? elementPairs<number, number>(node, (a, b) => clamp(a / b, min, max))
    : elementPairs<number, number>(node, (a, b) => clamp(b === 0 ? 0 : (a / b) | 0, min, max));
};

/** The quotient of two int8 elements by a fixed-point reciprocal (DivElementwise); `undefined` where the device defines none. */
function quantizedQuotient(first: Value, second: Value, result: Value, { min, max }: Range) {
  const factor = Math.fround(first.scale / Math.fround(second.scale * result.scale));
  const { multiplier, shift } = fixedPoint(factor);
  return (a: number, b: number): number | undefined => {
    const divisor = b - second.zeroPoint;
    if (divisor === 0) return undefined;
    const dividend = divisor < 0 ? first.zeroPoint - a : a - first.zeroPoint;
    const inverse = reciprocal(Math.abs(divisor), 31);
    // Redundant sign bits, by which the dividend is shifted to the left first.
    const headroom = Math.clz32(dividend < 0 ? ~dividend : dividend) - 1;
    const quotient = doublingHighMultiply(dividend << headroom, inverse.multiplier);
    const right = inverse.bitsOverUnit + headroom - shift;
    const raw = doublingHighMultiply(quotient, multiplier);
    // Shifts by more than 31, which a dividend of 0 needs already, are past what gemmlowp defines: without its assertions it gives 1 or -1.
    if (right < 0) return undefined;
    const scaled = right > 31 ? (raw < 0 ? -1 : 1) : divideByPowerOfTwo(raw, right);
    return clamp(result.zeroPoint + scaled, min, max);
  };
}
