/**
 * Fixed-point arithmetic of TensorFlow Lite Micro and CMSIS-NN: a real factor is a 31-bit multiplier and a shift by powers of two.
 * Both round twice (`CMSIS_NN_USE_SINGLE_ROUNDING` and `TFLITE_SINGLE_ROUNDING` are off in the builds that we match).
 */

/** `value ≈ multiplier * 2^(shift - 31)`, the multiplier in [2^30, 2^31) or 0. */
export interface FixedPoint {
  readonly multiplier: number;
  readonly shift: number;
}

/** A non-negative real factor as a multiplier and a shift: TensorFlow Lite's `QuantizeMultiplier`. */
export function fixedPoint(factor: number): FixedPoint {
  // What is no number, of scales that are none, computes nothing.
  if (factor === 0 || !Number.isFinite(factor)) return { multiplier: 0, shift: 0 };
  let { fraction, exponent } = splitExponent(factor);
  fraction = Math.round(fraction * 2 ** 31);
  if (fraction === 2 ** 31) {
    fraction /= 2;
    exponent += 1;
  }
  // A shift by more than 31 leaves nothing.
  return exponent < -31 ? { multiplier: 0, shift: 0 } : { multiplier: fraction, shift: exponent };
}

const double = new Float64Array(1);
/** Its words, the low one first: sign, 11 bits of the exponent, 52 of the fraction. */
const words = new Uint32Array(double.buffer);

/** C's `frexp` for positive finite numbers: `value = fraction * 2^exponent`, the fraction in [0.5, 1). */
function splitExponent(value: number): { fraction: number; exponent: number } {
  double[0] = value;
  const high = words[1] as number;
  const biased = (high >>> 20) & 0x7ff;
  if (biased === 0) {
    // A subnormal number keeps no exponent of its own.
    const { fraction, exponent } = splitExponent(value * 2 ** 54);
    return { fraction, exponent: exponent - 54 };
  }
  words[1] = (high & 0x000fffff) | 0x3fe00000;
  return { fraction: double[0], exponent: biased - 1022 };
}

/**
 * The high half of twice the product, rounded to nearest, halves up: floor((a·b + 2^30) / 2^31), saturated for -2^31 · -2^31.
 * gemmlowp's SaturatingRoundingDoublingHighMul, CMSIS-NN's arm_nn_doubling_high_mult. Both are int32.
 */
export function doublingHighMultiply(a: number, b: number): number {
  if (a === -2147483648 && b === -2147483648) return 2147483647;
  // Products that a double holds exactly need one multiplication; others are taken in 16-bit steps, each exact.
  if (a < 4194304 && a > -4194304) return Math.floor((a * b + 1073741824) / 2147483648);
  const low = Math.floor((a * (b & 0xffff) + 1073741824) / 65536);
  return Math.floor((a * (b >> 16) + low) / 32768);
}

/** An int32 divided by 2^exponent (0 to 31), rounded to nearest, halves away from zero: gemmlowp's RoundingDivideByPOT. */
export function divideByPowerOfTwo(value: number, exponent: number): number {
  const mask = ((1 << exponent) - 1) | 0;
  return (value >> exponent) + ((value & mask) > (mask >> 1) + (value < 0 ? 1 : 0) ? 1 : 0);
}

/** An int32 times a fixed-point factor: MultiplyByQuantizedMultiplier, arm_nn_requantize. A left shift wraps as in C. */
export function requantize(value: number, multiplier: number, shift: number): number {
  return shift > 0
    ? doublingHighMultiply(value << shift, multiplier)
    : divideByPowerOfTwo(doublingHighMultiply(value, multiplier), -shift);
}

/** The multiplier rounded to 16 bits that the 64-bit accumulators of int16 kernels are scaled with (`REDUCE_MULTIPLIER`). */
export function reducedMultiplier(multiplier: number): number {
  return multiplier < 0x7fff0000 ? (multiplier + 0x8000) >> 16 : 0x7fff;
}

/**
 * A 64-bit accumulator times a reduced multiplier and 2^(shift - 15), rounded once, halves up: arm_nn_requantize_s64, which is the int64
 * MultiplyByQuantizedMultiplier but that it wraps at 32 bits before the last bit is shifted out. `value` is an integer within ±2^53.
 */
export function requantizeWide(value: number, reduced: number, shift: number): number {
  const right = 14 - shift;
  const product = value * reduced;
  const doubled =
    product < 9007199254740992 && product > -9007199254740992
      ? Math.floor(product / 2 ** right) | 0
      : Number(BigInt.asIntN(32, (BigInt(value) * BigInt(reduced)) >> BigInt(right)));
  return ((doubled + 1) | 0) >> 1;
}
