import type { Range } from './arithmetic/activation.ts';
import { floatActivation, integerActivation, quantizedActivation } from './arithmetic/activation.ts';
import type { FixedPoint } from './arithmetic/fixed-point.ts';
import { fixedPoint, requantize } from './arithmetic/fixed-point.ts';
import type { Kernel } from './kernel.ts';
import type { Operands } from './operands.ts';
import { operandsOf } from './operands.ts';
import { refuse, refuseTypes } from './refuse.ts';

/** MUL in int8, int16, int32 and float. */
export const multiply: Kernel = (node) => {
  const operands = operandsOf(node);
  const { first, second, result } = operands;
  const a = first.values;
  const b = second.values;
  const to = result.values;
  if (a instanceof Float32Array && b instanceof Float32Array && to instanceof Float32Array) {
    const range = floatActivation(node.operator);
    return () => multiplyFloat(a, b, to, operands, range);
  }
  if (a instanceof Int32Array && b instanceof Int32Array && to instanceof Int32Array) {
    const range = integerActivation(node.operator);
    return () => multiplyInteger(a, b, to, operands, range);
  }
  if (
    (a instanceof Int8Array && b instanceof Int8Array && to instanceof Int8Array) ||
    (a instanceof Int16Array && b instanceof Int16Array && to instanceof Int16Array)
  ) {
    if (result.dtype === 'int16' && (first.zeroPoint !== 0 || second.zeroPoint !== 0 || result.zeroPoint !== 0)) {
      refuse(node, 'the zero points of an int16 product have to be 0');
    }
    const factor = fixedPoint((first.scale * second.scale) / result.scale);
    const range = quantizedActivation(node.operator, result);
    return () => multiplyQuantized(a, b, to, operands, factor, range);
  }
  return refuseTypes(node, first.dtype, second.dtype, result.dtype);
};

type Quantized = Int8Array | Int16Array;

function multiplyQuantized(
  a: Quantized,
  b: Quantized,
  to: Quantized,
  { first, second, result, firstAt, secondAt }: Operands,
  { multiplier, shift }: FixedPoint,
  { min, max }: Range,
): void {
  for (let index = 0; index < to.length; index++) {
    const left = (a[firstAt === undefined ? index : (firstAt[index] as number)] as number) - first.zeroPoint;
    const right = (b[secondAt === undefined ? index : (secondAt[index] as number)] as number) - second.zeroPoint;
    const raw = requantize(Math.imul(left, right), multiplier, shift) + result.zeroPoint;
    to[index] = raw < min ? min : raw > max ? max : raw;
  }
}

function multiplyFloat(
  a: Float32Array,
  b: Float32Array,
  to: Float32Array,
  { firstAt, secondAt }: Operands,
  { min, max }: Range,
): void {
  for (let index = 0; index < to.length; index++) {
    const left = a[firstAt === undefined ? index : (firstAt[index] as number)] as number;
    const right = b[secondAt === undefined ? index : (secondAt[index] as number)] as number;
    const product = left * right;
    to[index] = product < min ? min : product > max ? max : product;
  }
}

function multiplyInteger(
  a: Int32Array,
  b: Int32Array,
  to: Int32Array,
  { firstAt, secondAt }: Operands,
  { min, max }: Range,
): void {
  for (let index = 0; index < to.length; index++) {
    const left = a[firstAt === undefined ? index : (firstAt[index] as number)] as number;
    const right = b[secondAt === undefined ? index : (secondAt[index] as number)] as number;
    const product = Math.imul(left, right);
    to[index] = product < min ? min : product > max ? max : product;
  }
}
