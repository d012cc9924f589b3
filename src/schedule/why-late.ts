import { type Response, responsesOf, type TimedTask } from './analyse.ts';
import type { Effort } from './fixed-point.ts';
import type { Policy } from './task.ts';

/** Why a task misses its deadline. Indices of tasks. */
export interface WhyLate {
  /** Tasks that became slower, or that are new: with any one of them as before the deadline is met; where that takes several, all of them. The one that counts for most comes first. */
  readonly changed: readonly number[];
  /** A set of other tasks with which it is late and without any one of which it is not; empty where it is late by itself. */
  readonly together: readonly number[];
}

/** Tasks by index, some of them left out. */
type Some = readonly (TimedTask | undefined)[];

/**
 * What makes a task late that misses its deadline: which changes since `before`, task for task (`undefined`: there was none), and which other tasks.
 * `undefined` where the effort does not reach to tell.
 */
export function whyLate(
  late: number,
  now: readonly TimedTask[],
  before: Some,
  policy: Policy,
  effort: Effort,
): WhyLate | undefined {
  const respond = (tasks: Some) => responseIn(tasks, late, policy, effort);
  const changed = changesThatMatter(late, now, before, respond);
  const together = leastSet(late, now, respond);
  return effort.left > 0 ? { changed, together } : undefined;
}

function changesThatMatter(
  late: number,
  now: readonly TimedTask[],
  before: Some,
  respond: (tasks: Some) => Response | undefined,
): readonly number[] {
  const worse = now.flatMap((task, index) => {
    const old = before[index];
    if (old === undefined ? index === late : old.takesMs >= task.takesMs) return [];
    const restored: Some = now.map((each, place) => (place === index ? old : each));
    return [{ index, without: respond(restored) }];
  });
  const enough = worse.filter(({ without }) => without?.meets === true);
  const length = (response: Response | undefined) => response?.responseMs ?? Number.MAX_VALUE;
  return (enough.length > 0 ? enough : worse)
    .sort((left, right) => length(left.without) - length(right.without) || left.index - right.index)
    .map(({ index }) => index);
}

/** Leaves out one task after the other, as long as the deadline stays missed. */
function leastSet(late: number, now: Some, respond: (tasks: Some) => Response | undefined): readonly number[] {
  const others = now.map((_, index) => index).filter((index) => index !== late);
  let kept = now;
  for (const index of others) {
    const without = kept.map((task, place) => (place === index ? undefined : task));
    if (respond(without)?.meets === false) kept = without;
  }
  return others.filter((index) => kept[index] !== undefined);
}

function responseIn(tasks: Some, late: number, policy: Policy, effort: Effort): Response | undefined {
  const present = tasks.flatMap((task, index) => (task === undefined ? [] : [{ task, index }]));
  const responses = responsesOf(
    present.map(({ task }) => task),
    policy,
    effort,
  );
  return responses[present.findIndex(({ index }) => index === late)];
}
