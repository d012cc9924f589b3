import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mcnemarExact } from '../../src/judge/mcnemar.ts';

describe('mcnemarExact', () => {
  it.each([
    // Cavo et al. 2012, complete response before and after consolidation; Fagerland, Lydersen, Laake 2013 print P = 0.0525.
    [6, 16, 0.0524787902832031],
    // scipy.stats.binomtest(a, a + b, 0.5).pvalue
    [0, 50, 1.7763568394002505e-15],
    [100_000, 101_000, 0.02586239243973295],
    [1_200_000, 1_201_000, 0.5191103305904028],
    [2, 3, 1],
    [0, 0, 1],
  ])('%i lost and %i gained: p = %d', (lost, gained, expected) => {
    expect(mcnemarExact(lost, gained) / expected).toBeCloseTo(1, 9);
    expect(mcnemarExact(gained, lost)).toBe(mcnemarExact(lost, gained));
  });

  it('is the sum of binomial coefficients, counted with whole numbers', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), (lost, gained) => {
        expect(mcnemarExact(lost, gained)).toBeCloseTo(byCounting(lost, gained), 12);
      }),
    );
  });
});

/** Twice the smaller tail in exact integers, divided at the end. */
function byCounting(lost: number, gained: number): number {
  const pairs = lost + gained;
  let coefficient = 1n;
  let sum = 0n;
  for (let successes = 0; successes <= Math.min(lost, gained); successes += 1) {
    sum += coefficient;
    coefficient = (coefficient * BigInt(pairs - successes)) / BigInt(successes + 1);
  }
  return Math.min(1, Number((2n * sum * 10n ** 30n) / 2n ** BigInt(pairs)) / 1e30);
}
