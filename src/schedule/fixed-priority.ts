import { type Effort, fixedPoint } from './fixed-point.ts';
import { isFull, isOverloaded, type Task } from './task.ts';

/** More runs of a task in one busy period than this are not looked at. */
const mostRuns = 100_000;

/**
 * Worst-case response times under fixed priorities with preemption, of tasks in order of priority, the highest first; `undefined` where there is no bound.
 * A run waits for all more urgent work that arrives before it ends; where deadlines go beyond periods every run of the busy period is looked at.
 * Sources: Joseph and Pandey 1986; Audsley, Burns, Richardson, Tindell, Wellings 1993; Lehoczky 1990; Tindell, Burns, Wellings 1994 (jitter, arbitrary deadlines).
 */
export function preemptiveResponses(tasks: readonly Task[], effort: Effort): readonly (number | undefined)[] {
  return tasks.map((task, index) => {
    const higher = tasks.slice(0, index);
    if (isOverloaded([...higher, task])) return undefined;
    let worst = 0;
    for (let run = 0; run < mostRuns; run += 1) {
      const own = (run + 1) * task.takes;
      const end = fixedPoint(own, (time) => own + workReleasedBefore(higher, time), higher.length, effort);
      if (end === undefined) return undefined;
      worst = Math.max(worst, end + task.jitter - run * task.every);
      if (end + task.jitter <= (run + 1) * task.every) return worst;
    }
    return undefined;
  });
}

/**
 * Worst-case response times under fixed priorities without preemption, of tasks in order of priority. A run waits for the longest less urgent one, which may have begun
 * a tick before, and for all more urgent work that arrives before it begins; then nothing stops it. Every run of the busy period is looked at, as the first need not be the worst.
 * Sources: George, Rivierre, Spuri, INRIA RR-2966, 1996; Davis, Burns, Bril, Lukkien, Real-Time Systems 35, 2007 (the runs after the first; jitter).
 */
export function nonPreemptiveResponses(tasks: readonly Task[], effort: Effort): readonly (number | undefined)[] {
  return tasks.map((task, index) => {
    const higher = tasks.slice(0, index);
    const blocking = tasks.slice(index + 1).reduce((most, { takes }) => Math.max(most, takes - 1), 0);
    if (isOverloaded([...higher, task]) || (blocking > 0 && isFull([...higher, task]))) return undefined;
    const busy = fixedPoint(
      blocking + task.takes,
      (time) => blocking + workReleasedBefore([...higher, task], time),
      index + 1,
      effort,
    );
    if (busy === undefined) return undefined;
    const runs = Math.ceil((busy + task.jitter) / task.every);
    if (runs > mostRuns) return undefined;
    let worst = 0;
    for (let run = 0; run < runs; run += 1) {
      const before = blocking + run * task.takes;
      const begin = fixedPoint(before, (time) => before + workReleasedUntil(higher, time), higher.length, effort);
      if (begin === undefined) return undefined;
      worst = Math.max(worst, begin + task.takes + task.jitter - run * task.every);
    }
    return worst;
  });
}

/** Work of tasks that all arrive as early and late as they can: released before a time. */
function workReleasedBefore(tasks: readonly Task[], time: number): number {
  return tasks.reduce((sum, { takes, every, jitter }) => sum + Math.ceil((time + jitter) / every) * takes, 0);
}

/** The same, with what is released at the time itself. */
function workReleasedUntil(tasks: readonly Task[], time: number): number {
  return tasks.reduce((sum, { takes, every, jitter }) => sum + (Math.floor((time + jitter) / every) + 1) * takes, 0);
}
