import type { Verdict } from './comparison.ts';

/** Best first. What could not be judged is worse than what failed: nobody knows what it hides. */
const order: readonly Verdict[] = ['pass', 'warn', 'fail', 'error'];

/** How bad a verdict is, for sorting: 0 for `pass` to 3 for `error`. */
export function badness(verdict: Verdict): number {
  return order.indexOf(verdict);
}

/** The worst of several verdicts; `pass` when there are none. */
export function worstVerdict(verdicts: Iterable<Verdict>): Verdict {
  let worst: Verdict = 'pass';
  for (const verdict of verdicts) if (badness(verdict) > badness(worst)) worst = verdict;
  return worst;
}
