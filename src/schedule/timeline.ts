import { byPriority } from './analyse.ts';
import { isNonPreemptive, type Policy, type Task } from './task.ts';

/** One run of a task: from its arrival until it ends, and the pieces of time that the core gave it. */
export interface TimelineRun {
  /** Index of its task. */
  readonly task: number;
  readonly arrival: number;
  readonly due: number;
  readonly end: number;
  readonly pieces: readonly { readonly from: number; readonly to: number }[];
}

/** When the tasks arrive. */
export interface Arrivals {
  /** Runs arrive before this; those that have are carried to their end. */
  readonly until: number;
  /** The tasks' first arrivals; all at 0 without them. */
  readonly offsets?: readonly number[];
  /** How much of its jitter each run uses; none without it. */
  readonly delay?: (task: number, run: number) => number;
}

interface Job {
  readonly task: number;
  readonly arrival: number;
  readonly release: number;
  readonly due: number;
  readonly pieces: { from: number; to: number }[];
  left: number;
}

/** What happens on one core, event by event: every run that arrives, in the order in which they end. Times are whole ticks: fractions may leave a rest that never runs. */
export function timelineOf(tasks: readonly Task[], policy: Policy, arrivals: Arrivals): readonly TimelineRun[] {
  const order = byPriority(tasks, policy);
  const isByDeadline = policy === 'edf' || policy === 'non-preemptive-edf';
  const waiting = tasks
    .flatMap((task, index) => jobsOf(task, index, arrivals))
    .sort((left, right) => left.release - right.release);
  const urgency = (left: Job, right: Job) =>
    (isByDeadline ? left.due - right.due : order.indexOf(left.task) - order.indexOf(right.task)) ||
    left.arrival - right.arrival ||
    left.task - right.task;
  const done: TimelineRun[] = [];
  const ready: Job[] = [];
  let running: Job | undefined;
  for (let time = 0, next = 0; ; ) {
    for (let job = waiting[next]; job !== undefined && job.release <= time; job = waiting[next]) {
      ready.push(job);
      next += 1;
    }
    if (running === undefined || !isNonPreemptive(policy)) {
      if (running !== undefined) ready.push(running);
      running = ready.sort(urgency).shift();
    }
    const release = waiting[next]?.release;
    if (running === undefined) {
      if (release === undefined) return done;
      time = release;
      continue;
    }
    const until = Math.min(time + running.left, release ?? Number.POSITIVE_INFINITY);
    extend(running.pieces, time, until);
    running.left -= until - time;
    time = until;
    if (running.left > 0) continue;
    const { task, arrival, due, pieces } = running;
    done.push({ task, arrival, due, end: time, pieces });
    running = undefined;
  }
}

/** Adds a stretch to the pieces that a run had, as part of the last where it goes on without a break. */
function extend(pieces: { from: number; to: number }[], from: number, to: number): void {
  const last = pieces.at(-1);
  if (last?.to === from) last.to = to;
  else if (to > from) pieces.push({ from, to });
}

function jobsOf({ takes, every, deadline }: Task, task: number, { until, offsets, delay }: Arrivals): readonly Job[] {
  const jobs: Job[] = [];
  let release = 0;
  for (let arrival = offsets?.[task] ?? 0, run = 0; arrival < until; arrival += every, run += 1) {
    // Runs of one task become ready in the order in which they arrive.
    release = Math.max(release, arrival + (delay?.(task, run) ?? 0));
    jobs.push({ task, arrival, release, due: arrival + deadline, left: takes, pieces: [] });
  }
  return jobs;
}
