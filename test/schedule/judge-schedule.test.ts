import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.ts';
import { responsesOf, type TimedTask } from '../../src/schedule/analyse.ts';
import { newEffort } from '../../src/schedule/fixed-point.ts';
import { judgeSchedule, type ScheduleInput } from '../../src/schedule/judge-schedule.ts';
import { knownWork, type PlannedTask, type TaskSide } from '../../src/schedule/planned-task.ts';
import { scheduleResultSchema } from '../../src/schedule/schedule-result.ts';
import { policies } from '../../src/schedule/task.ts';
import { whyLate } from '../../src/schedule/why-late.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { exact, KiB, measurement } from '../support/measurements.ts';

const target = resolveTarget('arduino-nano-33-ble', 'nano33', { ramBytes: 100 * KiB, flashBytes: 500 * KiB });

/** A model that was measured to take so long; in RAM and flash it takes nothing unless told. */
function side(takesMs: number | null, overrides: Partial<Measurement> = {}): TaskSide {
  const latency = takesMs === null ? null : ({ value: takesMs, unit: 'ms', basis: 'measured' } as const);
  return { takes: latency, measurement: measurement({ latency, peakRam: exact(0), flash: exact(0), ...overrides }) };
}

function task(
  name: string,
  everyMs: number,
  base: TaskSide | null,
  head: TaskSide | null,
  deadlineMs = everyMs,
): PlannedTask {
  return { name, model: name, everyMs, deadlineMs, jitterMs: 0, base, head };
}

function judged(tasks: readonly PlannedTask[], overrides: Partial<ScheduleInput> = {}) {
  const result = judgeSchedule({
    target,
    policy: 'non-preemptive',
    arenas: 'separate',
    level: 'error',
    origin: 'edge-ready.yml:9',
    rule: 'base',
    tasks,
    problems: [],
    limits: [],
    ...overrides,
  });
  expect(scheduleResultSchema.parse(result)).toEqual(result);
  const messages = result.judgements.map(({ verdict, message, caution }) =>
    [verdict, message, ...(caution === undefined ? [] : [caution])].join(': '),
  );
  return { result, messages };
}

describe('deadlines', () => {
  test('another model became slower', () => {
    const { result, messages } = judged([
      task('slow', 200, side(10), side(20)),
      task('urgent', 100, side(5), side(5), 16),
    ]);
    expect(result.verdict).toBe('fail');
    expect(result.head.utilisation).toBeCloseTo(0.15);
    expect(messages).toContain(
      'fail: urgent now misses its deadline of 16 ms: it takes up to 25.0 ms from its arrival to its end (15.0 ms in the base), because slow takes 20 ms instead of 10 ms',
    );
  });

  test('it became slower itself', () => {
    const { messages } = judged([task('a', 100, side(10), side(12), 11)]);
    expect(messages[0]).toBe(
      'fail: a now misses its deadline of 11 ms: it takes up to 12 ms from its arrival to its end (10 ms in the base), because it takes 12 ms instead of 10 ms itself',
    );
  });

  test('two changes that only together make it late, and one that does not matter', () => {
    const { messages } = judged(
      [
        task('a', 50, side(10), side(12)),
        task('b', 60, side(10), side(13)),
        task('late', 100, side(25), side(25), 48),
        task('c', 500, side(1), side(2)),
      ],
      { policy: 'rate-monotonic' },
    );
    expect(messages[2]).toMatch(/because b takes 13 ms instead of 10 ms and a takes 12 ms instead of 10 ms$/);
  });

  test('a task that is new', () => {
    const { messages } = judged([task('new', 200, null, side(20)), task('urgent', 100, side(5), side(5), 16)]);
    expect(messages[1]).toContain('because new is new and takes 20 ms');
  });

  test('late in the base too, and no longer late', () => {
    const { result, messages } = judged([
      task('slow', 200, side(20), side(18)),
      task('urgent', 100, side(5), side(5), 16),
    ]);
    expect(result.verdict).toBe('warn');
    expect(messages[1]).toBe(
      'warn: urgent still misses its deadline of 16 ms, as in the base: it takes up to 23.0 ms from its arrival to its end (25.0 ms in the base); it is late together with slow',
    );
    expect(
      judged([task('slow', 200, side(20), side(8)), task('urgent', 100, side(5), side(5), 16)]).messages[1],
    ).toMatch(/^pass: urgent now meets its deadline of 16 ms/);
  });

  test('more than the core has', () => {
    const { messages } = judged([task('a', 10, side(5), side(9)), task('b', 20, side(5), side(5))]);
    expect(messages[1]).toBe(
      'fail: b now misses its deadline of 20 ms: there is no bound on when it is done, as the tasks need 115 % of the core (10 ms in the base), because a takes 9 ms instead of 5 ms',
    );
  });

  test('late by itself', () => {
    expect(judged([task('a', 10, null, side(12))]).messages[0]).toContain('; it is late even alone');
  });

  test('the errors of estimates may turn the answer', () => {
    const about = (value: number): TaskSide => ({ takes: { value, unit: 'ms', basis: 'modelled', error: 0.1 } });
    const cautions = [8, 9.5, 10.5, 12].map((value) => {
      const [message = ''] = judged([task('a', 100, null, about(value), 10)]).messages;
      return [message.slice(0, 4), message.includes("within the estimates' error of 10 %")];
    });
    expect(cautions).toEqual([
      ['pass', false],
      ['pass', true],
      ['fail', true],
      ['fail', false],
    ]);
  });

  test('other work delays models and has a deadline of its own', () => {
    const radio = { ...task('radio', 10, knownWork(2), knownWork(2)), model: undefined };
    const { model: _, ...work } = radio;
    const { result } = judged([work, task('a', 100, side(5), side(9))]);
    expect(result.judgements.map(({ task: name, verdict }) => [name, verdict]).slice(0, 2)).toEqual([
      ['radio', 'fail'],
      ['a', 'pass'],
    ]);
  });

  test('with level warn nothing fails', () => {
    expect(judged([task('a', 10, null, side(12))], { level: 'warn' }).result.verdict).toBe('warn');
    expect(judged([task('a', 10, null, side(null))], { level: 'warn' }).result.verdict).toBe('warn');
  });
});

