import { accept, rankWithin, sameShape, sameType } from './accept.ts';
import { clamp } from './arithmetic/activation.ts';
import { expOfNegative } from './arithmetic/exponential.ts';
import type { FixedPoint } from './arithmetic/fixed-point.ts';
import { divideByPowerOfTwo, fixedPoint, requantize } from './arithmetic/fixed-point.ts';
import { logOfAtLeastOne } from './arithmetic/logarithm.ts';
import type { Kernel } from './kernel.ts';
import { float32, input, int8, output, refuse } from './refuse.ts';

/** LOG_SOFTMAX along the last axis. */
export const logSoftmax: Kernel = (node) => {
  const from = input(node, 0);
  const to = output(node);
  accept(node, from, 'float32', 'int8');
  sameType(node, from, to);
  rankWithin(node, from, 1, 8);
  if (!sameShape(from.shape, to.shape)) refuse(node, 'input and output differ in shape');
  const depth = from.shape.at(-1) ?? 1;
  if (from.dtype === 'float32') {
    const source = float32(node, from);
    const target = float32(node, to);
    return () => logSoftmaxReal(source, target, depth);
  }
  if (to.scale !== 1 / 16 || to.zeroPoint !== 127) {
    refuse(node, 'the int8 output needs the scale 1/16 and the zero point 127');
  }
  // Differences from the greatest element become Q5.
  const inward = fixedPoint(Math.min(from.scale * 2 ** 26, 2 ** 31 - 1));
  const outward = fixedPoint(2 ** (31 - inward.shift) / inward.multiplier);
  const least = -Math.floor((31 * 2 ** 26) / 2 ** inward.shift);
  const source = int8(node, from);
  const target = int8(node, to);
  return () => logSoftmaxQuantized(source, target, depth, inward, outward, least);
};

function logSoftmaxReal(from: Float32Array, to: Float32Array, depth: number): void {
  const f = Math.fround;
  for (let start = 0; start < to.length; start += depth) {
    const row = from.subarray(start, start + depth);
    const greatest = row.reduce((most, value) => Math.max(most, value), -3.4028234663852886e38);
    const sum = row.reduce((total, value) => f(total + f(Math.exp(f(value - greatest)))), 0);
    const logarithm = f(Math.log(sum));
    row.forEach((value, index) => {
      to[start + index] = f(value - greatest) - logarithm;
    });
  }
}

function logSoftmaxQuantized(
  from: Int8Array,
  to: Int8Array,
  depth: number,
  inward: FixedPoint,
  outward: FixedPoint,
  least: number,
): void {
  for (let start = 0; start < to.length; start += depth) {
    const row = from.subarray(start, start + depth);
    const greatest = row.reduce((most, value) => Math.max(most, value), -128);
    let sum = 0;
    for (const value of row) {
      if (value - greatest < least) continue;
      const difference = requantize(value - greatest, inward.multiplier, inward.shift);
      // From Q0 to Q12.
      sum = (sum + divideByPowerOfTwo(expOfNegative(difference, 5), 12)) | 0;
    }
    const logarithm = logOfAtLeastOne(sum, 12, 5);
    const lowest = Math.max(least - 1, requantize((logarithm - 2147483648) | 0, outward.multiplier, outward.shift));
    row.forEach((value, index) => {
      const difference = value - greatest;
      const scaled = (requantize(difference, inward.multiplier, inward.shift) - logarithm) | 0;
      to[start + index] = difference > lowest ? clamp(divideByPowerOfTwo(scaled, 22) + 127, -128, 127) : -128;
    });
  }
}
