import { fixedPoint } from './fixed-point.ts';

/**
 * sigmoid(i / 24) with 16 fractional bits, which int16 logistic and tanh share: tanh(x) = 2 sigmoid(2x) - 1. Each sample is raised by half
 * the error that interpolation makes in the middle of its interval; the last one is the limit. (Equals TensorFlow Lite's
 * `sigmoid_table_uint16`.)
 */
const sigmoidTable = Uint16Array.from({ length: 256 }, (_, index) => {
  const sigmoid = (at: number) => 65536 / (1 + Math.exp(-at / 24));
  const error = sigmoid(index + 0.5) - (sigmoid(index) + sigmoid(index + 1)) / 2;
  return index === 255 ? 65535 : Math.round(sigmoid(index) + error / 2);
});

/** How int16 inputs reach the table's scale, 1 / (3 · 4096): times `multiplier`, then right by `shift`, rounded. */
export interface TableScaling {
  readonly multiplier: number;
  readonly shift: number;
}

/**
 * The scaling of an int16 input: exact for a scale of 2^-12 (and 2^-11, where `alsoDouble`), else 15 bits of it, the rest cut off
 * (TensorFlow Lite Micro, logistic_common.cc and tanh.cc).
 */
export function tableScaling(scale: number, alsoDouble: boolean): TableScaling {
  const exponent = powerOfTwo(scale);
  const left = exponent === undefined ? undefined : 12 + exponent;
  if (left === 0 || (left === 1 && alsoDouble)) return { multiplier: 3 << left, shift: 0 };
  let multiplier = scale * 4096 * 3;
  let shift = 0;
  while (multiplier <= 32767 / 2 && shift <= 30) {
    shift += 1;
    multiplier *= 2;
  }
  return { multiplier: Math.trunc(multiplier), shift };
}

/** The exponent, where the number is a power of two to within a thousandth of an octave (`CheckedLog2`). */
export function powerOfTwo(value: number): number | undefined {
  const exponent = Math.log2(value);
  const whole = Math.round(exponent);
  return Math.abs(exponent - whole) < 1e-3 ? whole : undefined;
}

/** The logistic function of an int16, in 15 fractional bits. */
export function logisticInt16(value: number, { multiplier, shift }: TableScaling): number {
  const scaled = scale(value, multiplier, shift);
  const magnitude = Math.abs(scaled);
  const index = magnitude >> 9;
  const positive = index >= 255 ? 0x7fff << 10 : interpolate(index, magnitude & 0x1ff, 9);
  const result = scaled >= 0 ? positive + (1 << 9) : (1 << 25) - positive + (1 << 9) - 1;
  return result >>> 10;
}

/** The hyperbolic tangent of an int16, in 15 fractional bits. */
export function tanhInt16(value: number, { multiplier, shift }: TableScaling): number {
  const scaled = scale(value, multiplier, shift);
  const magnitude = Math.abs(scaled);
  const index = magnitude >> 8;
  const positive = index >= 255 ? 0xffff << 8 : interpolate(index, magnitude & 0xff, 8);
  const result = scaled >= 0 ? positive - (1 << 23) + (1 << 7) : -positive + (1 << 23) + (1 << 7) - 1;
  return result >> 8;
}

function scale(value: number, multiplier: number, shift: number): number {
  const rounding = shift > 0 ? 1 << (shift - 1) : 0;
  return ((value * multiplier + rounding) | 0) >> shift;
}

function interpolate(index: number, offset: number, bits: number): number {
  const base = sigmoidTable[index] as number;
  return (base << bits) + offset * ((sigmoidTable[index + 1] as number) - base);
}

/** How int8 inputs become Q4 for the fixed-point exponential, and from which magnitude on the result is at its limit. */
export function int8Scaling(inputScale: number): { multiplier: number; shift: number; radius: number } {
  const { multiplier, shift } = fixedPoint(inputScale * 2 ** 27);
  return { multiplier, shift, radius: Math.floor((15 * 2 ** 27) / 2 ** shift) };
}
