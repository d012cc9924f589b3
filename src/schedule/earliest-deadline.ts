import { type Effort, fixedPoint, newEffort } from './fixed-point.ts';
import { isOverloaded, type Task } from './task.ts';

/** Arrivals that are looked at for one task; where there are more, the length of the busy period is the bound. */
const mostArrivals = 50_000;

/**
 * Worst-case response times when the earliest deadline runs first, with or without preemption; `undefined` where there is no bound.
 * The worst run of a task arrives some time into a busy period in which all others arrive together; its response falls between the moments at which another deadline
 * comes before its own, so that only those are looked at.
 * Sources: Spuri, INRIA RR-2772, 1996 (preemptive, jitter); George, Rivierre, Spuri, INRIA RR-2966, 1996 (non-preemptive).
 */
export function earliestDeadlineResponses(
  tasks: readonly Task[],
  isPreemptive: boolean,
  effort: Effort,
): readonly (number | undefined)[] {
  const busy = busyPeriod(tasks, effort);
  if (busy === undefined) return tasks.map(() => undefined);
  return tasks.map((task, index) => {
    const others = tasks.filter((_, other) => other !== index);
    const arrivals = arrivalsOf(task, tasks, busy);
    if (arrivals === undefined) return busy + task.jitter;
    const alone = task.takes + task.jitter;
    return arrivals.reduce((worst, arrival) => {
      const end = isPreemptive
        ? endOf(task, others, arrival, effort)
        : endWithoutPreemption(task, others, arrival, effort);
      return Math.max(worst, (end ?? busy + task.jitter) - arrival);
    }, alone);
  });
}

/** The longest time that the core can be busy without a pause, from a common arrival: no order of running makes it longer. `undefined` where it may never pause. */
function busyPeriod(tasks: readonly Task[], effort: Effort): number | undefined {
  if (isOverloaded(tasks)) return undefined;
  return fixedPoint(
    tasks.reduce((sum, { takes }) => sum + takes, 0),
    (time) => tasks.reduce((sum, { takes, every, jitter }) => sum + Math.ceil((time + jitter) / every) * takes, 0),
    tasks.length,
    effort,
  );
}

/** When the runs of a task may arrive whose response could be the worst; the first may have arrived before the busy period and become ready with it. */
function arrivalsOf(task: Task, tasks: readonly Task[], busy: number): readonly number[] | undefined {
  const first = -task.jitter;
  const arrivals = new Set<number>();
  for (const { every, deadline, jitter } of tasks) {
    const from = deadline - jitter - task.deadline;
    for (
      let arrival = from + Math.max(0, Math.ceil((first - from) / every)) * every;
      arrival < busy;
      arrival += every
    ) {
      arrivals.add(arrival);
      if (arrivals.size > mostArrivals) return undefined;
    }
  }
  for (let arrival = first; arrival < busy; arrival += task.every) {
    arrivals.add(arrival);
    if (arrivals.size > mostArrivals) return undefined;
  }
  return [...arrivals];
}

/** When a run ends that arrives then, if all work with deadlines up to its own goes first. */
function endOf(task: Task, others: readonly Task[], arrival: number, effort: Effort): number | undefined {
  const own = runsUntil(task, arrival) * task.takes;
  const due = arrival + task.deadline;
  return fixedPoint(
    own,
    (time) =>
      others.reduce((sum, other) => {
        const released = Math.ceil((time + other.jitter) / other.every);
        return sum + Math.min(released, runsDueBy(other, due)) * other.takes;
      }, own),
    others.length,
    effort,
  );
}

/** The same without preemption: also a run with a later deadline that began a tick before, but nothing that is released after its own begin. */
function endWithoutPreemption(
  task: Task,
  others: readonly Task[],
  arrival: number,
  effort: Effort,
): number | undefined {
  const due = arrival + task.deadline;
  const blocking = others.reduce((most, { takes, deadline }) => (deadline > due ? Math.max(most, takes - 1) : most), 0);
  const before = blocking + (runsUntil(task, arrival) - 1) * task.takes;
  const begin = fixedPoint(
    before,
    (time) =>
      others.reduce((sum, other) => {
        const released = Math.floor((time + other.jitter) / other.every) + 1;
        return sum + Math.min(released, runsDueBy(other, due)) * other.takes;
      }, before),
    others.length,
    effort,
  );
  return begin === undefined ? undefined : begin + task.takes;
}

/** Runs of a task in the busy period, up to the one that arrives then. */
function runsUntil({ every, jitter }: Task, arrival: number): number {
  return Math.floor((arrival + jitter) / every) + 1;
}

/** Runs of a task from the beginning of the busy period that are due by a time. */
function runsDueBy({ every, deadline, jitter }: Task, due: number): number {
  return Math.max(0, Math.floor((due + jitter - deadline) / every) + 1);
}

/** An interval in which more work is due than fits into it. */
export interface Overload {
  readonly length: number;
  readonly demand: number;
}

/**
 * The first interval from a common arrival in which more work becomes due than time passes; `undefined` when there is none, and then the earliest deadline first, with preemption, meets all deadlines.
 * Source: the processor demand criterion of Baruah, Rosier, Howell, Real-Time Systems 2, 1990; with jitter as in Spuri 1996.
 */
export function firstOverload(tasks: readonly Task[]): Overload | undefined {
  // Where tasks need more than the core, some interval is overloaded; it is looked for up to a large number of periods.
  const horizon =
    busyPeriod(tasks, newEffort()) ??
    1e4 * tasks.reduce((most, { every, deadline }) => Math.max(most, every, deadline), 1);
  const next = tasks.map(({ deadline, jitter }) => Math.max(0, deadline - jitter));
  for (let count = 0; count < mostArrivals * 4; count += 1) {
    const length = Math.min(...next);
    if (!(length <= horizon)) return undefined;
    const demand = tasks.reduce((sum, task) => sum + runsDueBy(task, length) * task.takes, 0);
    if (demand > length) return { length, demand };
    tasks.forEach(({ every }, index) => {
      if (next[index] === length) next[index] = length + every;
    });
  }
  return undefined;
}
