import { byPriority } from '../../src/schedule/analyse.ts';
import type { Policy, Task } from '../../src/schedule/task.ts';
import { isNonPreemptive } from '../../src/schedule/task.ts';

interface Job {
  readonly task: number;
  readonly arrival: number;
  readonly release: number;
  readonly due: number;
  left: number;
}

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
  const order = byPriority(tasks, policy);
  const isByDeadline = policy === 'edf' || policy === 'non-preemptive-edf';
  const jobs = tasks.flatMap((task, index) => jobsOf(task, index, offsets[index] ?? 0, until, delay));
  const waiting = jobs.sort((left, right) => left.release - right.release);
  const worst = tasks.map(() => 0);
  const ready: Job[] = [];
  const urgency = (left: Job, right: Job) =>
    (isByDeadline ? left.due - right.due : order.indexOf(left.task) - order.indexOf(right.task)) ||
    left.arrival - right.arrival ||
    left.task - right.task;
  let time = 0;
  let next = 0;
  let running: Job | undefined;
  for (;;) {
    while (waiting[next] !== undefined && (waiting[next]?.release ?? 0) <= time) ready.push(waiting[next++] as Job);
    if (running === undefined || !isNonPreemptive(policy)) {
      if (running !== undefined) ready.push(running);
      running = ready.sort(urgency).shift();
    }
    const release = waiting[next]?.release;
    if (running === undefined) {
      if (release === undefined) return worst;
      time = release;
      continue;
    }
    const end = time + running.left;
    if (release !== undefined && release < end) {
      running.left -= release - time;
      time = release;
      continue;
    }
    time = end;
    worst[running.task] = Math.max(worst[running.task] ?? 0, end - running.arrival);
    running = undefined;
  }
}

function jobsOf(
  { takes, every, deadline }: Task,
  task: number,
  offset: number,
  until: number,
  delay: (task: number, run: number) => number,
): readonly Job[] {
  const jobs: Job[] = [];
  let release = 0;
  for (let arrival = offset, run = 0; arrival < until; arrival += every, run += 1) {
    // Runs of one task become ready in the order in which they arrive.
    release = Math.max(release, arrival + delay(task, run));
    jobs.push({ task, arrival, release, due: arrival + deadline, left: takes });
  }
  return jobs;
}
