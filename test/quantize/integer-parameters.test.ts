import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activationParameters,
  powerOfTwoFrom,
  representedRange,
  roundRange,
  shiftedParameters,
  symmetricParameters,
} from '../../src/quantize/integer-parameters.ts';
import {
  channelsAlong,
  integerBias,
  integersFor,
  integerWeights,
  oneChannel,
  shiftedWeights,
} from '../../src/quantize/integer-weights.ts';

const real = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });

describe('activationParameters', () => {
  it('represents 0 exactly and covers the range to half a step', () => {
    fc.assert(
      fc.property(real, real, (a, b) => {
        const range = { min: Math.min(a, b), max: Math.max(a, b) };
        const parameters = activationParameters(range);
        const { min, max } = representedRange(parameters);
        expect(parameters.zeroPoint).toBe(Math.round(parameters.zeroPoint));
        expect(min).toBeLessThanOrEqual(0);
        expect(max).toBeGreaterThanOrEqual(0);
        if (parameters.scale !== 1) {
          expect(min).toBeLessThanOrEqual(Math.min(0, range.min) + parameters.scale * 0.51);
          expect(max).toBeGreaterThanOrEqual(Math.max(0, range.max) - parameters.scale * 0.51);
        }
      }),
    );
  });

  it.each([
    [{ min: 0, max: 6 }, -128],
    [{ min: -1, max: 1 }, 0],
    [{ min: -3, max: 0 }, 127],
    [{ min: 0, max: 0 }, -128],
  ])('puts the zero point of %j at %i', (range, zeroPoint) => {
    expect(Math.abs(activationParameters(range).zeroPoint - zeroPoint)).toBeLessThanOrEqual(zeroPoint === 0 ? 1 : 0);
  });
});

describe('symmetricParameters', () => {
  it.each([
    [{ min: -2, max: 1 }, 2 / 32767],
    [{ min: 0, max: 3 }, 3 / 32767],
    [{ min: 0, max: 0 }, 1 / 32768],
  ])('gives %j the larger end over 32767', (range, scale) => {
    expect(symmetricParameters(range)).toEqual({ scale: Math.fround(scale), zeroPoint: 0 });
  });

  it('gives int8 the larger end over 127', () => {
    expect(symmetricParameters({ min: -2, max: 1 }, 127)).toEqual({ scale: Math.fround(2 / 127), zeroPoint: 0 });
  });
});

describe('scales that are powers of two', () => {
  it('are the smallest that reach', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -100, max: 2 ** 100, noNaN: true }), (least) => {
        const power = powerOfTwoFrom(least);
        expect(power).toBeGreaterThanOrEqual(least);
        expect(power / 2).toBeLessThan(least);
        expect(Number.isInteger(Math.log2(power))).toBe(true);
      }),
    );
    for (let exponent = -100; exponent <= 100; exponent++) expect(powerOfTwoFrom(2 ** exponent)).toBe(2 ** exponent);
  });

  it.each([
    [{ min: 0, max: 1 }, 2 ** -7],
    [{ min: 0, max: 6 }, 2 ** -4],
    [{ min: -8, max: 1 }, 2 ** -4],
    [{ min: -8.01, max: 1 }, 2 ** -3],
    [{ min: 0, max: 0 }, 2 ** -7],
  ])('of an activation of %j', (range, scale) => {
    expect(shiftedParameters(range)).toEqual({ scale, zeroPoint: 0 });
  });

  it('of weights cut a single large one where that costs less, and are no smaller than a bias needs', () => {
    // One weight just above a power of two, many that small steps serve better.
    const many = Float32Array.from({ length: 400 }, (_, index) => 0.5 * Math.sin(index));
    many[7] = 1.02;
    const cut = shiftedWeights(many, oneChannel);
    expect(cut.scales[0]).toBe(2 ** -7);
    expect(Math.max(...cut.integers)).toBe(127);
    many[7] = 1.9;
    expect(shiftedWeights(many, oneChannel).scales[0]).toBe(2 ** -6);
    const bias = { values: Float32Array.of(100), inputScale: 2 ** -10 };
    const { scales } = shiftedWeights(many, oneChannel, bias, 2 ** 18);
    expect(scales[0]).toBe(2 ** -1);
    const [biasInteger] = integerBias(bias.values, bias.inputScale, scales).integers;
    expect(Math.abs(biasInteger ?? 0)).toBeLessThanOrEqual(2 ** 18);
  });
});

