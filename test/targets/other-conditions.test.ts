import { describe, expect, it, test } from 'vitest';
import { energyOf } from '../../src/runtimes/estimate/latency-and-energy.ts';
import type { Board } from '../../src/targets/board.ts';
import { loadBoard } from '../../src/targets/load.ts';
import { missingPower, missingPowerText } from '../../src/targets/missing-power.ts';
import { clockedAt, poweredAs, suppliedAt } from '../../src/targets/other-conditions.ts';

const figure = (value: number): { readonly value: number; readonly source: string } => ({ value, source: 's' });
const withPower = (id: string, power: Board['power']): Board => ({ ...loadBoard(id), power });

describe('the power of a board at another clock', () => {
  test.each<[string, string, Board['power'], number, Board['power']]>([
    [
      'all of it on a microcontroller',
      'nucleo-l4r5zi',
      { activeMilliwatts: figure(40), idleMilliwatts: figure(6), sleepMilliwatts: figure(0.002) },
      30e6,
      { activeMilliwatts: figure(10), idleMilliwatts: figure(1.5), sleepMilliwatts: figure(0.002) },
    ],
    ['upwards too', 'nucleo-l4r5zi', { activeMilliwatts: figure(40) }, 240e6, { activeMilliwatts: figure(80) }],
    [
      'but for what stays',
      'nucleo-l4r5zi',
      { activeMilliwatts: figure(40), idleMilliwatts: figure(16), unclockedMilliwatts: figure(16) },
      60e6,
      { activeMilliwatts: figure(28), idleMilliwatts: figure(16), unclockedMilliwatts: figure(16) },
    ],
    [
      'what a board with Linux takes beyond idle',
      'raspberry-pi-4',
      { activeMilliwatts: figure(5000), idleMilliwatts: figure(2500) },
      750e6,
      { activeMilliwatts: figure(3750), idleMilliwatts: figure(2500) },
    ],
    [
      'nothing of a whole board of which no more is known',
      'jetson-nano',
      { activeMilliwatts: figure(10000) },
      1e6,
      { activeMilliwatts: figure(10000) },
    ],
    ['nothing where nothing is known', 'nucleo-l4r5zi', {}, 1e6, {}],
  ])('follows it: %s', (_, id, power, clockHz, expected) => {
    const board = clockedAt(withPower(id, power), clockHz);
    expect(board.clockHz.value).toBe(clockHz);
    const values = ({ activeMilliwatts, idleMilliwatts, sleepMilliwatts, unclockedMilliwatts }: Board['power']) =>
      [activeMilliwatts, idleMilliwatts, sleepMilliwatts, unclockedMilliwatts].map((each) => each?.value);
    expect(values(board.power)).toEqual(values(expected));
  });

  it('says what it was made from', () => {
    const { activeMilliwatts } = clockedAt(loadBoard('nucleo-l4r5zi'), 60e6).power;
    expect(activeMilliwatts).toMatchObject({
      value: 20.7,
      conditions: '41.4 mW at 120 MHz (120 MHz, 1.8 V, code from flash), of which 41.4 mW follow the clock',
    });
  });
});

describe('the power of a board at another voltage', () => {
  it('follows it behind a linear regulator, also what does not follow the clock', () => {
    const supply = { volts: figure(3), regulator: 'linear' as const, source: 's' };
    const board = withPower('esp32', { activeMilliwatts: figure(60), unclockedMilliwatts: figure(30), supply });
    const { power } = suppliedAt(board, 2) ?? board;
    expect([power.activeMilliwatts?.value, power.unclockedMilliwatts?.value, power.supply?.volts.value]).toEqual([
      40, 20, 2,
    ]);
    expect(suppliedAt(withPower('esp32', { activeMilliwatts: figure(60) }), 2)).toBeUndefined();
  });
});

describe('power that the owner of a board states', () => {
  const board = withPower('nucleo-g474re', { activeMilliwatts: figure(90), wakeMicrojoules: figure(3) });
  const latency = { value: 100, unit: 'ms', basis: 'modelled', error: 0.1 } as const;

  it('takes the place of what the file says and leaves the rest', () => {
    const { power } = poweredAs(board, { activeMilliwatts: 50, sleepMilliwatts: 0.02 });
    expect([power.activeMilliwatts?.value, power.idleMilliwatts, power.sleepMilliwatts?.value]).toEqual([
      50,
      undefined,
      0.02,
    ]);
    expect(power.wakeMicrojoules?.value).toBe(3);
  });

  it('makes energy as certain as latency where it is the active power, and only there', () => {
    const own = energyOf(latency, poweredAs(board, { activeMilliwatts: 50 }), 'tflm');
    expect(own).toMatchObject({ value: 5, error: 0.1, source: 'active power of 50 mW, as configured, times latency' });
    expect(energyOf(latency, poweredAs(board, { sleepMilliwatts: 1 }), 'tflm')?.error).toBe(
      board.runtimes.tflm?.energyError?.value,
    );
  });

  it('is no longer missing', () => {
    expect(missingPower(board)).toEqual(['idleMilliwatts', 'sleepMilliwatts']);
    expect(missingPowerText(board)).toContain('power: { idle: 6 mW, sleep: 15 uW }');
    const whole = poweredAs(board, { idleMilliwatts: 20, sleepMilliwatts: 0.02 });
    expect(missingPowerText(whole)).toBeUndefined();
  });
});
