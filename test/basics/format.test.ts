import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatDifference,
  formatPair,
  formatPoints,
  formatRelative,
  formatValue,
  type Quantity,
} from '../../src/basics/format.ts';

describe('formatValue', () => {
  it.each<readonly [number, Quantity, string]>([
    [0, 'B', '0 B'],
    [1023, 'B', '1023 B'],
    [1024, 'B', '1 KiB'],
    [65_536, 'B', '64 KiB'],
    [65_540, 'B', '64.0 KiB'],
    [72_909, 'B', '71.2 KiB'],
    [1_048_575, 'B', '1.00 MiB'],
    [1_048_576, 'B', '1 MiB'],
    [123_456_789, 'B', '117.7 MiB'],
    [0, 'ms', '0 ms'],
    [0.0423, 'ms', '42.3 µs'],
    [0.9996, 'ms', '1.00 ms'],
    [9.999, 'ms', '10.0 ms'],
    [18.24, 'ms', '18.2 ms'],
    [20, 'ms', '20 ms'],
    [999.9, 'ms', '1.00 s'],
    [65_432, 'ms', '65.4 s'],
    [0.42, 'mJ', '420 µJ'],
    [2, 'mJ', '2 mJ'],
    [1, 'ratio', '100 %'],
    [0.9133, 'ratio', '91.3 %'],
    [0.0004, 'ratio', '0.040 %'],
    [22_604, 'count', '22.6 k'],
    [1_000_000, 'count', '1 M'],
    [13, 'count', '13'],
  ])('%d %s is %s', (value, quantity, text) => {
    expect(formatValue(value, quantity)).toBe(text);
  });
});

describe('differences', () => {
  it.each([
    [formatDifference(-9300, 'B'), '−9.1 KiB'],
    [formatDifference(9300, 'B'), '+9.1 KiB'],
    [formatDifference(-0, 'B'), '0'],
    [formatDifference(1e-17, 'ratio'), '0'],
    [formatDifference(-0.005, 'ratio'), '−0.5 pp'],
    [formatDifference(0.012345, 'ratio'), '+1.2 pp'],
    [formatPoints(0.07), '7 pp'],
    [formatRelative(0.184), '+18.4 %'],
    [formatRelative(-0.031), '−3.1 %'],
    [formatRelative(0.00031), '+0.031 %'],
    [formatRelative(-1e-12), '0 %'],
    [formatRelative(-0), '0 %'],
    [formatRelative(18.4), '+1840 %'],
  ])('%s is %s', (actual, expected) => {
    expect(actual).toBe(expected);
  });

  it('shows two values that differ as two texts, with no more decimals than that takes', () => {
    expect(formatPair(72_909, 65_536, 'B')).toEqual(['71.2 KiB', '64 KiB']);
    expect(formatPair(65_540, 65_536, 'B')).toEqual(['64.004 KiB', '64 KiB']);
    expect(formatPair(20.001, 20, 'ms')).toEqual(['20.001 ms', '20 ms']);
    expect(formatPair(65_536, 65_536, 'B')).toEqual(['64 KiB', '64 KiB']);
  });
});

describe('any number', () => {
  const quantity = fc.constantFrom<Quantity>('B', 'ms', 'mJ', 'ratio', 'count');
  const value = fc.oneof(fc.double({ min: -1e12, max: 1e12, noNaN: true }), fc.integer());

  it('never becomes a negative zero, an exponent, or not a number', () => {
    fc.assert(
      fc.property(value, quantity, (number, unit) => {
        for (const text of [formatValue(number, unit), formatDifference(number, unit), formatRelative(number)]) {
          expect(text).toMatch(/^[+−]?\d+(\.\d+)?( \S+)?$/);
          if (/^[−+]/.test(text)) expect(text).toMatch(/[1-9]/);
        }
      }),
    );
  });

  it('tells any two different sizes in bytes apart', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (left, right) => {
        const [first, second] = formatPair(left, right, 'B');
        expect(first === second).toBe(left === right);
      }),
    );
  });
});
