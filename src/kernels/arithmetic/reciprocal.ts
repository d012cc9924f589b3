import { reciprocalOfOnePlus, timesPowerOfTwo } from './exponential.ts';
import { divideByPowerOfTwo, doublingHighMultiply } from './fixed-point.ts';

/** `1/value ≈ multiplier * 2^-31 * 2^-bitsOverUnit`, for a positive integer with `integerBits` bits before the point: GetReciprocal. */
export function reciprocal(value: number, integerBits: number): { multiplier: number; bitsOverUnit: number } {
  const headroom = Math.clz32(value);
  const fraction = ((value << headroom) >>> 0) - 2147483648;
  return { multiplier: reciprocalOfOnePlus(fraction), bitsOverUnit: integerBits - headroom };
}

/**
 * `1/√value ≈ multiplier * 2^(shift - 31)`: GetInvSqrtQuantizedMultiplierExp, five Newton-Raphson steps in Q3.28. 0 counts as 1.
 */
export function inverseSquareRoot(value: number): { multiplier: number; shift: number } {
  if (value <= 1) return { multiplier: 2147483647, shift: 0 };
  let rightShift = 11;
  let scaled = value;
  while (scaled >= 1 << 29) {
    scaled = Math.trunc(scaled / 4);
    rightShift += 1;
  }
  const pairs = Math.floor((Math.clz32(scaled) - 1) / 2) - 1;
  rightShift -= pairs;
  scaled <<= 2 * pairs;
  const operand = scaled >> 1;
  const half = divideByPowerOfTwo(operand, 1);
  const halfThree = (1 << 28) + (1 << 27);
  let root = 1 << 28;
  for (let step = 0; step < 5; step += 1) {
    const cube = timesPowerOfTwo(doublingHighMultiply(doublingHighMultiply(root, root), root), 6);
    root = timesPowerOfTwo((doublingHighMultiply(halfThree, root) - doublingHighMultiply(half, cube)) | 0, 3);
  }
  // √2/2 in Q0.31.
  const multiplier = doublingHighMultiply(root, 1518500250);
  return rightShift < 0 ? { multiplier: multiplier << -rightShift, shift: 0 } : { multiplier, shift: -rightShift };
}
