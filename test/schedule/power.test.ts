import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { operationOf } from '../../src/energy/duty-cycle.ts';
import { judgeSchedule, type ScheduleInput } from '../../src/schedule/judge-schedule.ts';
import { knownWork, type PlannedTask, type TaskSide } from '../../src/schedule/planned-task.ts';
import { powerTogether } from '../../src/schedule/power.ts';
import { scheduleResultSchema } from '../../src/schedule/schedule-result.ts';
import { policies } from '../../src/schedule/task.ts';
import { timelineOf } from '../../src/schedule/timeline.ts';
import type { Board } from '../../src/targets/board.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import type { Target } from '../../src/targets/target.ts';
import { exact, measurement, modelled } from '../support/measurements.ts';

const milliwatts = (value: number) => ({ value, source: 'device' });
const known = resolveTarget('arduino-nano-33-ble', 'nano33');

function targetWith(power: Board['power']): Target {
  return { ...known, board: { ...known.board, power } };
}

const target = targetWith({ activeMilliwatts: milliwatts(18), sleepMilliwatts: milliwatts(0.0045) });

/** A model that runs so many ms at so many mW. */
function side(milliseconds: number, power = 18): TaskSide {
  const latency = modelled(milliseconds, 'ms', 0.1);
  const energy = modelled((milliseconds * power) / 1000, 'mJ', 0.2);
  return { takes: latency, measurement: measurement({ latency, energy, peakRam: exact(0), flash: exact(0) }) };
}

const task = (name: string, everyMs: number, head: TaskSide, base: TaskSide | null = head): PlannedTask => ({
  name,
  model: name,
  everyMs,
  deadlineMs: everyMs,
  jitterMs: 0,
  base,
  head,
});

/** Two models, of which one becomes twice as slow, on a coin cell. */
function judged(overrides: Partial<ScheduleInput> = {}) {
  const result = judgeSchedule({
    target,
    policy: 'non-preemptive',
    arenas: 'separate',
    level: 'error',
    origin: 'edge-ready.yml:9',
    rule: 'base',
    battery: 'CR2032',
    tasks: [task('a', 100, side(20), side(10)), task('b', 500, side(50))],
    problems: [],
    limits: [],
    ...overrides,
  });
  expect(scheduleResultSchema.parse(result)).toEqual(result);
  const about = result.judgements.filter(({ task }) => task === undefined);
  return { ...result, messages: about.map(({ verdict, message }) => `${verdict}: ${message}`) };
}

