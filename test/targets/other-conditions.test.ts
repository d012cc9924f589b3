import { describe, expect, it, test } from 'vitest';
import type { Board } from '../../src/targets/board.ts';
import { loadBoard } from '../../src/targets/load.ts';
import { clockedAt, suppliedAt } from '../../src/targets/other-conditions.ts';

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
