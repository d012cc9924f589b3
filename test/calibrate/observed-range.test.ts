import { describe, expect, it } from 'vitest';
import { addValues, newHistogram } from '../../src/calibrate/histogram.ts';
import { observedRange } from '../../src/calibrate/observed-range.ts';
import { numbers } from '../quantize/small-network.ts';

const histogramOf = (values: ArrayLike<number>) => {
  const histogram = newHistogram();
  addValues(histogram, Float32Array.from(values));
  return histogram;
};

/** Sums of twelve uniform numbers: nearly normal, standard deviation 2. */
const bell = (count: number): number[] => {
  const next = numbers();
  return Array.from({ length: count }, () => Array.from({ length: 12 }, next).reduce((sum, value) => sum + value, 0));
};

/** Squared error of int8 with the range on the values themselves. */
const errorOf = (values: readonly number[], min: number, max: number): number => {
  const scale = (max - min) / 255;
  return values.reduce((sum, value) => {
    const rounded = Math.round(Math.min(max, Math.max(min, value)) / scale) * scale;
    return sum + (value - rounded) ** 2;
  }, 0);
};

describe('observedRange', () => {
  it('min-max gives the extremes and always holds 0', () => {
    expect(observedRange(histogramOf([1, 2, 5]), 'min-max')).toEqual({ min: 0, max: 5 });
    expect(observedRange(histogramOf([-4, -1]), 'min-max')).toEqual({ min: -4, max: 0 });
  });

  it.each(['min-max', 'percentile', 'mse'] as const)('%s of nothing but zeros is nothing', (observer) => {
    expect(observedRange(histogramOf([0, 0]), observer)).toEqual({ min: 0, max: 0 });
    expect(observedRange(newHistogram(), observer)).toEqual({ min: 0, max: 0 });
  });

  it('percentile cuts off single outliers', () => {
    const histogram = newHistogram();
    // In parts that are counted whole.
    const values = bell(300_000);
    for (let at = 0; at < values.length; at += 50_000)
      addValues(histogram, Float32Array.from(values.slice(at, at + 50_000)));
    addValues(histogram, Float32Array.of(1000));
    const range = observedRange(histogram, 'percentile');
    expect(range.max).toBeLessThan(12);
    expect(range.max).toBeGreaterThan(6);
    expect(range.min).toBeLessThan(-6);
  });

  it('mse has less error on the values than min-max where there are outliers, and is no worse without', () => {
    for (const values of [[...bell(20_000), 40, -30], bell(20_000), bell(20_000).map(Math.abs)]) {
      const histogram = histogramOf(values);
      const least = observedRange(histogram, 'mse');
      const whole = observedRange(histogram, 'min-max');
      expect(errorOf(values, least.min, least.max)).toBeLessThanOrEqual(errorOf(values, whole.min, whole.max) * 1.01);
    }
    // One value far out in many: clipping it costs less than coarser steps for all others.
    expect(observedRange(histogramOf([...bell(200_000), 15]), 'mse').max).toBeLessThan(13);
  });

  it('mse of a Relu starts at 0', () => {
    expect(observedRange(histogramOf(bell(5000).map((value) => Math.max(0, value))), 'mse').min).toBe(0);
  });
});