describe('two models on a coin cell', () => {
  test('power, duty and days, worked by hand', () => {
    const { base, head } = judged();
    // 18 mW for 10 of 100 ms and for 50 of 500 ms, 4.5 µW for the other 80 % of the time; then for 20 of 100 ms, and 70 %.
    expect(base?.averagePower?.value).toBeCloseTo(1.8 + 1.8 + 0.8 * 0.0045, 9);
    expect(head.averagePower?.value).toBeCloseTo(3.6 + 1.8 + 0.7 * 0.0045, 9);
    expect(head.averagePower?.error).toBeCloseTo((0.2 * 5.4) / 5.40315, 3);
    expect(head.duty).toMatchObject({ unit: 'ratio', basis: 'modelled', error: 0.1 });
    expect(head.duty?.value).toBeCloseTo(0.3, 12);
    // 655.65 mWh to use; the cell's own loss is 1.12 µW.
    expect(base?.batteryLife?.value).toBeCloseTo(655.65 / (3.6036 + 0.00112) / 24, 3);
    expect(head.batteryLife?.value).toBeCloseTo(655.65 / (5.40315 + 0.00112) / 24, 3);
  });

  test('other work takes the active power; waking comes with every run', () => {
    const waking = targetWith({ ...target.board.power, wakeMicrojoules: { value: 100, source: 'device' } });
    const tasks = [task('a', 100, side(20)), { ...task('radio', 500, knownWork(50)), model: 'radio' }];
    const { head } = judged({ target: waking, tasks });
    // 100 µJ for each of 10 and of 2 runs a second are 1.2 mW more.
    expect(head.averagePower?.value).toBeCloseTo(5.40315 + 1.2, 9);
  });

  test('gaps that are too short to sleep are idled through', () => {
    const power = { ...target.board.power, idleMilliwatts: milliwatts(1), wakeMicrojoules: milliwatts(100) };
    const short = judged({ target: targetWith(power) }).head.averagePower;
    expect(short?.value).toBeCloseTo(5.4 + 0.7, 9);
    expect(short?.source).toContain('too short to sleep');
    const tasks = [task('a', 1000, side(20))];
    // 98 % of the time at 1 mW would be 0.98 mW; sleeping takes 0.00441 mW and 0.1 mW for waking.
    expect(judged({ target: targetWith(power), tasks }).head.averagePower?.value).toBeCloseTo(0.36 + 0.10441, 9);
  });

  test.each([
    ['averagePower', { kind: 'max', value: 6 }, 'pass: average power ≈ 5.40 mW ≤ 6 mW of all tasks'],
    ['averagePower', { kind: 'max', value: 4 }, 'fail: average power ≈ 5.40 mW > 4 mW of all tasks'],
    [
      'averagePower',
      { kind: 'max', value: 3 },
      'warn: still, as in the base: average power ≈ 5.40 mW > 3 mW of all tasks',
    ],
    ['duty', { kind: 'max', value: 0.25 }, 'fail: duty ≈ 30 % > 25 % of all tasks'],
    ['batteryLife', { kind: 'min', value: 6 }, 'fail: battery life ≈ 5.06 days < 6 days of all tasks'],
    [
      'batteryLife',
      { kind: 'max-decrease', relative: 0.1 },
      'fail: battery life ≈ 7.58 days → 5.06 days, −33.3 % > 10 % of all tasks',
    ],
  ] as const)('a limit on %s: %j', (metric, limit, message) => {
    const { messages } = judged({ limits: [{ metric, limit, level: 'error', text: 'x' }] });
    expect(messages).toContain(message);
  });

  // 18 mW are 6 mA, 30 mW 10 mA, 60 mW 20 mA; a CR2032 gives 3 mA, or 15 mA for 2 s.
  test.each([
    ['in a pulse of 70 ms', 18, [100, 20], [500, 50], undefined],
    ['in a pulse of 1,998 ms', 30, [3000, 999], [5000, 999], undefined],
    [
      'in a pulse of 3 s, of two that each take 1.5 s',
      30,
      [3000, 1500],
      [5000, 1500],
      '10 mA, and a CR2032 gives 3 mA continuously',
    ],
    ['without a pause', 30, [100, 60], [500, 250], '10 mA, and a CR2032 gives 3 mA continuously'],
    ['too much for a pulse', 60, [100, 20], [500, 50], '20 mA, and a CR2032 gives 15 mA in pulses of up to 2 s'],
  ] as const)('the current of a coin cell %s', (_, power, [everyA, a], [everyB, b], words) => {
    const told = (base: TaskSide | null | undefined) => {
      const tasks = [task('a', everyA, side(a, power), base), task('b', everyB, side(b, power), base)];
      return judged({ tasks }).messages.filter((message) => message.includes('while its tasks run'));
    };
    const whole = `while its tasks run, nano33 draws about ${words}: its voltage would break down. A capacitor beside it, a larger cell or a slower clock helps`;
    expect(told(null)).toEqual(words === undefined ? [] : [`warn: ${whole}`]);
    expect(told(undefined)).toEqual(words === undefined ? [] : [`warn: still, as in the base: ${whole}`]);
  });

  test('levels, and what is not there', () => {
    const limit = { kind: 'min', value: 6 } as const;
    const all = (level: 'off' | 'warn' | 'error') => [{ metric: 'batteryLife', limit, level, text: '6 days' } as const];
    expect(judged({ limits: all('warn') }).verdict).toBe('warn');
    expect(judged({ limits: all('off') }).verdict).toBe('pass');
    const { battery: _, ...unfed } = { ...judged(), limits: all('error') };
    const tasks = [task('a', 100, side(20))];
    const without = judgeSchedule({
      ...{ target, policy: unfed.policy, arenas: unfed.arenas, level: 'error', origin: unfed.origin, rule: 'base' },
      ...{ tasks, problems: [], limits: unfed.limits },
    });
    expect(without.problems).toEqual(["The battery life can't be judged: the schedule names no battery"]);
    expect(without.verdict).toBe('error');
    const dark = targetWith({});
    const unknown = judged({
      target: dark,
      tasks: [task('radio', 500, knownWork(50))],
      limits: all('error'),
    });
    expect(unknown.head).toMatchObject({ averagePower: null, batteryLife: null });
    expect(unknown.problems).toEqual([
      "The battery life can't be judged: the energy of radio is not known, as the active power of Arduino Nano 33 BLE is not known: say it with power: { active: 20 mW } of the target in edge-ready.yml",
    ]);
    const fresh = judged({
      tasks: [task('a', 100, side(20), null)],
      limits: [{ metric: 'averagePower', limit: { kind: 'max-increase', relative: 0.1 }, level: 'error', text: '10%' }],
    });
    expect(fresh.verdict).toBe('pass');
  });
});

