import type { DataType } from '../graph/data-type.ts';
import { accept, sameType } from './accept.ts';
import { divideByPowerOfTwo, doublingHighMultiply, fixedPoint } from './arithmetic/fixed-point.ts';
import { elementPairs } from './element-pairs.ts';
import type { Kernel, Node } from './kernel.ts';
import { input, output, refuse } from './refuse.ts';
import type { Value } from './values.ts';

type Element = number | bigint;

export const equal = comparing((a, b) => a === b, 'bool');
export const notEqual = comparing((a, b) => a !== b, 'bool');
export const greater = comparing((a, b) => a > b);
export const greaterEqual = comparing((a, b) => a >= b);
export const less = comparing((a, b) => a < b);
export const lessEqual = comparing((a, b) => a <= b);

/** A comparison kernel; int8 operands are compared as the real numbers that they stand for, rounded to fixed point. */
function comparing(holds: (a: Element, b: Element) => boolean, ...further: readonly DataType[]): Kernel {
  return (node) => {
    const first = input(node, 0);
    const second = input(node, 1);
    const to = output(node);
    accept(node, first, 'float32', 'int32', 'int64', 'int8', ...further);
    accept(node, to, 'bool');
    sameType(node, first, second);
    if (first.dtype !== 'int8') return elementPairs<Element, number>(node, (a, b) => Number(holds(a, b)));
    const realA = realNumber(node, first);
    const realB = realNumber(node, second);
    return elementPairs<number, number>(node, (a, b) => Number(holds(realA(a), realB(b))));
  };
}

/** An int8 element as `(element - zeroPoint) * 2^8 * scale`, in the arithmetic of TensorFlow Lite's ComparisonWithScaling. */
function realNumber(node: Node, value: Value): (element: number) => number {
  const { multiplier, shift } = fixedPoint(value.scale);
  if (value.scale <= 0 || shift > 0) {
    refuse(node, `the scale ${value.scale} of "${value.name}" is not between 0 and 1, where the device stops`);
  }
  const table = Int32Array.from({ length: 256 }, (_, index) =>
    divideByPowerOfTwo(doublingHighMultiply((index - 128 - value.zeroPoint) * 256, multiplier), -shift),
  );
  return (element) => table[element + 128] as number;
}
