import type { Tensor } from '../../../graph/graph.ts';

/** Bytes of scale and bias for each output channel. */
const scaleBytes = 10;

/** What the NPU reads of an operation's weights. */
export interface EncodedWeights {
  readonly weightBytes: number;
  readonly scaleBytes: number;
}

/**
 * Size of an operation's weights after Vela's coding, estimated: weights as ranks of how often their value comes, in Golomb-Rice codes of the best width,
 * zeros in runs of their own where that is shorter; ten bytes a channel for its bias and scale. Constant and of 8 bits, else as they are.
 */
export function encodedWeights(weights: Tensor, channels: number, paddedElements: number): EncodedWeights {
  const bytes = weights.data ?? new Uint8Array();
  const counts = new Float64Array(256);
  const zero = (weights.quantization?.zeroPoint[0] ?? 0) & 255;
  for (const value of bytes) counts[value] = (counts[value] ?? 0) + 1;
  counts[zero] = (counts[zero] ?? 0) + Math.max(0, paddedElements - bytes.length);
  const total = bytes.length + Math.max(0, paddedElements - bytes.length);
  const zeros = counts[zero] ?? 0;
  const ranked = (of: readonly number[]): number => {
    const sorted = [...of].sort((a, b) => b - a);
    let best = Number.POSITIVE_INFINITY;
    for (let width = 0; width <= 6; width += 1) {
      const bits = sorted.reduce((sum, count, rank) => sum + count * ((rank >> width) + 1 + width), 0);
      best = Math.min(best, bits);
    }
    return best;
  };
  const plain = ranked([...counts]);
  const others = total - zeros;
  const runs = ranked([...counts].map((count, value) => (value === zero ? 0 : count))) + runBits(zeros, others);
  const bits = Math.min(plain, runs, total * 8);
  return { weightBytes: Math.ceil(bits / 8 / 16) * 16, scaleBytes: Math.ceil((channels * scaleBytes) / 16) * 16 };
}

/** Bits of the lengths of zero runs between other weights, for runs of geometric length. */
function runBits(zeros: number, others: number): number {
  const mean = zeros / Math.max(1, others);
  let best = Number.POSITIVE_INFINITY;
  for (let width = 0; width <= 5; width += 1) best = Math.min(best, (others + 1) * (1 + width + mean / 2 ** width));
  return best;
}
