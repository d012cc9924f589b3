/**
 * Quantised steps from zero within which fixed-point functions calculate; beyond, their result is a constant:
 * `CalculateInputRadius` of tensorflow/tflite-micro, quantization_util.cc, for an input of this scale rescaled to so many integer bits.
 */
export function inputRadius(scale: number, integerBits: number): number {
  // frexp: the multiplier is a fraction of at least a half times a power of two.
  const exponent = Math.floor(Math.log2(scale * 2 ** (31 - integerBits))) + 1;
  return Math.floor(((2 ** integerBits - 1) * 2 ** (31 - integerBits)) / 2 ** exponent);
}

/** Share of all int8 values that lie within a radius of the zero point. */
export function shareWithin(radius: number, zeroPoint: number): number {
  const first = Math.max(-128, zeroPoint - radius + 1);
  const last = Math.min(127, zeroPoint + radius - 1);
  return Math.max(0, last - first + 1) / 256;
}
