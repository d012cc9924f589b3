import { earliestDeadlineResponses } from './earliest-deadline.ts';
import { type Effort, newEffort } from './fixed-point.ts';
import { nonPreemptiveResponses, preemptiveResponses } from './fixed-priority.ts';
import type { Policy, Task } from './task.ts';

/** Ticks of a millisecond: nanoseconds, exact up to three months. */
const ticksPerMs = 1e6;

/** A task as people give it, in milliseconds. */
export interface TimedTask {
  readonly name: string;
  readonly takesMs: number;
  readonly everyMs: number;
  readonly deadlineMs: number;
  readonly jitterMs: number;
}

/** How long a task takes from its arrival to its end at worst. */
export interface Response {
  /** `null` where there is no bound: the tasks before it leave it no time. */
  readonly responseMs: number | null;
  readonly meets: boolean;
}

/** The worst-case response of every task, in their order. What tasks take is rounded up to nanoseconds. Where `effort` is used up there is no bound. */
export function responsesOf(
  tasks: readonly TimedTask[],
  policy: Policy,
  effort: Effort = newEffort(),
): readonly Response[] {
  const inTicks = tasks.map(toTicks);
  const responses = worstResponses(inTicks, policy, effort);
  return inTicks.map(({ deadline }, index): Response => {
    const response = responses[index];
    if (response === undefined) return { responseMs: null, meets: false };
    return { responseMs: response / ticksPerMs, meets: response <= deadline };
  });
}

/** Worst-case response times in ticks, in the order of the tasks; `undefined` where there is no bound. */
export function worstResponses(
  tasks: readonly Task[],
  policy: Policy,
  effort: Effort = newEffort(),
): readonly (number | undefined)[] {
  if (policy === 'edf' || policy === 'non-preemptive-edf')
    return earliestDeadlineResponses(tasks, policy === 'edf', effort);
  const order = byPriority(tasks, policy);
  const sorted = order.flatMap((index) => tasks[index] ?? []);
  const responses =
    policy === 'non-preemptive' ? nonPreemptiveResponses(sorted, effort) : preemptiveResponses(sorted, effort);
  return tasks.map((_, index) => responses[order.indexOf(index)]);
}

/** Indices of tasks by fixed priority, the most urgent first: the shortest period, else the shortest deadline; equal ones as they are written. */
export function byPriority(tasks: readonly Task[], policy: Policy): readonly number[] {
  const key = ({ every, deadline }: Task) => (policy === 'rate-monotonic' ? every : deadline);
  return tasks
    .map((task, index) => ({ index, rank: key(task) }))
    .sort((left, right) => left.rank - right.rank || left.index - right.index)
    .map(({ index }) => index);
}

function toTicks({ name, takesMs, everyMs, deadlineMs, jitterMs }: TimedTask): Task {
  // Without the last bits of a floating-point product a time of 0.3 ms would become one tick more.
  const ticks = (ms: number) => Number((ms * ticksPerMs).toPrecision(14));
  return {
    name,
    takes: Math.ceil(ticks(takesMs)),
    every: Math.max(1, Math.round(ticks(everyMs))),
    deadline: Math.round(ticks(deadlineMs)),
    jitter: Math.round(ticks(jitterMs)),
  };
}
