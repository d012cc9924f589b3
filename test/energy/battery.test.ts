import { describe, expect, it } from 'vitest';
import { batteryNames, batteryOf } from '../../src/energy/battery.ts';

describe('batteryOf', () => {
  it('knows coin cells, round cells and packs, whatever the case of their names', () => {
    expect(batteryNames()).toEqual(expect.arrayContaining(['CR2032', 'CR2477', 'AA', 'AAA', '18650']));
    for (const name of batteryNames()) expect(batteryOf(name).usableMilliwattHours).toBeGreaterThan(100);
    expect(batteryOf('cr2032')).toMatchObject({ volts: 3, continuousMilliamps: 3, pulse: { milliamps: 15 } });
  });

  it('cells in series add volts and energy, and give the same current', () => {
    const [one, two] = [batteryOf('AA'), batteryOf('2xAA')];
    expect(two.volts).toBe(3);
    expect(two.usableMilliwattHours).toBeCloseTo(2 * one.usableMilliwattHours);
    expect(two.selfDischargeMilliwatts).toBeCloseTo(2 * one.selfDischargeMilliwatts);
    expect(two.continuousMilliamps).toBe(one.continuousMilliamps);
  });

  it('packs by capacity', () => {
    const pack = batteryOf('lipo-500mAh');
    expect(pack).toMatchObject({ volts: 3.7, continuousMilliamps: 500 });
    expect(batteryOf('LiPo-1000mAh').usableMilliwattHours).toBeCloseTo(2 * pack.usableMilliwattHours);
  });

  it.each(['CR2033', 'lipo-0mAh', 'lipo', '0xAA', '', 'AA AA'])('%j is none, and the message says what is', (name) => {
    expect(() => batteryOf(name)).toThrow(/There is no battery .* Known are .*CR2032/);
  });

  it('names the nearest', () => expect(() => batteryOf('CR2033')).toThrow('did you mean "CR2032"?'));
});
