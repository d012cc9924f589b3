import type { Verdict } from './comparison.ts';

/** Exit codes: it passed or warned; a budget failed; it could not be judged, which is never mistaken for a pass. */
export const exitCodes = { pass: 0, fail: 1, error: 2 } as const;

/** The lightest verdict that ends the program with `fail`. What could not be judged is an `error` whatever it says. */
export type FailOn = 'fail' | 'warn' | 'never';

/** The exit code that a verdict ends the program with. */
export function exitCodeOf(verdict: Verdict, failOn: FailOn = 'fail'): 0 | 1 | 2 {
  if (verdict === 'error') return exitCodes.error;
  if (failOn === 'never' || verdict === 'pass') return exitCodes.pass;
  return verdict === 'fail' || failOn === 'warn' ? exitCodes.fail : exitCodes.pass;
}
