/** The number format of a transform: how it keeps, multiplies, divides and halves its values. */
export interface FftNumbers {
  /** Values of the format, all 0. */
  readonly make: (length: number) => Int16Array | Int32Array | Float32Array;
  /** A sum as the format keeps it: wrapped around, or rounded. */
  readonly keep: (value: number) => number;
  /** `a * b + c * d`, scaled back to the format. */
  readonly products: (a: number, b: number, c: number, d: number) => number;
  /** `value / divisor`, before a butterfly, so that fixed point cannot overflow; floating point is left as it is. */
  readonly scaleDown: (value: number, divisor: number) => number;
  readonly half: (value: number) => number;
  /** A cosine or sine as a twiddle factor. */
  readonly unit: (value: number) => number;
}

const wrap16 = (value: number) => (value << 16) >> 16;
const round16 = (value: number) => wrap16((value + 0x4000) >> 15);

/** Q15 numbers, rounded half up after each product (KISS FFT with FIXED_POINT 16). */
export const int16Numbers: FftNumbers = {
  make: (length) => new Int16Array(length),
  keep: wrap16,
  products: (a, b, c, d) => round16(Math.imul(a, b) + Math.imul(c, d)),
  scaleDown: (value, divisor) => round16(Math.imul(value, Math.trunc(0x7fff / divisor))),
  half: (value) => value >> 1,
  unit: (value) => Math.floor(0.5 + 0x7fff * value),
};

const round32 = (value: bigint) => Number(BigInt.asIntN(32, (value + (1n << 30n)) >> 31n));

/** Q31 numbers, rounded half up after each product (KISS FFT with FIXED_POINT 32). */
export const int32Numbers: FftNumbers = {
  make: (length) => new Int32Array(length),
  keep: (value) => value | 0,
  products: (a, b, c, d) => round32(BigInt(a) * BigInt(b) + BigInt(c) * BigInt(d)),
  scaleDown: (value, divisor) => round32(BigInt(value) * BigInt(Math.trunc(0x7fffffff / divisor))),
  half: (value) => value >> 1,
  unit: (value) => Math.floor(0.5 + 0x7fffffff * value),
};

/** Single-precision numbers. */
export const float32Numbers: FftNumbers = {
  make: (length) => new Float32Array(length),
  keep: Math.fround,
  products: (a, b, c, d) => Math.fround(Math.fround(a * b) + Math.fround(c * d)),
  scaleDown: (value) => value,
  half: (value) => value * 0.5,
  unit: Math.fround,
};
