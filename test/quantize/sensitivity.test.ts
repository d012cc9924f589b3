import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSample, decibelsOf, keepWorst, newNoise, noiseShare, rankedRows } from '../../src/quantize/sensitivity.ts';

const row = (operator: number, int8Decibels: number) => ({
  operator,
  type: 'CONV_2D',
  name: `layer ${operator}`,
  int8Decibels,
  int16Decibels: null,
});

describe('noiseShare', () => {
  it('is the mean over outputs of noise to signal, whatever their size', () => {
    const noise = newNoise();
    addSample(noise, [[1000, 0], [1]], [[1000, 100], [1]]);
    addSample(noise, [[0, 1000], [1]], [[0, 1000], [0.8]]);
    // (100² / 2·1000² + 0.2² / 2) / 2
    expect(noiseShare(noise)).toBeCloseTo((0.005 + 0.02) / 2, 12);
    expect(decibelsOf(0.01)).toBeCloseTo(20, 12);
  });

  it('is nothing where nothing differs, also for outputs of zeros', () => {
    const noise = newNoise();
    addSample(noise, [[0, 0]], [[0, 0]]);
    expect(decibelsOf(noiseShare(noise))).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('rankedRows', () => {
  it('puts the worst first, with shares of the sum of all noise', () => {
    const rows = rankedRows([row(0, 30), row(1, 20), row(2, Number.POSITIVE_INFINITY), row(3, 30)]);
    expect(rows.map(({ operator }) => operator)).toEqual([1, 0, 3, 2]);
    expect(rows.map(({ share }) => Number(share.toFixed(4)))).toEqual([0.8333, 0.0833, 0.0833, 0]);
  });
});

describe('keepWorst', () => {
  it('keeps as few as reach the limit, and says when all together do not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 45 }), (count, needed) => {
        const rows = rankedRows(Array.from({ length: count }, (_, index) => row(index, index)));
        let judged = 0;
        const found = keepWorst(rows, needed, (kept) => {
          judged += 1;
          return kept.size;
        });
        expect(found.isReached).toBe(needed <= count);
        expect(found.kept.size).toBe(Math.min(needed, count));
        expect(judged).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(count + 2)) + 2);
        for (const operator of found.kept) expect(operator).toBeLessThan(found.kept.size);
      }),
    );
  });
});
