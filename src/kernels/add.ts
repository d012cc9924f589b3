import type { Range } from './arithmetic/activation.ts';
import { floatActivation, integerActivation, quantizedActivation, typeRange } from './arithmetic/activation.ts';
import type { FixedPoint } from './arithmetic/fixed-point.ts';
import { fixedPoint, requantize } from './arithmetic/fixed-point.ts';
import type { Kernel, Node } from './kernel.ts';
import type { Operands } from './operands.ts';
import { operandsOf } from './operands.ts';
import { refuse, refuseTypes } from './refuse.ts';

/** ADD in int8, int16, int32 and float. */
export const add: Kernel = (node) => addition(node, 1);

/** SUB in the same types: the second operand's sign is turned. */
export const subtract: Kernel = (node) => addition(node, -1);

function addition(node: Node, sign: 1 | -1): () => void {
  const operands = operandsOf(node);
  const { first, second, result } = operands;
  const a = first.values;
  const b = second.values;
  const to = result.values;
  if (a instanceof Float32Array && b instanceof Float32Array && to instanceof Float32Array) {
    const range = floatActivation(node.operator);
    return () => addReal(a, b, to, operands, sign, range);
  }
  if (a instanceof Int32Array && b instanceof Int32Array && to instanceof Int32Array) {
    // ADD of int32 takes no notice of a fused activation.
    const range = sign === 1 ? typeRange('int32') : integerActivation(node.operator);
    if (operands.first.scale !== 0 || operands.second.scale !== 0) refuse(node, 'quantised int32 is not supported');
    return () => addReal(a, b, to, operands, sign, range);
  }
  if (
    (a instanceof Int8Array && b instanceof Int8Array && to instanceof Int8Array) ||
    (a instanceof Int16Array && b instanceof Int16Array && to instanceof Int16Array)
  ) {
    if (
      sign === 1 &&
      result.dtype === 'int16' &&
      (first.zeroPoint !== 0 || second.zeroPoint !== 0 || result.zeroPoint !== 0)
    ) {
      refuse(node, 'the zero points of an int16 sum have to be 0');
    }
    const scaling = additionScaling(operands, quantizedActivation(node.operator, result), sign);
    return () => addQuantized(a, b, to, operands, scaling);
  }
  return refuseTypes(node, first.dtype, second.dtype, result.dtype);
}

/** Both operands are brought to twice the larger input scale, with `leftShift` bits of headroom, then to the output's scale. */
export interface AdditionScaling {
  readonly first: FixedPoint;
  readonly second: FixedPoint;
  readonly result: FixedPoint;
  readonly firstZero: number;
  readonly secondZero: number;
  readonly resultZero: number;
  readonly leftShift: number;
  readonly sign: 1 | -1;
  readonly range: Range;
}

/** The factors of a quantised addition (`sign` 1) or subtraction (-1). */
export function additionScaling({ first, second, result }: Operands, range: Range, sign: 1 | -1): AdditionScaling {
  const leftShift = result.dtype === 'int16' ? 15 : 20;
  const common = 2 * Math.max(first.scale, second.scale);
  // ADD divides scales in double precision, SUB in single.
  const rounded = sign === 1 ? (quotient: number) => quotient : Math.fround;
  return {
    first: fixedPoint(rounded(first.scale / common)),
    second: fixedPoint(rounded(second.scale / common)),
    result: fixedPoint(rounded(common / (2 ** leftShift * result.scale))),
    firstZero: first.zeroPoint,
    secondZero: second.zeroPoint,
    resultZero: result.zeroPoint,
    leftShift,
    sign,
    range,
  };
}

type Integers = Int8Array | Int16Array;

function addQuantized(a: Integers, b: Integers, to: Integers, at: Operands, scaling: AdditionScaling): void {
  const { firstAt, secondAt } = at;
  const { first, second, result, firstZero, secondZero, resultZero, leftShift, sign, range } = scaling;
  for (let index = 0; index < to.length; index++) {
    const left = (a[firstAt === undefined ? index : (firstAt[index] as number)] as number) - firstZero;
    const right = (b[secondAt === undefined ? index : (secondAt[index] as number)] as number) - secondZero;
    const sum =
      requantize(left << leftShift, first.multiplier, first.shift) +
      sign * requantize(right << leftShift, second.multiplier, second.shift);
    const raw = requantize(sum | 0, result.multiplier, result.shift) + resultZero;
    to[index] = raw < range.min ? range.min : raw > range.max ? range.max : raw;
  }
}

type Reals = Float32Array | Int32Array;

function addReal(a: Reals, b: Reals, to: Reals, at: Operands, sign: 1 | -1, range: Range): void {
  const { firstAt, secondAt } = at;
  const { min, max } = range;
  const wraps = to instanceof Int32Array;
  for (let index = 0; index < to.length; index++) {
    const left = a[firstAt === undefined ? index : (firstAt[index] as number)] as number;
    const right = b[secondAt === undefined ? index : (secondAt[index] as number)] as number;
    const exact = left + sign * right;
    const sum = wraps ? exact | 0 : exact;
    to[index] = sum < min ? min : sum > max ? max : sum;
  }
}
