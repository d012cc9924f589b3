/**
 * McNemar's exact test: of `lost + gained` samples on which base and head disagree, each is equally likely to be lost or gained if neither
 * model is better. Returns the two-sided p-value, twice the smaller tail of Binomial(lost + gained, ½), at most 1.
 * Exact for any counts: terms are summed as ratios to the largest, whose logarithm is a sum, so that nothing overflows.
 * Source: Q. McNemar, Psychometrika 12 (1947), 153–157; exact form as in Fagerland, Lydersen, Laake, BMC Med. Res. Methodol. 13:91 (2013).
 */
export function mcnemarExact(lost: number, gained: number): number {
  const pairs = lost + gained;
  const smaller = Math.min(lost, gained);
  if (2 * smaller >= pairs) return 1;
  let sum = 1;
  let ratio = 1;
  for (let successes = smaller; successes > 0 && ratio > 1e-18 * sum; successes -= 1) {
    ratio *= successes / (pairs - successes + 1);
    sum += ratio;
  }
  return Math.min(1, 2 * sum * Math.exp(logProbability(pairs, smaller)));
}

/**
 * Natural logarithm of the probability of `k` successes in `n` fair trials. Each factor of the binomial coefficient takes its share of 2⁻ⁿ with it
 * and the sum is compensated (Kahan), so that ten digits are left of it even for millions of samples.
 */
function logProbability(n: number, k: number): number {
  let sum = -(n - 2 * k) * Math.LN2;
  let compensation = 0;
  for (let index = 1; index <= k; index += 1) {
    const term = Math.log((n - k + index) / (4 * index)) - compensation;
    const next = sum + term;
    compensation = next - sum - term;
    sum = next;
  }
  return sum;
}
