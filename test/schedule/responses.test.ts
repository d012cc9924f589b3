import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { responsesOf, worstResponses } from '../../src/schedule/analyse.ts';
import { firstOverload } from '../../src/schedule/earliest-deadline.ts';
import { isOverloaded, type Policy, policies, type Task, utilisationOf } from '../../src/schedule/task.ts';
import { simulate } from './simulate.ts';

/** `[takes, every]`, with a deadline other than the period and a jitter where they are given. */
type Short = readonly [takes: number, every: number, deadline?: number, jitter?: number];

function tasksOf(...each: readonly Short[]): readonly Task[] {
  return each.map(([takes, every, deadline = every, jitter = 0], index) => ({
    name: `task ${index}`,
    takes,
    every,
    deadline,
    jitter,
  }));
}

const misses = (tasks: readonly Task[], policy: Policy) =>
  worstResponses(tasks, policy).some(
    (response, index) => response === undefined || response > (tasks[index]?.deadline ?? 0),
  );

describe('textbook examples', () => {
  test('Liu and Layland 1973, section 4: periods 2 and 5, where the second may take 2 and no more', () => {
    expect(worstResponses(tasksOf([1, 2], [1, 5]), 'rate-monotonic')).toEqual([1, 2]);
    expect(worstResponses(tasksOf([1, 2], [2, 5]), 'rate-monotonic')).toEqual([1, 4]);
    expect(misses(tasksOf([10, 20], [21, 50]), 'rate-monotonic')).toBe(true);
  });

  test('Liu and Layland 1973, theorem 7: the earliest deadline first uses the whole core', () => {
    expect(misses(tasksOf([2, 4], [5, 10]), 'edf')).toBe(false);
    expect(misses(tasksOf([2, 4], [4, 10], [1, 10]), 'edf')).toBe(false);
    expect(misses(tasksOf([20, 40], [51, 100]), 'edf')).toBe(true);
  });

  test('Burns and Wellings, Real-Time Systems and Programming Languages: (3, 7), (3, 12), (5, 20)', () => {
    expect(worstResponses(tasksOf([3, 7], [3, 12], [5, 20]), 'rate-monotonic')).toEqual([3, 6, 20]);
  });

  test('the same: (40, 80), (10, 40), (5, 20), which use the whole core', () => {
    expect(worstResponses(tasksOf([40, 80], [10, 40], [5, 20]), 'rate-monotonic')).toEqual([80, 15, 5]);
  });

  test('Lehoczky 1990: with deadlines beyond periods the fifth run is the worst, not the first', () => {
    expect(worstResponses(tasksOf([26, 70], [62, 100, 118]), 'rate-monotonic')).toEqual([26, 118]);
  });

  test('Davis, Burns, Bril, Lukkien 2007: three messages of a CAN bus, of which the second run of the last is late', () => {
    const messages = tasksOf([100, 250], [100, 350, 325], [100, 350, 325]);
    // In their continuous time 2, 3 and 3.5; a blocking run begins at least a tick before.
    expect(worstResponses(messages, 'non-preemptive')).toEqual([199, 299, 350]);
    expect(misses(messages, 'non-preemptive')).toBe(true);
  });

  test('Jeffay, Stanat, Martel 1991: without preemption a long run makes a short task late at any utilisation', () => {
    expect(misses(tasksOf([1, 3], [4, 100]), 'edf')).toBe(false);
    expect(misses(tasksOf([1, 3], [4, 100]), 'non-preemptive-edf')).toBe(true);
    expect(misses(tasksOf([1, 3], [3, 100]), 'non-preemptive-edf')).toBe(false);
  });

  test('jitter adds to the response of a task and to how often it interrupts others', () => {
    expect(worstResponses(tasksOf([3, 10, 10, 0], [4, 20]), 'rate-monotonic')).toEqual([3, 7]);
    expect(worstResponses(tasksOf([3, 10, 10, 4], [4, 20]), 'rate-monotonic')).toEqual([7, 10]);
  });
});

describe('responsesOf', () => {
  const task = (name: string, takesMs: number, everyMs: number, deadlineMs = everyMs) => ({
    name,
    takesMs,
    everyMs,
    deadlineMs,
    jitterMs: 0,
  });

  it('in milliseconds, the shortest deadline first whatever the order', () => {
    const [gesture, kws] = responsesOf([task('gesture', 30, 500), task('kws', 12, 100, 20)], 'non-preemptive');
    expect(kws).toEqual({ responseMs: 42 - 1e-6, meets: false });
    expect(gesture).toEqual({ responseMs: 42, meets: true });
    expect(responsesOf([task('gesture', 30, 500), task('kws', 12, 100, 20)], 'deadline-monotonic')).toEqual([
      { responseMs: 42, meets: true },
      { responseMs: 12, meets: true },
    ]);
  });

  it('a deadline that is met to the nanosecond is met', () => {
    expect(responsesOf([task('a', 0.1, 1, 0.1), task('b', 0.2, 1, 0.3)], 'rate-monotonic')).toEqual([
      { responseMs: 0.1, meets: true },
      { responseMs: 0.3, meets: true },
    ]);
  });

  it.each(policies)('%s: more than the core can do has no bound', (policy) => {
    const responses = responsesOf([task('a', 60, 100), task('b', 60, 100)], policy);
    expect(responses.some(({ responseMs, meets }) => responseMs === null && !meets)).toBe(true);
  });

  it.each(policies)('%s: one task alone responds in what it takes', (policy) => {
    expect(responsesOf([task('a', 7.5, 100)], policy)).toEqual([{ responseMs: 7.5, meets: true }]);
  });
});

