import { reciprocalOfOnePlus, timesPowerOfTwo } from './exponential.ts';
import { divideByPowerOfTwo, doublingHighMultiply } from './fixed-point.ts';

/** In Q0: ln 2, 2^(-1/4), 2^(-1/2), and the coefficients 11/240·2^(1/4), 1/20·2^(1/4), 2·2^(-1/4) - 2^(1/4), 1/4·2^(1/4). */
const ln2 = 1488522236;
const fourthRootOfHalf = 1805811301;
const rootOfHalf = 1518500250;
const numeratorSquare = 117049297;
const denominatorSquare = 127690142;
const denominatorConstant = 1057819769;
const denominatorLinear = 638450708;

const multiply = doublingHighMultiply;

/** Integers kept within 32 bits. */
function saturated(value: number): number {
  return Math.min(2147483647, Math.max(-2147483648, value));
}

/**
 * ln(value) in Q`outputBits` of a number in Q`inputBits` that is at least 1: a power of two, and a rational function of what is left of it
 * about 2^(-1/4) (TensorFlow Lite's log_x_for_x_greater_than_or_equal_to_1).
 */
export function logOfAtLeastOne(value: number, inputBits: number, outputBits: number): number {
  const fraction = 30 - outputBits;
  const quarter = divideByPowerOfTwo(2 ** 29, outputBits + 1);
  const zeros = Math.clz32(value);
  const plain = timesPowerOfTwo(multiply(timesPowerOfTwo(value, zeros - 1), rootOfHalf), 1);
  const plainPower = saturated(timesPowerOfTwo(inputBits - zeros, fraction) + quarter);
  const headroom = Math.clz32(multiply(value, rootOfHalf)) - 1;
  const reduced = timesPowerOfTwo(value, headroom);
  const reducedPower = saturated(timesPowerOfTwo(inputBits - headroom, fraction) - quarter);
  const rest = Math.min(plain, reduced);
  const power = Math.max(plainPower, reducedPower);
  const sum = rest + fourthRootOfHalf;
  const mean = Math.trunc((sum + (sum >= 0 ? 1 : -1)) / 2);
  const distance = (2 * (rest - fourthRootOfHalf)) | 0;
  const square = multiply(distance, distance);
  const numerator = (multiply(distance, rest) + multiply(multiply(distance, square), numeratorSquare)) | 0;
  const inner = (denominatorConstant + distance + multiply(denominatorSquare, square)) | 0;
  const denominator = (multiply(mean, inner) + multiply(denominatorLinear, distance)) | 0;
  const scaled = divideByPowerOfTwo(numerator, outputBits + 1);
  const total = (multiply(power, ln2) + multiply(scaled, reciprocalOfOnePlus(denominator))) | 0;
  return timesPowerOfTwo(total, 1);
}
