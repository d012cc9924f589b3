import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundHalfEven } from '../../src/graph/evaluate/elementwise.ts';
import { fastRounding } from '../../src/quantize/fast-rounding.ts';

const fast = fastRounding();
const weight = fc.oneof(
  { weight: 8, arbitrary: fc.float({ min: -4, max: 4, noDefaultInfinity: true, noNaN: true }) },
  fc.constantFrom(0, -0, 0.5, 1.5, -2.5, 1e-40, 3e38, Number.NaN, Number.POSITIVE_INFINITY),
);
const scale = fc.constantFrom(1, 0.5, 2 ** -20, Math.fround(0.013), 2 ** -126);

function plainly(value: number, scale: number, lowest: number): number {
  const integer = roundHalfEven(value / scale);
  return Number.isNaN(integer) ? 0 : Math.max(lowest, Math.min(127, integer)) + 0;
}

describe('weights in WebAssembly', () => {
  it('are rounded as one by one, whatever the runs', () => {
    fc.assert(
      fc.property(
        fc.array(weight, { minLength: 1, maxLength: 90 }),
        fc.integer({ min: 1, max: 100 }),
        fc.array(scale, { minLength: 90, maxLength: 90 }),
        fc.constantFrom(-127, -128),
        (numbers, runLength, scales, lowest) => {
          const weights = Float32Array.from(numbers);
          const scaleOf = (index: number): number => scales[Math.floor(index / runLength)] as number;
          const integers = fast?.round(weights, runLength, scaleOf, lowest);
          const expected = Int8Array.from(weights, (value, index) => plainly(value, scaleOf(index), lowest));
          expect(integers).toEqual(expected);
        },
      ),
    );
  });

  it('give the largest magnitude of each run, of which NaN is none', () => {
    fc.assert(
      fc.property(
        fc.array(weight, { minLength: 1, maxLength: 90 }),
        fc.integer({ min: 1, max: 100 }),
        (numbers, runLength) => {
          const weights = Float32Array.from(numbers);
          const found: number[] = [];
          fast?.largest(weights, runLength, (start, magnitude) => {
            found[Math.floor(start / runLength)] = magnitude;
          });
          const expected = Array.from({ length: Math.ceil(weights.length / runLength) }, (_, run) =>
            weights
              .subarray(run * runLength, (run + 1) * runLength)
              .reduce((most, value) => (Math.abs(value) > most ? Math.abs(value) : most), 0),
          );
          expect(found).toEqual(expected);
        },
      ),
    );
  });

  it('go through runs longer than what is in memory at once, and through many tiles', () => {
    const weights = Float32Array.from({ length: 200_001 }, (_, index) => Math.sin(index) * (index === 150_000 ? 9 : 1));
    for (const runLength of [200_001, 70_000, 9]) {
      const largest = new Float32Array(Math.ceil(weights.length / runLength));
      fast?.largest(weights, runLength, (start, magnitude) => {
        const run = Math.floor(start / runLength);
        largest[run] = Math.max(largest[run] as number, magnitude);
      });
      const scaleOf = (index: number): number => (largest[Math.floor(index / runLength)] as number) / 127;
      const expected = Int8Array.from(weights, (value, index) => plainly(value, scaleOf(index), -127));
      expect(fast?.round(weights, runLength, scaleOf, -127)).toEqual(expected);
    }
  });
});
