import type { Policy, Task } from '../../src/schedule/task.ts';
import { timelineOf } from '../../src/schedule/timeline.ts';

/**
 * What happens on one core, event by event: the worst response of each task among the runs that arrive before `until`, from their arrivals.
 * `offsets` are the tasks' first arrivals, `delay` says how much of its jitter each run uses.
 */
export function simulate(
  tasks: readonly Task[],
  policy: Policy,
  offsets: readonly number[],
  until: number,
  delay: (task: number, run: number) => number = () => 0,
): readonly number[] {
  const worst = tasks.map(() => 0);
  for (const { task, arrival, end } of timelineOf(tasks, policy, { until, offsets, delay })) {
    worst[task] = Math.max(worst[task] ?? 0, end - arrival);
  }
  return worst;
}
