import { floatAttribute } from '../graph/access.ts';
import { expOfNegative, reciprocalOfOnePlus } from './arithmetic/exponential.ts';
import type { FixedPoint } from './arithmetic/fixed-point.ts';
import { divideByPowerOfTwo, doublingHighMultiply, fixedPoint, requantize } from './arithmetic/fixed-point.ts';
import { int16Table, interpolate } from './arithmetic/lookup.ts';
import type { Kernel, Node } from './kernel.ts';
import { input, output, refuse, refuseTypes } from './refuse.ts';
import type { Value } from './values.ts';

/** SOFTMAX over the last axis: int8 to int8 or int16, int16, float. */
export const softmax: Kernel = (node) => {
  const logits = input(node, 0);
  const result = output(node);
  const from = logits.values;
  const to = result.values;
  const depth = logits.shape.at(-1) ?? 1;
  const beta = floatAttribute(node.operator, 'beta', 0);
  if (from instanceof Float32Array && to instanceof Float32Array) return () => softmaxFloat(from, to, depth, beta);
  if (from instanceof Int8Array && (to instanceof Int8Array || to instanceof Int16Array)) {
    requireOutput(node, result, to instanceof Int8Array ? -128 : -32768, to instanceof Int8Array ? 256 : 65536);
    // Differences become Q5; those whose exponential is nothing beside 1 are left out (`PreprocessSoftmaxScaling`, `CalculateInputRadius`).
    const scaling = fixedPoint(Math.min(beta * logits.scale * 2 ** 26, 2 ** 31 - 1));
    const least = -Math.floor((31 * 2 ** 26) / 2 ** scaling.shift);
    return () => softmaxInt8(from, to, depth, scaling, least);
  }
  if (from instanceof Int16Array && to instanceof Int16Array) {
    if (logits.zeroPoint !== 0) refuse(node, 'the zero point of an int16 softmax has to be 0');
    requireOutput(node, result, 0, 32768);
    // Differences are scaled so that 16 bits reach from exp(-10) to exp(0).
    const scaling = fixedPoint((logits.scale * beta) / (10 / 65535));
    const f = Math.fround;
    const exponential = int16Table(f(f(10) / 65535), 32767, f(f(2) / 65535), 0, (value) => Math.exp(value));
    const reciprocal = int16Table(f(f(1) / 65535), -32768, f(f(2) / 65535), 0, (value) => f(1 / f(1 + value)));
    return () => softmaxInt16(from, to, depth, scaling, exponential, reciprocal);
  }
  return refuseTypes(node, logits.dtype, result.dtype);
};

/** The output's quantisation is fixed: a scale of 1/steps, exact for int8 and within a thousandth for int16. */
function requireOutput(node: Node, result: Value, zeroPoint: number, steps: number): void {
  const tolerance = result.dtype === 'int8' ? 0 : 0.001;
  if (result.zeroPoint !== zeroPoint || Math.abs(result.scale * steps - 1) > tolerance) {
    refuse(node, `a softmax to ${result.dtype} needs the scale 1/${steps} and the zero point ${zeroPoint}`);
  }
}

function softmaxFloat(from: Float32Array, to: Float32Array, depth: number, beta: number): void {
  for (let start = 0; start < from.length; start += depth) {
    let most = Number.NEGATIVE_INFINITY;
    for (let index = start; index < start + depth; index++) most = Math.max(most, from[index] as number);
    let sum = 0;
    for (let index = start; index < start + depth; index++) {
      const power = Math.fround(Math.exp(Math.fround(Math.fround((from[index] as number) - most) * beta)));
      to[index] = power;
      sum = Math.fround(sum + power);
    }
    for (let index = start; index < start + depth; index++) to[index] = (to[index] as number) / sum;
  }
}

/** Exponentials in Q0, their sum in Q12, its reciprocal by Newton's method (CMSIS-NN, arm_nn_softmax_common_s8). */
function softmaxInt8(
  from: Int8Array,
  to: Int8Array | Int16Array,
  depth: number,
  { multiplier, shift }: FixedPoint,
  least: number,
): void {
  const bits = to instanceof Int8Array ? 8 : 16;
  const floor = -(2 ** (bits - 1));
  const ceiling = 2 ** (bits - 1) - 1;
  const power = (difference: number) => expOfNegative(doublingHighMultiply(difference << shift, multiplier), 5);
  for (let start = 0; start < from.length; start += depth) {
    let most = -128;
    for (let index = start; index < start + depth; index++) most = Math.max(most, from[index] as number);
    let sum = 0;
    for (let index = start; index < start + depth; index++) {
      const difference = (from[index] as number) - most;
      if (difference >= least) sum = (sum + divideByPowerOfTwo(power(difference), 12)) | 0;
    }
    const headroom = Math.clz32(sum);
    const reciprocal = reciprocalOfOnePlus(((sum > 0 ? sum << headroom : 0) - 2 ** 31) | 0);
    const right = 12 - headroom + 31 - bits;
    for (let index = start; index < start + depth; index++) {
      const difference = (from[index] as number) - most;
      if (difference < least) to[index] = floor;
      else {
        const share = divideByPowerOfTwo(doublingHighMultiply(reciprocal, power(difference)), right) + floor;
        to[index] = share > ceiling ? ceiling : share < floor ? floor : share;
      }
    }
  }
}

/** Exponentials and the reciprocal of their sum by interpolation in tables (CMSIS-NN, arm_softmax_s16). */
function softmaxInt16(
  from: Int16Array,
  to: Int16Array,
  depth: number,
  { multiplier, shift }: FixedPoint,
  exponential: Int16Array,
  reciprocal: Int16Array,
): void {
  const to16 = (value: number) => (value << 16) >> 16;
  for (let start = 0; start < from.length; start += depth) {
    let most = -32768;
    for (let index = start; index < start + depth; index++) most = Math.max(most, from[index] as number);
    let sum = 0;
    for (let index = start; index < start + depth; index++) {
      const difference = requantize((from[index] as number) - most, multiplier, shift) + 32767;
      to[index] = interpolate(exponential, Math.min(32767, Math.max(-32768, difference)));
      sum = (sum + (to[index] as number)) | 0;
    }
    const headroom = Math.clz32(sum);
    const shifted = ((sum << (headroom - 1)) + (1 << 13)) >> 14;
    // The table starts at 1/(1 + 0), and its input is symmetric about 0: 65536 and 32768 are taken off.
    const inverse = to16(interpolate(reciprocal, to16(shifted - 98304)));
    for (let index = start; index < start + depth; index++) {
      to[index] = ((((to[index] as number) * inverse) >> (30 - headroom)) + 1) >> 1;
    }
  }
}