/** Up to five tasks with periods up to 40; half of the sets need less than the core can do. */
const taskSets = fc
  .array(
    fc.record({
      takes: fc.integer({ min: 1, max: 8 }),
      every: fc.integer({ min: 2, max: 40 }),
      slack: fc.integer({ min: -10, max: 20 }),
      jitter: fc.integer({ min: 0, max: 6 }),
      offset: fc.integer({ min: 0, max: 40 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((records) =>
    records.map(({ takes, every, slack, jitter, offset }, index) => {
      const deadline = Math.max(takes, every + slack);
      return { task: { name: `${index}`, takes, every, deadline, jitter }, offset };
    }),
  );

describe('against a simulation, event by event', () => {
  it.each(policies)('%s: no run of any simulated set takes longer than the bound', (policy) => {
    fc.assert(
      fc.property(taskSets, fc.integer({ min: 0, max: 1000 }), (set, seed) => {
        const tasks = set.map(({ task }) => task);
        fc.pre(utilisationOf(tasks) < 2);
        const bounds = worstResponses(tasks, policy);
        const offsets = set.map(({ offset }) => offset);
        const delay = (task: number, run: number) =>
          ((seed + 7 * task + 13 * run) * 31) % ((tasks[task]?.jitter ?? 0) + 1);
        for (const begin of [offsets, tasks.map(() => 0)]) {
          const worst = simulate(tasks, policy, begin, 500, delay);
          bounds.forEach((bound, index) => {
            if (bound !== undefined) expect(worst[index]).toBeLessThanOrEqual(bound);
          });
        }
      }),
      { numRuns: 400 },
    );
  });

  it.each(['rate-monotonic', 'deadline-monotonic'] as const)(
    '%s: when all arrive together without jitter, the bound is reached',
    (policy) => {
      fc.assert(
        fc.property(taskSets, (set) => {
          const tasks = set.map(({ task }) => ({ ...task, jitter: 0 }));
          fc.pre(!isOverloaded(tasks));
          const bounds = worstResponses(tasks, policy);
          const worst = simulate(
            tasks,
            policy,
            tasks.map(() => 0),
            hyperperiod(tasks),
          );
          expect(worst).toEqual(bounds);
        }),
        { numRuns: 150 },
      );
    },
  );

  it('non-preemptive: some arrival of the tasks reaches the bound', () => {
    fc.assert(
      fc.property(taskSets, (set) => {
        const tasks = set
          .map(({ task }) => ({ ...task, jitter: 0 }))
          .sort((left, right) => left.deadline - right.deadline);
        fc.pre(utilisationOf(tasks) < 1);
        const bounds = worstResponses(tasks, 'non-preemptive');
        tasks.forEach((_, index) => {
          // The longest less urgent run begins a tick before everything else arrives, and what is less urgent besides does not arrive.
          const lower = tasks.map(({ takes }, other) => (other > index ? takes : 0));
          const longest = lower.indexOf(Math.max(...lower));
          const isBlocked = Math.max(...lower) > 1;
          const kept = tasks.filter((_, other) => other <= index || (isBlocked && other === longest));
          const offsets = kept.map((_, other) => (isBlocked && other > index ? 0 : 1));
          const first = kept.map((task, other) => (other > index ? { ...task, every: 1e6, deadline: 1e6 } : task));
          const worst = simulate(first, 'non-preemptive', offsets, hyperperiod(tasks) + 1);
          expect(worst[index]).toBe(bounds[index]);
        });
      }),
      { numRuns: 150 },
    );
  });

  it('edf: a set is late exactly when too much work is due in some interval, and then it is late when all arrive together', () => {
    fc.assert(
      fc.property(taskSets, (set) => {
        const tasks = set.map(({ task }) => ({ ...task, jitter: 0 }));
        fc.pre(!isOverloaded(tasks));
        const isLate = misses(tasks, 'edf');
        expect(firstOverload(tasks) !== undefined).toBe(isLate);
        const worst = simulate(
          tasks,
          'edf',
          tasks.map(() => 0),
          2 * hyperperiod(tasks),
        );
        expect(worst.some((response, index) => response > (tasks[index]?.deadline ?? 0))).toBe(isLate);
      }),
      { numRuns: 150 },
    );
  });

  it('non-preemptive-edf: as the conditions of Jeffay, Stanat and Martel say', () => {
    fc.assert(
      fc.property(taskSets, (set) => {
        const tasks = set
          .map(({ task }) => ({ ...task, jitter: 0, deadline: task.every }))
          .filter(({ takes, every }) => takes <= every);
        fc.pre(tasks.length > 0);
        expect(misses(tasks, 'non-preemptive-edf')).toBe(!jeffayHolds(tasks));
      }),
      { numRuns: 400 },
    );
  });
});

/** Theorem 4.1 of Jeffay, Stanat, Martel 1991, for tasks whose deadlines are their periods. */
function jeffayHolds(tasks: readonly Task[]): boolean {
  const sorted = [...tasks].sort((left, right) => left.every - right.every);
  if (isOverloaded(sorted)) return false;
  return sorted.every(({ takes, every }, index) => {
    for (let length = (sorted[0]?.every ?? 0) + 1; length < every; length += 1) {
      const work = sorted
        .slice(0, index)
        .reduce((sum, shorter) => sum + Math.floor((length - 1) / shorter.every) * shorter.takes, takes);
      if (work > length) return false;
    }
    return true;
  });
}

function hyperperiod(tasks: readonly Task[]): number {
  const divisor = (left: number, right: number): number => (right === 0 ? left : divisor(right, left % right));
  const whole = tasks.reduce((period, { every }) => (period / divisor(period, every)) * every, 1);
  return Math.min(whole, 20_000);
}
