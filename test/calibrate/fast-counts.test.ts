import { describe, expect, it } from 'vitest';
import { openFastCounts } from '../../src/calibrate/fast-counts.ts';
import { addExtent, addHistogram, addValues, newHistogram } from '../../src/calibrate/histogram.ts';
import { numbers } from '../quantize/small-network.ts';

const fast = openFastCounts();
if (fast === undefined) throw new Error('WebAssembly with SIMD cannot be had');

const next = numbers(5);
const random = (length: number, make: (value: number) => number): Float32Array =>
  Float32Array.from({ length }, () => make(next()));
const withSome = (values: Float32Array, some: number, every: number): Float32Array =>
  values.map((value, index) => (index % every === 3 ? some : value));

const cases: readonly (readonly [string, readonly Float32Array[]])[] = [
  ['few values', [random(7, (x) => x)]],
  ['a length that is no multiple of 4', [random(20_003, (x) => x)]],
  ['values after Relu', [random(30_000, (x) => Math.max(0, x))]],
  ['negative zeros', [random(5000, (x) => (x > 0 ? x : -0))]],
  ['nothing but zeros', [new Float32Array(5000), random(5000, (x) => x)]],
  ['ranges that grow', [random(9000, (x) => x / 1000), random(9000, (x) => x), random(9000, (x) => x * 1e6)]],
  ['a range far from 0', [random(9000, (x) => 1e6 + x)]],
  [
    'what is not finite',
    [
      withSome(
        random(30_000, (x) => x),
        Number.NaN,
        9001,
      ),
    ],
  ],
  [
    'infinities',
    [
      withSome(
        random(30_000, (x) => x),
        Number.NEGATIVE_INFINITY,
        5000,
      ),
    ],
  ],
  ['so many values that a part is counted', [random(65_536, (x) => x), random(100_003, (x) => Math.max(0, x))]],
  [
    'many values, some of them not finite',
    [
      withSome(
        random(80_000, (x) => x),
        Number.NaN,
        9001,
      ),
    ],
  ],
  ['many small values', [random(70_001, (x) => x * 1e-38)]],
  ['very small values', [random(9000, (x) => x * 1e-38)]],
  ['a value more often than its counters hold', Array.from({ length: 6 }, () => new Float32Array(60_000).fill(3))],
  ['NaN first', [random(9000, (x) => x).with(0, Number.NaN)]],
  ['NaN last', [random(9003, (x) => x).with(9002, Number.NaN)]],
  ['very large values', [random(9000, (x) => x * 3e38)]],
];

describe('counting in WebAssembly', () => {
  it.each(cases)('gives what plain counting gives: %s', (_, batches) => {
    const [plain, counted] = [newHistogram(), newHistogram()];
    for (const [sample, values] of batches.entries()) {
      addValues(plain, values, sample);
      fast.add(counted, values, sample);
    }
    fast.settle();
    expect(counted).toEqual(plain);
    const [extent, fastExtent] = [newHistogram(), newHistogram()];
    for (const values of batches) {
      addExtent(extent, values);
      fast.addExtent(fastExtent, values);
    }
    expect(fastExtent).toEqual(extent);
  });
});

describe('counting of many histograms in turn', () => {
  it('gives what plain counting gives, with and without counters of their own', () => {
    const several = openFastCounts();
    const histograms = Array.from({ length: 300 }, newHistogram);
    const plain = Array.from({ length: 300 }, newHistogram);
    // The second range holds the first; short arrays come between.
    for (const length of [2000, 100, 3000]) {
      for (const [index, histogram] of histograms.entries()) {
        const values = random(length, (x) => x * (length + index));
        several?.add(histogram, values);
        addValues(plain[index] ?? newHistogram(), values);
      }
      if (length === 100) several?.settle();
    }
    several?.settle();
    for (const index of [0, 1, 255, 256, 257, 299]) expect(histograms[index]).toEqual(plain[index]);
  });
});

describe('merging histograms', () => {
  it.each(cases)('gives what one would have counted: %s', (_, batches) => {
    const [whole, first, second] = [newHistogram(), newHistogram(), newHistogram()];
    for (const [index, values] of batches.entries()) {
      // What is counted of a large tensor depends on where it starts.
      const middle = values.length < 65_536 ? values.length >> 1 : values.length;
      addValues(whole, values);
      addValues(index % 2 === 0 ? first : second, values.subarray(0, middle));
      addValues(index % 2 === 0 ? second : first, values.subarray(middle));
    }
    addHistogram(first, second);
    expect(first).toEqual(whole);
  });
});
