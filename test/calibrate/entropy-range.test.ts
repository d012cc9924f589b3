import { describe, expect, it } from 'vitest';
import { addValues, binCount, type Histogram, newHistogram } from '../../src/calibrate/histogram.ts';
import { observedRange } from '../../src/calibrate/observed-range.ts';
import { numbers } from '../quantize/small-network.ts';

const histogramOf = (values: readonly number[]): Histogram => {
  const histogram = newHistogram();
  // In parts small enough for every value to be counted.
  for (let from = 0; from < values.length; from += 50_000) {
    addValues(histogram, Float32Array.from(values.slice(from, from + 50_000)));
  }
  return histogram;
};

/** Sums of twelve uniform numbers: nearly normal, standard deviation 2. */
const bell = (count: number): number[] => {
  const next = numbers();
  return Array.from({ length: count }, () => Array.from({ length: 12 }, next).reduce((sum, value) => sum + value, 0));
};

/** A narrow bell and one in five values of a wide one. */
const tailed = (count: number): number[] => bell(count).map((value, index) => (index % 5 === 0 ? 4 * value : value));

/** The divergence bin by bin, as its definition has it: P with the clipped in its outermost non-empty bins, Q even within each integer and without the clipped. */
function divergence({ counts, first, width }: Histogram, low: number, high: number, levels: number): number {
  const start = Math.max(0, Math.round(low / width) - first);
  const end = Math.min(binCount, Math.round(high / width) - first);
  const inside = Array.from(counts.subarray(start, end));
  const wanted = [...inside];
  const filledBins = inside.flatMap((count, bin) => (count > 0 ? [bin] : []));
  const [lowest = 0, highest = 0] = [filledBins[0], filledBins.at(-1)];
  wanted[lowest] = (wanted[lowest] ?? 0) + counts.subarray(0, start).reduce((sum, count) => sum + count, 0);
  wanted[highest] = (wanted[highest] ?? 0) + counts.subarray(end).reduce((sum, count) => sum + count, 0);
  const spread = new Array<number>(inside.length).fill(0);
  const perInteger = Math.max(1, inside.length / levels);
  for (let integer = 0, at = 0; at < inside.length; integer += 1) {
    const next = Math.min(inside.length, Math.round((integer + 1) * perInteger));
    const group = inside.slice(at, next);
    const filled = group.filter((count) => count > 0).length;
    const sum = group.reduce((total, count) => total + count, 0);
    for (let bin = at; bin < next; bin += 1) if ((inside[bin] ?? 0) > 0) spread[bin] = sum / filled;
    at = next;
  }
  const total = wanted.reduce((sum, count) => sum + count, 0);
  return wanted.reduce((sum, count, bin) => {
    const [p, q] = [count / total, (spread[bin] ?? 0) / total];
    return sum + (count === 0 ? 0 : p * Math.log(p / q)) - p + q;
  }, 0);
}

describe('the range by entropy', () => {
  it.each([
    ['a bell with tails', tailed(100_000)],
    ['the same after Relu', tailed(100_000).map((value) => Math.max(0, value))],
    ['one-sided from below', bell(50_000).map((value) => -Math.abs(value) - 0.1)],
  ])('of %s diverges no more than any of many others', (_, values) => {
    const histogram = histogramOf(values);
    const whole = observedRange(histogram, 'min-max');
    const range = observedRange(histogram, 'entropy');
    const chosen = divergence(histogram, range.min, range.max, 255);
    const largest = Math.max(-whole.min, whole.max);
    const others = Array.from({ length: 60 }, (_unused, index) => (largest * (index + 4)) / 64).filter(
      (end) => Math.min(whole.max, end) - Math.max(whole.min, -end) > 260 * histogram.width,
    );
    const least = Math.min(
      ...others.map((end) => divergence(histogram, Math.max(whole.min, -end), Math.min(whole.max, end), 255)),
    );
    expect(chosen).toBeLessThanOrEqual(least * 1.02 + 1e-9);
  });

  it('cuts off outliers', () => {
    const range = observedRange(histogramOf([...bell(100_000), 60, -70]), 'entropy');
    expect(range.max).toBeLessThan(20);
    expect(range.min).toBeGreaterThan(-20);
    expect(range.max).toBeGreaterThan(4);
  });

  it('does not cut where the network limits its values', () => {
    const limited = bell(100_000).map((value) => Math.min(3, Math.max(0, value)));
    expect(observedRange(histogramOf(limited), 'entropy')).toEqual({ min: 0, max: 3 });
  });

  it('goes by the values beside those that repeat, of which an integer holds each as it is', () => {
    const values = tailed(100_000);
    const repeated = [0.31, -1.7, 2.4, 5.12].flatMap((value) => new Array<number>(25_000).fill(value));
    const alone = observedRange(histogramOf(values), 'entropy');
    const among = observedRange(histogramOf([...values, ...repeated]), 'entropy');
    // More values in all make each of the clipped weigh less.
    expect(among.max).toBeGreaterThan(0.75 * alone.max);
    expect(among.max).toBeLessThan(1.1 * alone.max);
  });

  it('keeps both of two modes, however few values lie between', () => {
    const modes = bell(100_000).map((value, index) => (index % 2 === 0 ? 30 + value : -30 - value));
    const { min, max } = observedRange(histogramOf([...modes, 3, -3]), 'entropy');
    expect(min).toBeLessThan(-31);
    expect(max).toBeGreaterThan(31);
  });
});