describe('roundRange', () => {
  it.each([
    [
      { min: 0, max: 6.0000005 },
      { min: 0, max: 6 },
    ],
    [
      { min: -0.0123456, max: 1.23456 },
      { min: -0.01, max: 1.23 },
    ],
    [
      { min: -123456, max: 5 },
      { min: -123000, max: 0 },
    ],
    [
      { min: 0, max: 0.000123456 },
      { min: 0, max: 0.000123 },
    ],
  ])('%j → %j', (range, expected) => {
    expect(roundRange(range)).toEqual(expected);
  });

  it('costs at most half a percent of the range', () => {
    fc.assert(
      fc.property(real, real, (min, max) => {
        const rounded = roundRange({ min, max });
        const largest = Math.max(Math.abs(min), Math.abs(max));
        expect(Math.abs(rounded.min - min)).toBeLessThanOrEqual(largest * 0.00501);
        expect(Math.abs(rounded.max - max)).toBeLessThanOrEqual(largest * 0.00501);
      }),
    );
  });
});

describe('integerWeights', () => {
  it('has one scale per channel, no -128, and is off by half a step at most', () => {
    const weights = Float32Array.from({ length: 24 }, (_, index) => Math.sin(index) * (index < 12 ? 1 : 50));
    for (const [shape, axis] of [
      [[2, 12], 0],
      [[12, 2], 1],
      [[2, 2, 6], 2],
    ] as const) {
      const channels = channelsAlong(shape, axis);
      const { integers, scales } = integerWeights(weights, channels);
      expect(scales).toHaveLength(shape[axis] ?? 1);
      weights.forEach((weight, index) => {
        const scale = scales[channels.channelOf(index)] ?? 0;
        expect(Math.abs((integers[index] ?? 0) * scale - weight)).toBeLessThanOrEqual(scale * 0.5001);
      });
      expect(Math.min(...integers)).toBeGreaterThanOrEqual(-127);
    }
  });

  it('is the same beside each of several biases as by itself', () => {
    const biases = fc.array(
      fc.record({
        values: fc.array(fc.oneof(real, fc.constant(0)), { minLength: 3, maxLength: 3 }),
        inputScale: fc.constantFrom(1e-9, 1e-3, 1),
      }),
      { minLength: 1, maxLength: 5 },
    );
    const elements = fc.array(fc.oneof(real, fc.constant(1e-20)), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(elements, biases, fc.constantFrom(2 ** 10, 2 ** 30), (numbers, given, largest) => {
        const weights = Float32Array.from(numbers);
        const channels = channelsAlong([3, 4], 0);
        const beside = integersFor(weights, channels);
        for (const { values, inputScale } of given) {
          const bias = { values: Float32Array.from(values), inputScale };
          expect(beside(bias, largest)).toEqual(integerWeights(weights, channels, bias, largest));
          expect(beside(undefined)).toEqual(integerWeights(weights, channels));
        }
      }),
    );
  });

  it('widens the scale of a dead channel so that its bias fits an int32', () => {
    const bias = Float32Array.from([5, 5]);
    const { scales } = integerWeights(Float32Array.from([1e-20, 1]), channelsAlong([2], 0), {
      values: bias,
      inputScale: 1e-3,
    });
    const { integers, scales: biasScales } = integerBias(bias, 1e-3, scales);
    integers.forEach((integer, channel) => {
      expect(integer * (biasScales[channel] ?? 0)).toBeCloseTo(5, 3);
      expect(Math.abs(integer)).toBeLessThan(2 ** 31 - 1);
    });
  });
});
