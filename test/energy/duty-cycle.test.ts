import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batteryOf } from '../../src/energy/battery.ts';
import { type DutyCycle, operationOf } from '../../src/energy/duty-cycle.ts';
import type { Board } from '../../src/targets/board.ts';
import { loadBoard } from '../../src/targets/load.ts';
import { modelled } from '../support/measurements.ts';

type Power = Board['power'];
const milliwatts = (value: number) => ({ value, source: 'device' });

/** A board of which only the power counts. */
function boardWith(power: Power): Board {
  return { ...loadBoard('arduino-nano-33-ble'), power };
}

/** An inference of so many ms at so many mW. */
function running(milliseconds: number, power: number) {
  return { latency: modelled(milliseconds, 'ms', 0.1), energy: modelled((milliseconds * power) / 1000, 'mJ', 0.2) };
}

const board = boardWith({ activeMilliwatts: milliwatts(18), sleepMilliwatts: milliwatts(0.0045) });
const cycle: DutyCycle = { everyMs: 1000, battery: 'CR2032' };

describe('operationOf', () => {
  it('a model that runs 200 ms of each second from a coin cell', () => {
    const { averagePower, duty, batteryLife, findings, unavailable } = operationOf(running(200, 18), board, cycle);
    // 18 mW for 0.2 s and 4.5 µW for 0.8 s of every second.
    expect(averagePower?.value).toBeCloseTo(3.6036, 6);
    expect(averagePower).toMatchObject({ unit: 'mW', basis: 'modelled', error: 0.2 });
    expect(duty).toMatchObject({ value: 0.2, unit: 'ratio', error: 0.1 });
    // 235 mAh × 3 V × 0.93 = 655.65 mWh; 1.5 % of it a year is 1.12 µW more.
    expect(batteryLife?.value).toBeCloseTo(655.65 / (3.6036 + 0.00112) / 24, 3);
    expect(batteryLife?.unit).toBe('days');
    expect(unavailable).toEqual({});
    expect(findings).toEqual([
      {
        code: 'duty-cycle',
        severity: 'info',
        message: 'Runs 200 ms of every 1 s (20 % of the time) and takes 3.60 mW on average: CR2032 lasts 7.58 days.',
      },
    ]);
  });

  it('waking costs what the board says', () => {
    const waking = boardWith({ ...board.power, wakeMicrojoules: { value: 400, source: 'device' } });
    expect(operationOf(running(200, 18), waking, cycle).averagePower?.value).toBeCloseTo(4.0036, 6);
  });

  it("the firmware's own figure asleep comes before the board's; without either a board idles", () => {
    const said = operationOf(running(200, 18), board, { ...cycle, sleepMilliwatts: 1 });
    expect(said.averagePower?.value).toBeCloseTo(4.4, 9);
    expect(said.averagePower?.source).toContain('as configured');
    const idle = operationOf(running(200, 18), boardWith({ idleMilliwatts: milliwatts(5) }), cycle);
    expect(idle.averagePower?.value).toBeCloseTo(7.6, 9);
    expect(idle.averagePower?.bound).toBeUndefined();
  });

  it('an unknown power asleep gives bounds that say so', () => {
    const { averagePower, batteryLife, findings } = operationOf(running(200, 18), boardWith({}), cycle);
    expect(averagePower).toMatchObject({ value: 3.6, bound: 'at-least', source: expect.stringContaining('"sleep"') });
    expect(batteryLife).toMatchObject({ bound: 'at-most', source: expect.stringContaining('counted as 0') });
    expect(findings[0]?.message).toMatch(
      /; the power asleep of .* is not known: say it with "sleep", or with power: \{ sleep: 15 uW \} of the target in edge-ready\.yml\.$/,
    );
    expect(findings[0]?.message).toContain('takes at least 3.60 mW on average: CR2032 lasts at most 7.59 days');
  });

  it('what the board takes between is as uncertain as its energy, what the configuration says is not; a battery is never measured', () => {
    const rare = { ...running(0.1, 5000), energy: { value: 0.5, unit: 'mJ', basis: 'measured', error: 0.3 } } as const;
    const idles = operationOf(rare, boardWith({ idleMilliwatts: milliwatts(2500) }), cycle);
    expect(idles.averagePower).toMatchObject({ basis: 'modelled', error: 0.3 });
    const sleeps = operationOf(rare, board, { ...cycle, sleepMilliwatts: 0.5 });
    expect(sleeps.averagePower).toMatchObject({ basis: 'measured', error: 0.15 });
    expect(sleeps.batteryLife).toMatchObject({ basis: 'modelled' });
  });

  it('longer than its period: runs all the time, and a warning', () => {
    const { averagePower, duty, findings } = operationOf(running(2000, 18), board, cycle);
    expect(duty?.value).toBe(2);
    expect(averagePower?.value).toBeCloseTo(18, 9);
    expect(findings[0]).toMatchObject({ code: 'duty-cycle-overrun', severity: 'warning' });
  });

  it.each([
    ['a pulse that a coin cell gives', 200, 18, 'CR2032', false],
    ['one that it does not', 200, 60, 'CR2032', true],
    ['a long one, for which the continuous current counts', 3000, 18, 'CR2032', true],
    ['the same from two alkaline cells', 200, 60, '2xAA', false],
    ['300 mW from a small pack', 200, 300, 'lipo-50mAh', true],
  ])('%s', (_, ms, power, battery, isWarned) => {
    const { findings } = operationOf(running(ms, power), board, { everyMs: 10_000, battery });
    expect(findings.some(({ code }) => code === 'battery-current')).toBe(isWarned);
  });

  it('no longer than the cell keeps on a shelf', () => {
    const { batteryLife } = operationOf(running(0.1, 1), boardWith({ sleepMilliwatts: milliwatts(1e-5) }), cycle);
    expect(batteryLife?.value).toBeCloseTo(3652.5, 6);
    expect(batteryLife?.source).toContain('shelf life of 10 years');
  });

  it('what is missing is null with a reason', () => {
    const unknown = operationOf({ latency: null, energy: null }, board, cycle);
    expect(unknown).toMatchObject({ averagePower: null, duty: null, batteryLife: null });
    expect(Object.keys(unknown.unavailable)).toEqual(['averagePower', 'duty', 'batteryLife']);
    const timed = operationOf({ ...running(200, 18), energy: null }, board, cycle);
    expect(timed.duty?.value).toBe(0.2);
    expect(timed.unavailable.averagePower).toBe('its energy is not known');
    expect(operationOf(running(200, 18), board, { everyMs: 1000 }).unavailable.batteryLife).toContain(
      'names no battery',
    );
    expect(operationOf(running(200, 18), board, undefined).unavailable.duty).toContain('no duty-cycle');
  });

  it('what is drawn until the cell is empty is what it holds, and more work never lasts longer', () => {
    const period = fc.double({ min: 100, max: 100_000, noNaN: true });
    fc.assert(
      fc.property(
        period,
        fc.double({ min: 0.01, max: 0.9, noNaN: true }),
        fc.double({ min: 1, max: 100, noNaN: true }),
        (everyMs, share, power) => {
          const of = (part: number) =>
            operationOf(running(everyMs * part, power), board, { everyMs, battery: '18650' });
          const { averagePower, batteryLife } = of(share);
          const { usableMilliwattHours, selfDischargeMilliwatts } = batteryOf('18650');
          const drawn = (averagePower?.value ?? 0) + selfDischargeMilliwatts;
          const days = usableMilliwattHours / drawn / 24;
          expect(batteryLife?.value).toBeCloseTo(Math.min(days, 3652.5), 6);
          expect(averagePower?.value).toBeLessThanOrEqual(power + 1e-9);
          expect(of(share * 1.1).batteryLife?.value).toBeLessThanOrEqual(batteryLife?.value ?? 0);
        },
      ),
    );
  });
});
