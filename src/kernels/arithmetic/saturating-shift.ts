/** An int32 times 2^exponent (0 to 31), saturated: gemmlowp's SaturatingRoundingMultiplyByPOT for positive exponents. */
export function saturatingShift(value: number, exponent: number): number {
  if (exponent === 0) return value;
  const threshold = 2 ** (31 - exponent) - 1;
  if (value > threshold) return 2147483647;
  return value < -threshold ? -2147483648 : value << exponent;
}