describe('what is not known', () => {
  test('a latency: an error that says why, and no deadline is judged', () => {
    const unknown = side(null, { unavailable: { latency: 'Kernel costs are not known.' } });
    const { result } = judged([task('a', 100, side(5), unknown), task('b', 100, side(5), side(5))]);
    expect(result.verdict).toBe('error');
    expect(result.problems).toEqual(['The latency of a on nano33 is not known: Kernel costs are not known.']);
    expect(result.judgements.some(({ about }) => about === 'deadline')).toBe(false);
  });

  test('RAM: an error where the configuration limits it, else nothing', () => {
    const unknown = side(5, { peakRam: null, unavailable: { peakRam: 'Not measured.' } });
    expect(judged([task('a', 100, null, unknown)]).result.problems).toEqual([
      'The peak RAM of a on nano33 is not known: Not measured.',
    ]);
    const unlimited = judged([task('a', 100, null, unknown)], { target: resolveTarget('arduino-nano-33-ble') });
    expect(unlimited.result.verdict).toBe('pass');
  });
});

describe('RAM and flash of all models', () => {
  const ram = (bytes: number) => side(1, { peakRam: exact(bytes) });

  test('too much is a failure; too much in the base already is a warning', () => {
    const now = judged([task('a', 100, ram(40 * KiB), ram(70 * KiB)), task('b', 100, ram(40 * KiB), ram(40 * KiB))]);
    expect(now.messages).toContain('fail: peak RAM of all models 110 KiB > 100 KiB of nano33 (80 KiB in the base)');
    const before = judged([task('a', 100, ram(70 * KiB), ram(71 * KiB)), task('b', 100, ram(40 * KiB), ram(40 * KiB))]);
    expect(before.messages).toContain(
      'warn: still too much, as in the base: peak RAM of all models 111 KiB > 100 KiB of nano33 (110 KiB in the base)',
    );
  });

  test('a model that the target refuses', () => {
    const refused = side(1, {
      deployable: false,
      findings: [{ code: 'unsupported-operator', severity: 'error', message: 'GELU is not there.' }],
    });
    const { messages } = judged([task('a', 100, ram(1), refused)]);
    expect(messages[0]).toBe('fail: a does not run on nano33: GELU is not there');
  });
});

describe('whyLate', () => {
  const timed = fc.record({
    name: fc.constant('t'),
    takesMs: fc.integer({ min: 1, max: 20 }),
    everyMs: fc.integer({ min: 20, max: 100 }),
    deadlineMs: fc.integer({ min: 5, max: 100 }),
    jitterMs: fc.constant(0),
  });
  const sets = fc.array(timed, { minLength: 1, maxLength: 5 });
  const meets = (tasks: readonly (TimedTask | undefined)[], late: TimedTask, policy: (typeof policies)[number]) => {
    const there = tasks.flatMap((each) => each ?? []);
    return responsesOf(there, policy)[there.indexOf(late)]?.meets;
  };

  test('the set is late, and without any one of the others it is not', () => {
    fc.assert(
      fc.property(sets, fc.constantFrom(...policies), (tasks, policy) => {
        responsesOf(tasks, policy).forEach((response, late) => {
          const own = tasks[late];
          if (response.meets || own === undefined) return;
          const why = whyLate(late, tasks, tasks, policy, newEffort());
          const set = tasks.filter((_, index) => index === late || why?.together.includes(index));
          expect(meets(set, own, policy)).toBe(false);
          for (const other of set.filter((each) => each !== own)) {
            expect(
              meets(
                set.filter((each) => each !== other),
                own,
                policy,
              ),
            ).toBe(true);
          }
          expect(why?.changed).toEqual([]);
        });
      }),
    );
  });

  test('undoing what made it late alone, or all of it, makes it meet its deadline again', () => {
    fc.assert(
      fc.property(
        sets,
        fc.array(fc.integer({ min: -5, max: 10 }), { minLength: 5, maxLength: 5 }),
        fc.constantFrom(...policies),
        (before, more, policy) => {
          const now = before.map((each, index) => ({
            ...each,
            takesMs: Math.max(1, each.takesMs + (more[index] ?? 0)),
          }));
          const old = responsesOf(before, policy);
          responsesOf(now, policy).forEach((response, late) => {
            if (response.meets || old[late]?.meets !== true) return;
            const why = whyLate(late, now, before, policy, newEffort());
            const undone = now.map((each, index) => (why?.changed.includes(index) ? before[index] : each));
            const own = undone[late];
            expect(why?.changed.length).toBeGreaterThan(0);
            expect(own !== undefined && meets(undone, own, policy)).toBe(true);
          });
        },
      ),
    );
  });

  test('without any effort nothing is claimed', () => {
    const tasks = [{ name: 'a', takesMs: 12, everyMs: 10, deadlineMs: 10, jitterMs: 0 }];
    expect(whyLate(0, tasks, tasks, 'edf', { left: 0 })).toBeUndefined();
  });
});
