import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  divideByPowerOfTwo,
  doublingHighMultiply,
  fixedPoint,
  reducedMultiplier,
  requantize,
  requantizeWide,
} from '../../../src/kernels/arithmetic/fixed-point.ts';

const int32 = fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 22, -(2 ** 22)));

/** floor(a / b) of big integers, b positive. */
const floorDivide = (a: bigint, b: bigint) => (a - (((a % b) + b) % b)) / b;

describe('fixedPoint', () => {
  it.each([
    [0, 0, 0],
    [1, 2 ** 30, 1],
    [0.5, 2 ** 30, 0],
    [0.25, 2 ** 30, -1],
    [3, 3 * 2 ** 29, 2],
    // Rounds up to 2^31, which has no place: the next power of two.
    [1 - 2 ** -40, 2 ** 30, 1],
    [2 ** -32, 2 ** 30, -31],
    [2 ** -33, 0, 0],
  ])('%d is %d · 2^(%d - 31)', (factor, multiplier, shift) => {
    expect(fixedPoint(factor)).toEqual({ multiplier, shift });
  });

  it('is within half a step of the factor', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -31, max: 2 ** 30, noNaN: true }), (factor) => {
        const { multiplier, shift } = fixedPoint(factor);
        expect(multiplier).toBeGreaterThanOrEqual(2 ** 30);
        expect(multiplier).toBeLessThan(2 ** 31);
        expect(Math.abs(multiplier * 2 ** (shift - 31) - factor)).toBeLessThanOrEqual(2 ** (shift - 32));
      }),
    );
  });
});

describe('doublingHighMultiply', () => {
  it('is (a · b + 2^30) / 2^31, rounded down', () => {
    fc.assert(
      fc.property(int32, int32, (a, b) => {
        fc.pre(a !== -(2 ** 31) || b !== -(2 ** 31));
        const exact = floorDivide(BigInt(a) * BigInt(b) + 2n ** 30n, 2n ** 31n);
        expect(BigInt(doublingHighMultiply(a, b))).toBe(exact);
      }),
      { numRuns: 2000 },
    );
  });

  it('saturates the one product that does not fit', () => {
    expect(doublingHighMultiply(-(2 ** 31), -(2 ** 31))).toBe(2 ** 31 - 1);
  });
});

describe('divideByPowerOfTwo', () => {
  it('rounds to nearest, halves away from zero', () => {
    fc.assert(
      fc.property(int32, fc.integer({ min: 0, max: 31 }), (value, exponent) => {
        const divisor = 2n ** BigInt(exponent);
        const magnitude = value < 0 ? -BigInt(value) : BigInt(value);
        const rounded = (magnitude + divisor / 2n) / divisor;
        expect(BigInt(divideByPowerOfTwo(value, exponent))).toBe(value < 0 ? -rounded : rounded);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('requantize', () => {
  it('is the product with the factor, rounded twice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 20), max: 2 ** 20 }),
        fc.double({ min: 2 ** -20, max: 8, noNaN: true }),
        (value, factor) => {
          const { multiplier, shift } = fixedPoint(factor);
          expect(Math.abs(requantize(value, multiplier, shift) - value * factor)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it.each([
    // 3 · 0.5 = 1.5 rounds up; -1.5 is first rounded up to -1, then stays.
    [3, 0.5, 2],
    [-3, 0.5, -1],
    // Twice rounded: 1.25 · 2^... 5 · 0.25 → floor(5·2^30/2^31 + ½) = 3, then 3 / 2 → 2.
    [5, 0.25, 2],
    [-5, 0.25, -1],
    [7, 4, 28],
  ])('%d times %d is %d', (value, factor, expected) => {
    const { multiplier, shift } = fixedPoint(factor);
    expect(requantize(value, multiplier, shift)).toBe(expected);
  });
});

describe('requantizeWide', () => {
  it('is the product with the 16-bit multiplier, rounded once, halves up', () => {
    const wide = fc.bigInt({ min: -(2n ** 46n), max: 2n ** 46n });
    fc.assert(
      fc.property(
        wide,
        fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 }),
        fc.integer({ min: -31, max: 7 }),
        (value, multiplier, shift) => {
          const reduced = reducedMultiplier(multiplier);
          const right = BigInt(14 - shift);
          const doubled = BigInt.asIntN(32, floorDivide(value * BigInt(reduced), 2n ** right));
          expect(BigInt(requantizeWide(Number(value), reduced, shift))).toBe(
            floorDivide(BigInt.asIntN(32, doubled + 1n), 2n),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('takes the multiplier to 16 bits without passing 2^15 - 1', () => {
    expect(reducedMultiplier(2 ** 30)).toBe(2 ** 14);
    expect(reducedMultiplier(2 ** 31 - 1)).toBe(2 ** 15 - 1);
    expect(reducedMultiplier(2 ** 30 + 2 ** 15)).toBe(2 ** 14 + 1);
  });
});
