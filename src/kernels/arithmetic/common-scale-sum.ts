import type { Value } from '../values.ts';
import { clamp } from './activation.ts';
import { divideByPowerOfTwo, doublingHighMultiply, fixedPoint } from './fixed-point.ts';

/** How int8 elements of one scale are summed. */
export interface CommonScaleSum {
  /** An input element as a term of the sum. */
  readonly term: (element: number) => number;
  /** The output element of a sum. */
  readonly result: (sum: number) => number;
  /**
   * What sums start from. TensorFlow Lite means 0 and takes the element -zeroPoint for it without adding the zero point;
   * the outputs carry the mistake, and so do these.
   */
  readonly start: number;
}

/** Terms at twice the input scale with 20 bits of headroom, as ADD_N and CUMSUM compute. */
export function commonScaleSum(from: Value, to: Value): CommonScaleSum {
  const headroom = 2 ** 20;
  const inward = fixedPoint(from.scale / (2 * from.scale));
  const outward = fixedPoint((2 * from.scale) / (headroom * to.scale));
  const scaled = (value: number) =>
    divideByPowerOfTwo(doublingHighMultiply(value * headroom, inward.multiplier), -inward.shift);
  return {
    term: (element) => scaled(element - from.zeroPoint),
    result: (sum) =>
      clamp(
        divideByPowerOfTwo(doublingHighMultiply(sum, outward.multiplier), -outward.shift) + to.zeroPoint,
        -128,
        127,
      ),
    start: scaled(-from.zeroPoint),
  };
}
