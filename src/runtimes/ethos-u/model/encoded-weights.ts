import type { Tensor } from '../../../graph/graph.ts';

/** Bytes of scale and bias for each output channel. */
const scaleBytes = 10;

/** What the NPU reads of an operation's weights. */
export interface EncodedWeights {
  readonly weightBytes: number;
  readonly scaleBytes: number;
}

/**
 * Size of an operation's weights after Vela's coding, from how often each value comes (`mlw_encode` of ethos-u-vela): the values that come most often as places in a palette, the others by
 * magnitude, both in Golomb-Rice codes or, where all are in the palette, in as many bits as their number takes; zeros in runs of their own where they are by far the most.
 * Ten bytes a channel for its bias and scale. Constant and of 8 bits, else as they are.
 */
export function encodedWeights(weights: Tensor, channels: number, paddedElements: number): EncodedWeights {
  const bytes = weights.data ?? new Uint8Array();
  const isSigned = weights.dtype !== 'uint8';
  const zeroPoint = weights.quantization?.zeroPoint[0] ?? 0;
  const counts = new Map<number, number>();
  const add = (value: number, count: number) => counts.set(value, (counts.get(value) ?? 0) + count);
  for (const byte of bytes) add((isSigned ? (byte << 24) >> 24 : byte) - zeroPoint, 1);
  const total = Math.max(bytes.length, paddedElements);
  if (total > bytes.length) add(0, total - bytes.length);
  const zeros = counts.get(0) ?? 0;
  const others = new Map([...counts].filter(([value]) => value !== 0));
  const bits = comeInRuns(zeros, total, others) ? valueBits(others) + runBits(zeros, total - zeros) : valueBits(counts);
  return {
    weightBytes: Math.ceil(Math.min(bits, total * 9) / 8 / 16) * 16,
    scaleBytes: Math.ceil((channels * scaleBytes) / 16) * 16,
  };
}

/** Zeros get runs when they are more than five times as many as what comes second, and half of them stand beside another; here, were they anywhere. */
function comeInRuns(zeros: number, total: number, others: ReadonlyMap<number, number>): boolean {
  const second = Math.max(0, ...others.values());
  const beside = 1 - (1 - zeros / Math.max(1, total)) ** 2;
  return zeros > 5 * second && beside >= 0.5;
}

const paletteSize = 32;
/** Of the palette, for a stream: how many values it has, how wide they are, and where magnitudes start. */
const paletteHeaderBits = 13;

/** Bits of values in the best code for all of them. */
function valueBits(counts: ReadonlyMap<number, number>): number {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const all = sorted.reduce((sum, [, count]) => sum + count, 0);
  const first = sorted.slice(0, paletteSize);
  const inPalette = first.reduce((sum, [, count]) => sum + count, 0);
  // A palette that holds less than half of the weights is not used.
  const palette = inPalette >= all / 2 ? first : [];
  const magnitudes = sorted.map(([value]) => magnitudeIndex(value));
  const widest = bitsFor(Math.max(0, ...(palette.length > 0 ? magnitudes.slice(0, palette.length) : magnitudes)) + 1);
  const start = palette.length - Math.min(31, ...magnitudes);
  const indices = sorted.map(
    ([value, count], rank) => [rank < palette.length ? rank : start + magnitudeIndex(value), count] as const,
  );
  const plainBits =
    palette.length === sorted.length ? bitsFor(palette.length) : palette.length === 0 ? widest : undefined;
  const codes = [
    ...[0, 1, 2, 3, 4, 5].flatMap((width) => [golombBits(indices, width, 31), truncatedBits(indices, width)]),
    ...(plainBits === undefined ? [] : [all * plainBits]),
  ];
  return Math.min(...codes) + paletteHeaderBits + palette.length * widest;
}

/** 0, 1, -1, 2, -2 … as 0, 2, 3, 4, 5 … */
const magnitudeIndex = (value: number): number => 2 * Math.abs(value) + (value < 0 ? 1 : 0);

const bitsFor = (count: number): number => Math.ceil(Math.log2(Math.max(2, count)));

type Indices = readonly (readonly [index: number, count: number])[];

function golombBits(indices: Indices, width: number, mostUnary: number): number {
  return indices.reduce((sum, [index, count]) => {
    const unary = index >> width;
    return unary > mostUnary ? Number.POSITIVE_INFINITY : sum + count * (unary + 1 + width);
  }, 0);
}

/** Unary parts up to 2, the last without its end. */
function truncatedBits(indices: Indices, width: number): number {
  return indices.reduce((sum, [index, count]) => {
    const unary = index >> width;
    return unary > 2 ? Number.POSITIVE_INFINITY : sum + count * (Math.min(unary + 1, 2) + width);
  }, 0);
}

/** Bits of the lengths of zero runs between other weights, a run before each and one behind, for zeros that stand anywhere: lengths are geometric. */
function runBits(zeros: number, others: number): number {
  const share = zeros / Math.max(1, zeros + others);
  const costs = [0, 1, 2, 3].map((width) => {
    const step = share ** (2 ** width);
    return 1 + width + step / Math.max(1e-9, 1 - step);
  });
  return (others + 1) * Math.min(...costs);
}
