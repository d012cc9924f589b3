import type { Verdict } from '../judge/comparison.ts';

/** Exit codes: it passed or warned; a budget failed; it could not be judged, which is never mistaken for a pass. */
export const exitCodes = { pass: 0, fail: 1, error: 2 } as const;

/** The exit code that a verdict ends the program with. */
export function exitCodeOf(verdict: Verdict): number {
  return verdict === 'warn' ? exitCodes.pass : exitCodes[verdict];
}
