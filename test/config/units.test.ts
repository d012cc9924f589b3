import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseBytes,
  parseCount,
  parseMillijoules,
  parseMilliseconds,
  parsePercent,
  parsePoints,
  parseRatio,
} from '../../src/config/units.ts';

const units = { parseBytes, parseCount, parseMillijoules, parseMilliseconds, parsePercent, parsePoints, parseRatio };

describe('units', () => {
  test.each<[keyof typeof units, string, number | undefined]>([
    ['parseBytes', '64 KiB', 65536],
    ['parseBytes', '64KiB', 65536],
    ['parseBytes', '1.5 MiB', 1572864],
    ['parseBytes', '5 MB', 5_000_000],
    ['parseBytes', '2 kB', 2000],
    ['parseBytes', '12 B', 12],
    ['parseBytes', '0', 0],
    ['parseBytes', '64', undefined],
    ['parseBytes', '64 KB', undefined],
    ['parseBytes', '64 kib', undefined],
    ['parseBytes', '-1 B', undefined],
    ['parseBytes', '1e3 B', undefined],
    ['parseBytes', '', undefined],
    ['parseBytes', 'KiB', undefined],
    ['parseBytes', '1 constructor', undefined],
    ['parseMilliseconds', '20 ms', 20],
    ['parseMilliseconds', '500 us', 0.5],
    ['parseMilliseconds', '500 µs', 0.5],
    ['parseMilliseconds', '1 s', 1000],
    ['parseMilliseconds', '1 min', undefined],
    ['parseMillijoules', '2 mJ', 2],
    ['parseMillijoules', '350 uJ', 0.35],
    ['parseMillijoules', '.5 J', 500],
    ['parsePercent', '2%', 0.02],
    ['parsePercent', '2.5 %', 0.025],
    ['parsePercent', '2', undefined],
    ['parsePoints', '0.5 pp', 0.005],
    ['parsePoints', '0.5 %', undefined],
    ['parseCount', '1 M', 1_000_000],
    ['parseCount', '250k', 250_000],
    ['parseCount', '1000000', 1_000_000],
    ['parseRatio', '92 %', 0.92],
    ['parseRatio', '0.92', 0.92],
    ['parseRatio', '92', undefined],
  ])('%s(%j) is %s', (parse, text, expected) => {
    expect(units[parse](text)).toBe(expected);
  });

  test('whole multiples of a binary prefix are exact', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (count) => {
        expect(parseBytes(`${count} KiB`)).toBe(count * 1024);
        expect(parsePercent(`${count} %`)).toBe(count / 100);
      }),
    );
  });

  test('any text is a quantity or none, never a NaN', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const parse of Object.values(units)) expect(parse(text)).not.toBeNaN();
      }),
    );
  });
});
