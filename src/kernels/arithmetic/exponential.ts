import { divideByPowerOfTwo, doublingHighMultiply } from './fixed-point.ts';

/**
 * Exponential, logistic and hyperbolic tangent of fixed-point numbers as gemmlowp's `fixedpoint.h` defines them, which
 * TensorFlow Lite's integer kernels and CMSIS-NN share. `Qm` has m integer and 31 - m fractional bits.
 */

/** exp(-1/8) and 1/3 in Q0. */
const expOfMinusEighth = 1895147668;
const third = 715827883;

/** exp(-2^exponent) in Q0, for exponents -2 to 4. */
const expOfPowers = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242] as const;

/** 1 in Q0, as near as it gets. */
const one = 2147483647;

/** exp(value) in Q0 of a number in Q`integerBits` (at most 5) that is not positive. */
export function expOfNegative(value: number, integerBits: number): number {
  if (value === 0) return one;
  const quarter = 2 ** (29 - integerBits);
  const withinQuarter = (value & (quarter - 1)) - quarter;
  const remainder = withinQuarter - value;
  let result = expOfLastQuarter(withinQuarter * 2 ** integerBits);
  for (let exponent = -2; exponent < integerBits; exponent++) {
    if (remainder & (1 << (31 - integerBits + exponent))) {
      result = doublingHighMultiply(result, expOfPowers[exponent + 2] as number);
    }
  }
  return result;
}

/** exp of a number in Q0 within [-1/4, 0): four terms of Taylor's series about -1/8. */
function expOfLastQuarter(value: number): number {
  const x = value + 2 ** 28;
  const x2 = doublingHighMultiply(x, x);
  const x3 = doublingHighMultiply(x2, x);
  const x4 = doublingHighMultiply(x2, x2);
  const cubic = doublingHighMultiply(divideByPowerOfTwo(x4, 2) + x3, third);
  const terms = x + divideByPowerOfTwo(cubic + x2, 1);
  return expOfMinusEighth + doublingHighMultiply(expOfMinusEighth, terms);
}

/** 48/17 and -32/17 in Q2, the line that Newton's method for a reciprocal starts from. */
const lineAt0 = 1515870810;
const lineSlope = -1010580540;

/** 1 / (1 + x) in Q0 for x in Q0 within [0, 1]: three of Newton's steps on (1 + x) / 2. */
export function reciprocalOfOnePlus(x: number): number {
  return timesPowerOfTwo(newtonReciprocal(x), 1);
}

/** (1 - x) / (1 + x) in Q0 for x in Q0 within [0, 1]. */
function oneMinusOverOnePlus(x: number): number {
  return timesPowerOfTwo(newtonReciprocal(x) - 2 ** 29, 2);
}

/** 2 / (1 + x) in Q2. */
function newtonReciprocal(x: number): number {
  const sum = x + one;
  const half = Math.trunc((sum + (sum >= 0 ? 1 : -1)) / 2);
  let result = lineAt0 + doublingHighMultiply(half, lineSlope);
  for (let step = 0; step < 3; step++) {
    const rest = 2 ** 29 - doublingHighMultiply(half, result);
    result += timesPowerOfTwo(doublingHighMultiply(result, rest), 2);
  }
  return result;
}

/** An int32 times 2^exponent, saturated. */
export function timesPowerOfTwo(value: number, exponent: number): number {
  const product = value * 2 ** exponent;
  return product > 2147483647 ? 2147483647 : product < -2147483648 ? -2147483648 : product;
}

/** 1 / (1 + exp(-value)) in Q0 of a number in Q`integerBits`. */
export function logisticOf(value: number, integerBits: number): number {
  if (value === 0) return 2 ** 30;
  const positive = reciprocalOfOnePlus(expOfNegative(value > 0 ? -value : value, integerBits));
  return value > 0 ? positive : one - positive;
}

/** tanh(value) in Q0 of a number in Q`integerBits`: the exponential is taken of twice the number. */
export function tanhOf(value: number, integerBits: number): number {
  if (value === 0) return 0;
  // Reading the same bits with one more integer bit doubles the number.
  const positive = oneMinusOverOnePlus(expOfNegative(value > 0 ? -value : value, integerBits + 1));
  return value > 0 ? positive : -positive;
}
