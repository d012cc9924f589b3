import type { Range } from '../calibrate/range.ts';

/** Scale and zero point of one int8 tensor. */
export interface IntegerParameters {
  /** A float32. */
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Decimal digits that ranges keep. */
const digits = 3;

/**
 * Rounds a range to three significant digits of its larger end. Another CPU computes the calibrated activations with other last bits (about 1e-7);
 * those move a rounded range only if it lies that close to the middle between two, one time in ten thousand. What it costs is at most half a percent of the range.
 */
export function roundRange({ min, max }: Range): Range {
  const largest = Math.max(Math.abs(min), Math.abs(max));
  // Ranges too small for a float32 scale end as nothing anyway.
  if (largest < 1e-36 || !Number.isFinite(largest)) return { min, max };
  const exponent = Math.floor(Math.log10(largest)) - (digits - 1);
  const round = (value: number): number =>
    exponent >= 0
      ? Math.round(value / 10 ** exponent) * 10 ** exponent
      : Math.round(value * 10 ** -exponent) / 10 ** -exponent;
  return { min: round(min), max: round(max) };
}

/**
 * Asymmetric int8 parameters for a range, which is widened to hold 0: `scale = (max - min) / 255`, and the zero point is the integer nearest to where 0 falls,
 * so that 0 (padding, what a Relu cuts off) is exact. A range of nothing but 0 gets scale 1.
 */
export function activationParameters(range: Range): IntegerParameters {
  const min = Math.min(0, range.min);
  const max = Math.max(0, range.max);
  const scale = Math.fround((max - min) / 255);
  // Below the smallest normal float32 some processors count as 0.
  if (!(scale > 2 ** -126)) return { scale: 1, zeroPoint: -128 };
  return { scale, zeroPoint: Math.max(-128, Math.min(127, Math.round(-128 - min / scale))) };
}

/** The real numbers that the integers -128 and 127 stand for. */
export function representedRange({ scale, zeroPoint }: IntegerParameters): Range {
  return { min: (-128 - zeroPoint) * scale, max: (127 - zeroPoint) * scale };
}

/**
 * Symmetric parameters for a range: `scale = max(|min|, |max|) / largest`, zero point 0. A range of nothing but 0 gets the scale of a range of 1.
 * @param largest the largest integer: 32767 of int16 by default, 127 of int8
 */
export function symmetricParameters(range: Range, largest: 127 | 32767 = 32767): IntegerParameters {
  const scale = Math.fround(Math.max(Math.abs(range.min), Math.abs(range.max)) / largest);
  return { scale: scale > 2 ** -126 ? scale : 1 / (largest + 1), zeroPoint: 0 };
}

/**
 * Symmetric int8 parameters whose scale is a power of two: the smallest with which -128 reaches the far end of the range. What is positive may lose its last step,
 * which costs less than steps twice as large. A range of nothing but 0 gets scale 1/128.
 */
export function shiftedParameters(range: Range): IntegerParameters {
  const largest = Math.max(Math.abs(range.min), Math.abs(range.max));
  return { scale: largest > 2 ** -110 ? powerOfTwoFrom(largest / 128) : 2 ** -7, zeroPoint: 0 };
}

/** The smallest power of two that is not below a positive number. */
export function powerOfTwoFrom(least: number): number {
  const power = 2 ** Math.ceil(Math.log2(least));
  // The logarithm may be rounded over a whole number, either way.
  if (power / 2 >= least) return power / 2;
  return power < least ? power * 2 : power;
}
