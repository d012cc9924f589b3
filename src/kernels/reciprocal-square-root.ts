import { accept, sameType } from './accept.ts';
import { clamp } from './arithmetic/activation.ts';
import { fixedPoint, requantize } from './arithmetic/fixed-point.ts';
import { inverseSquareRoot } from './arithmetic/reciprocal.ts';
import type { Kernel, Node } from './kernel.ts';
import { float32, input, int8, output, refuse } from './refuse.ts';
import type { Value } from './values.ts';

/** RSQRT: 1/√x. In int8 it stops at negative numbers, and 0 gives the greatest output. */
export const reciprocalSquareRoot: Kernel = (node) => {
  const from = input(node, 0);
  const to = output(node);
  accept(node, from, 'float32', 'int8');
  sameType(node, from, to);
  if (from.dtype === 'int8') return quantized(node, from, to);
  const source = float32(node, from);
  const target = float32(node, to);
  return () => {
    for (let index = 0; index < target.length; index += 1) {
      target[index] = 1 / Math.fround(Math.sqrt(source[index] as number));
    }
  };
};

function quantized(node: Node, from: Value, to: Value): () => void {
  const source = int8(node, from);
  const target = int8(node, to);
  const { multiplier, shift } = fixedPoint(1 / Math.fround(Math.fround(Math.sqrt(from.scale)) * to.scale));
  // Keeps the root of an integer an integer (RsqrtEvalQuantized).
  const headroom = 20;
  const table = Int8Array.from({ length: 256 }, (_, index) => {
    const value = index - 128 - from.zeroPoint;
    if (value <= 0) return 127;
    const root = inverseSquareRoot(value);
    const scaled = requantize(1, root.multiplier, root.shift + headroom);
    return clamp(requantize(scaled, multiplier, shift - headroom) + to.zeroPoint, -128, 127);
  });
  return () => {
    for (let index = 0; index < target.length; index += 1) {
      const value = source[index] as number;
      if (value < from.zeroPoint) refuse(node, 'the square root of a negative number');
      target[index] = table[value + 128] as number;
    }
  };
}
