import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expOfNegative, logisticOf, reciprocalOfOnePlus, tanhOf } from '../../../src/kernels/arithmetic/exponential.ts';
import { byteTable, int16Table, interpolate } from '../../../src/kernels/arithmetic/lookup.ts';
import { logisticInt16, tableScaling, tanhInt16 } from '../../../src/kernels/arithmetic/sigmoid.ts';

const inQ0 = (value: number) => value / 2 ** 31;

describe('fixed-point functions', () => {
  const q5 = fc.integer({ min: -(2 ** 31), max: 0 });
  it('expOfNegative is the exponential', () => {
    fc.assert(
      fc.property(q5, (value) => {
        expect(inQ0(expOfNegative(value, 5))).toBeCloseTo(Math.exp(value / 2 ** 26), 6);
      }),
    );
    expect(expOfNegative(0, 5)).toBe(2 ** 31 - 1);
  });

  it('logisticOf and tanhOf are the curves, and symmetric', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }), (value) => {
        const real = value / 2 ** 27;
        expect(inQ0(logisticOf(value, 4))).toBeCloseTo(1 / (1 + Math.exp(-real)), 6);
        expect(inQ0(tanhOf(value, 4))).toBeCloseTo(Math.tanh(real), 6);
        expect(tanhOf(-value, 4) + tanhOf(value, 4)).toBe(0);
      }),
    );
    expect(logisticOf(0, 4)).toBe(2 ** 30);
  });

  it('reciprocalOfOnePlus is 1 / (1 + x)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (value) => {
        expect(inQ0(reciprocalOfOnePlus(value))).toBeCloseTo(1 / (1 + inQ0(value)), 6);
      }),
    );
  });
});

describe('int16 tables', () => {
  it('logisticInt16 and tanhInt16 are within two steps', () => {
    const scaling = tableScaling(2 ** -12, false);
    expect(scaling).toEqual({ multiplier: 3, shift: 0 });
    fc.assert(
      fc.property(fc.integer({ min: -32768, max: 32767 }), (value) => {
        const real = value / 4096;
        expect(Math.abs(logisticInt16(value, scaling) - 32768 / (1 + Math.exp(-real)))).toBeLessThanOrEqual(2);
        expect(Math.abs(tanhInt16(value, scaling) - 32768 * Math.tanh(real))).toBeLessThanOrEqual(4);
      }),
    );
  });

  it('another scale is brought to the table with 15 bits', () => {
    const scaling = tableScaling(0.001, false);
    expect(scaling.multiplier).toBeGreaterThan(2 ** 14 - 1);
    expect(logisticInt16(1000, scaling)).toBeCloseTo(32768 / (1 + Math.exp(-1)), -1);
  });

  it('interpolates what it samples', () => {
    const table = int16Table(1 / 32768, 0, 1 / 32768, 0, (value) => value / 2);
    expect(table).toHaveLength(513);
    for (const value of [-32768, -1000, 0, 77, 32767]) {
      expect(Math.abs(interpolate(table, value) - value / 2)).toBeLessThanOrEqual(1);
    }
  });

  it('byteTable is the rounded function, clamped', () => {
    const table = byteTable({ scale: 0.5, zeroPoint: -10 }, { scale: 0.25, zeroPoint: 3 }, true, (value) => value);
    expect(table[0]).toBe(23);
    expect(table[-12 & 0xff]).toBe(-1);
    expect(table[127]).toBe(127);
    expect(table[-128 & 0xff]).toBe(-128);
  });
});
