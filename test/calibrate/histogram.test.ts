import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addValues, newHistogram } from '../../src/calibrate/histogram.ts';

const batches = fc.array(
  fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }), { maxLength: 20 }),
  { maxLength: 8 },
);

const histogramOf = (parts: readonly (readonly number[])[]) => {
  const histogram = newHistogram();
  for (const part of parts) addValues(histogram, Float32Array.from(part));
  return histogram;
};

describe('a streamed histogram', () => {
  it('counts every value once', () => {
    fc.assert(
      fc.property(batches, (parts) => {
        const histogram = histogramOf(parts);
        const counted = histogram.counts.reduce((sum, count) => sum + count, histogram.zeros);
        expect(counted).toBe(parts.flat().length);
      }),
    );
  });

  it('does not depend on how samples are ordered or cut into batches', () => {
    fc.assert(
      fc.property(batches, (parts) => {
        expect(histogramOf([...parts].reverse())).toEqual(histogramOf(parts));
        expect(histogramOf(parts.flat().map((value) => [value]))).toEqual(histogramOf(parts));
      }),
    );
  });

  it('keeps values in their bins when the range grows', () => {
    const histogram = histogramOf([[0.001, 0.002], [1000]]);
    const { counts, first, width } = histogram;
    for (const value of [0.001, 1000]) expect(counts[Math.floor(value / width) - first]).toBeGreaterThan(0);
    expect(histogram).toMatchObject({ min: Math.fround(0.001), max: 1000 });
  });

  it('counts a quarter of a large tensor, the same share of each of its rows and of its extremes all', () => {
    // 64 rows of 4096, each of one value; the extremes occur once, where nothing is counted.
    const values = Float32Array.from({ length: 64 * 4096 }, (_, index) => 1 + (index >> 12));
    values[8191] = -50;
    values[5000] = 200;
    const histogram = newHistogram();
    addValues(histogram, values);
    expect(histogram).toMatchObject({ min: -50, max: 200, zeros: 0 });
    const { counts, first, width } = histogram;
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length / 4);
    // Two rows a tile: in turn the first and the second of each are counted, in halves.
    const quarters = Array.from({ length: 16 }, (_, index) => 1 + index * 4);
    for (const row of quarters) {
      const ofFour = [0, 1, 2, 3].map((more) => counts[Math.floor((row + more) / width) - first] ?? 0);
      expect(ofFour.reduce((sum, count) => sum + count, 0)).toBe(4096);
      expect(Math.max(...ofFour)).toBeLessThanOrEqual(2 * 2048);
    }
  });

  it('counts every place of a large tensor in one of four samples', () => {
    const values = new Float32Array(64 * 4096).fill(1);
    // A corner that is always bright.
    values[values.length - 1] = 9;
    const histogram = newHistogram();
    for (let sample = 0; sample < 8; sample += 1) addValues(histogram, values, sample);
    const { counts, first, width } = histogram;
    expect(counts[Math.floor(9 / width) - first]).toBe(2);
  });

  it('counts all of a tensor that is not large', () => {
    const histogram = newHistogram();
    addValues(
      histogram,
      Float32Array.from({ length: 65_535 }, (_, index) => 1 + (index % 7)),
    );
    expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(65_535);
  });

  it('leaves what is not finite out of the range and says how much it was', () => {
    const histogram = histogramOf([[1, Number.NaN, Number.POSITIVE_INFINITY, 2]]);
    expect(histogram).toMatchObject({ strays: 2, min: 1, max: 2 });
  });
});
