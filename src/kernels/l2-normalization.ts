import { accept, rankWithin, sameType } from './accept.ts';
import { clamp } from './arithmetic/activation.ts';
import { requantize } from './arithmetic/fixed-point.ts';
import { inverseSquareRoot } from './arithmetic/reciprocal.ts';
import type { Kernel } from './kernel.ts';
import { float32, input, int8, output } from './refuse.ts';

/** L2_NORMALIZATION: each vector along the last axis divided by its length. The int8 output's scale is taken to be 1/128, its zero point 0. */
export const l2Normalization: Kernel = (node) => {
  const from = input(node, 0);
  const to = output(node);
  accept(node, to, 'float32', 'int8');
  sameType(node, from, to);
  rankWithin(node, from, 1, 4);
  const depth = from.shape.at(-1) ?? 1;
  if (to.dtype === 'float32') {
    const source = float32(node, from);
    const target = float32(node, to);
    return () => normalizeReal(source, target, depth);
  }
  const source = int8(node, from);
  const target = int8(node, to);
  return () => normalizeQuantized(source, target, depth, from.zeroPoint);
};

function normalizeReal(from: Float32Array, to: Float32Array, depth: number): void {
  const smallest = Math.fround(1e-6);
  for (let start = 0; start < to.length; start += depth) {
    let squares = 0;
    for (let index = start; index < start + depth; index += 1) {
      const value = from[index] as number;
      squares = Math.fround(squares + Math.fround(value * value));
    }
    const norm = Math.max(Math.fround(Math.sqrt(squares)), smallest);
    for (let index = start; index < start + depth; index += 1) to[index] = (from[index] as number) / norm;
  }
}

function normalizeQuantized(from: Int8Array, to: Int8Array, depth: number, zeroPoint: number): void {
  for (let start = 0; start < to.length; start += depth) {
    let squares = 0;
    for (let index = start; index < start + depth; index += 1) squares += ((from[index] as number) - zeroPoint) ** 2;
    const { multiplier, shift } = inverseSquareRoot(squares);
    for (let index = start; index < start + depth; index += 1) {
      to[index] = clamp(requantize((from[index] as number) - zeroPoint, multiplier, shift + 7), -128, 127);
    }
  }
}