describe('what holds for every schedule', () => {
  const powers = fc.record({
    active: fc.integer({ min: 1, max: 500 }),
    sleep: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
    idle: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
    wake: fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined }),
  });

  test('one model alone is what its duty-cycle says', () => {
    fc.assert(
      fc.property(
        powers,
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 2000 }),
        (power, takes, everyMs) => {
          const place = targetWith({
            ...(power.sleep === undefined ? {} : { sleepMilliwatts: milliwatts(power.sleep) }),
            ...(power.idle === undefined ? {} : { idleMilliwatts: milliwatts(power.idle) }),
            ...(power.wake === undefined ? {} : { wakeMicrojoules: milliwatts(power.wake) }),
          });
          const { takes: latency, measurement: measured } = side(takes, power.active);
          if (measured === undefined) throw new Error('the example has a measurement');
          const alone = operationOf(measured, place.board, { everyMs, battery: '2xAA' });
          const one = [{ name: 'a', everyMs, takes: latency, measurement: measured }];
          const together = powerTogether(one, place, { battery: '2xAA' });
          expect(together.averagePower).toEqual(alone.averagePower);
          expect(together.batteryLife).toEqual(alone.batteryLife);
          expect(together.duty?.value).toBe(alone.duty?.value);
          // The formula of one model by itself, where it never idles.
          if (power.idle !== undefined && power.sleep !== undefined) return;
          const period = Math.max(everyMs, takes);
          const rest = (power.sleep ?? power.idle ?? 0) * (period - takes);
          const microjoules = takes * power.active + rest + (power.wake ?? 0);
          expect(together.averagePower?.value).toBeCloseTo(microjoules / period, 6);
        },
      ),
    );
  });

  test('what a device takes that runs event by event', () => {
    const run = fc.record({ takes: fc.integer({ min: 1, max: 6 }), every: fc.constantFrom(10, 12, 15, 20, 30, 60) });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(run, fc.integer({ min: 1, max: 100 })), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...policies),
        fc.integer({ min: 0, max: 10 }),
        (tasks, policy, asleep) => {
          fc.pre(tasks.reduce((sum, [{ takes, every }]) => sum + takes / every, 0) <= 1);
          const timed = tasks.map(([{ takes, every }], index) => ({
            ...{ name: `${index}`, takes, every, deadline: every, jitter: 0 },
          }));
          // Sixty ticks are a multiple of every period, and all that arrives in them is done in them.
          let [microjoules, busy] = [0, 0];
          for (const { task: index, pieces } of timelineOf(timed, policy, { until: 60 })) {
            for (const { from, to } of pieces) {
              microjoules += (to - from) * (tasks[index]?.[1] ?? 0);
              busy += to - from;
            }
          }
          const total = microjoules + (60 - busy) * asleep;
          const loads = tasks.map(([{ takes, every }, power], index) => {
            const { takes: latency, measurement: measured } = side(takes, power);
            return { name: `${index}`, everyMs: every, takes: latency, ...(measured && { measurement: measured }) };
          });
          const power = powerTogether(loads, targetWith({ sleepMilliwatts: milliwatts(asleep) }), {});
          expect(power.averagePower?.value).toBeCloseTo(total / 60, 9);
          expect(power.duty?.value).toBeCloseTo(busy / 60, 9);
        },
      ),
    );
  });
});
