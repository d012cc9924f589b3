/** 97.5 % quantile of the normal distribution. */
const z = 1.959963984540054;

/**
 * The 95 % score interval of a difference between two proportions taken on the same samples: all differences that the score test at 5 %
 * does not reject, so it agrees with McNemar's (asymptotic) test about zero, stays within −1…1 and is sensible where nothing differs.
 * `gained` and `lost` are the samples that only head and only base got right; the difference is `(gained − lost) / samples`.
 * Source: T. Tango, Statistics in Medicine 17 (1998), 891–908, solved by bisection.
 */
export function pairedInterval(
  lost: number,
  gained: number,
  samples: number,
): { readonly low: number; readonly high: number } {
  const difference = (gained - lost) / samples;
  const score = (candidate: number) => tangoScore(candidate, lost, gained, samples);
  return {
    low: difference <= -1 ? -1 : bisect(-1, difference, (candidate) => score(candidate) > z),
    high: difference >= 1 ? 1 : bisect(difference, 1, (candidate) => score(candidate) > -z),
  };
}

/** Tango's statistic for the hypothesis that the true difference is `candidate`; falls as `candidate` rises. */
function tangoScore(candidate: number, lost: number, gained: number, samples: number): number {
  const a = 2 * samples;
  const b = -gained - lost + (2 * samples - gained + lost) * candidate;
  const c = -lost * candidate * (1 - candidate);
  const lostProbability = (Math.sqrt(Math.max(0, b * b - 4 * a * c)) - b) / (2 * a);
  const distance = gained - lost - samples * candidate;
  const variance = samples * (2 * lostProbability + candidate * (1 - candidate));
  return variance <= 0 ? Math.sign(distance) * Number.POSITIVE_INFINITY : distance / Math.sqrt(variance);
}

/** The point between `low` and `high` up to which `isBelow` holds. */
function bisect(low: number, high: number, isBelow: (candidate: number) => boolean): number {
  let [from, to] = [low, high];
  for (let step = 0; step < 60; step += 1) {
    const middle = (from + to) / 2;
    if (isBelow(middle)) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}
