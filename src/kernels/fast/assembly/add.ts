import { Requantize } from './requantize';

/** A prepared addition of int8; the host writes it, every field in 32 bits (../add.ts). */
@unmanaged
export class Addition {
  /** The scaling of 8 elements, all the same, of each operand and of their sum; see `Requantize`. */
  first: usize;
  second: usize;
  sum: usize;
  firstZero: i32;
  secondZero: i32;
  /** Not 0 where the second operand is taken off. */
  subtract: i32;
  /** Output clamp, less the zero point. */
  low: i32;
  high: i32;
  zeroPoint: i32;
}

/** Bits of headroom before operands are scaled (`additionScaling` in ../../add.ts). */
const headroom: i32 = 20;

/** Elementwise on `count` elements; each of the three has 8 spare bytes behind it. */
export function add(plan: Addition, first: usize, second: usize, output: usize, count: i32): void {
  const firstZero = i16x8.splat(<i16>plan.firstZero);
  const secondZero = i16x8.splat(<i16>plan.secondZero);
  const subtract = plan.subtract !== 0;
  const low = i16x8.splat(<i16>plan.low);
  const high = i16x8.splat(<i16>plan.high);
  const zeroPoint = i16x8.splat(<i16>plan.zeroPoint);
  for (let index = 0; index < count; index += 8) {
    const a = i16x8.sub(v128.load8x8_s(first + index), firstZero);
    const b = i16x8.sub(v128.load8x8_s(second + index), secondZero);
    const lowA = Requantize.four(i32x4.shl(i32x4.extend_low_i16x8_s(a), headroom), plan.first);
    const highA = Requantize.four(i32x4.shl(i32x4.extend_high_i16x8_s(a), headroom), plan.first);
    const lowB = Requantize.four(i32x4.shl(i32x4.extend_low_i16x8_s(b), headroom), plan.second);
    const highB = Requantize.four(i32x4.shl(i32x4.extend_high_i16x8_s(b), headroom), plan.second);
    const sumA = subtract ? i32x4.sub(lowA, lowB) : i32x4.add(lowA, lowB);
    const sumB = subtract ? i32x4.sub(highA, highB) : i32x4.add(highA, highB);
    const result = Requantize.eight(sumA, sumB, plan.sum, false, low, high, zeroPoint);
    v128.store64_lane(output + index, i8x16.narrow_i16x8_s(result, result), 0);
  }
}
