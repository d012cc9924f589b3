import type { Budget } from './budget.ts';
import type { Comparison } from './comparison.ts';
import { readingOf } from './reading.ts';

/**
 * How many times what a limit allows a comparison takes: 1.5 is half over a budget, 50 a rise of 250 % where 5 % are allowed. Limits of both kinds are over by their smaller part, as both have to be.
 * 1 where it is not known: what could not be measured, and what is held against a tag or a commit, of which a comparison has no numbers.
 */
export function timesAllowed({ base, head }: Pick<Comparison, 'base' | 'head'>, { metric, limit }: Budget): number {
  const taken = (side: Comparison['head']): number | undefined => {
    const reading = side === null ? undefined : readingOf(side, metric);
    return reading === undefined || 'missing' in reading ? undefined : reading.value;
  };
  const after = taken(head);
  if (after === undefined) return 1;
  if (limit.kind === 'max') return ratio(after, limit.value);
  if (limit.kind === 'min') return ratio(limit.value, after);
  const before = limit.since === undefined ? taken(base) : undefined;
  if (before === undefined) return 1;
  const change = limit.kind === 'max-increase' ? after - before : before - after;
  if (limit.kind === 'max-drop') return ratio(change, limit.points);
  const { relative, absolute } = limit;
  return Math.min(
    relative === undefined ? Number.POSITIVE_INFINITY : ratio(change, relative * before),
    absolute === undefined ? Number.POSITIVE_INFINITY : ratio(change, absolute),
  );
}

/** What is allowed nothing takes without end of it, if it takes anything. */
function ratio(used: number, allowed: number): number {
  if (used <= 0) return 0;
  return allowed <= 0 ? Number.POSITIVE_INFINITY : used / allowed;
}
