/** Bytes of the scaling of 8 channels: bias, multiplier, left factor, right factor and mask, each 8 × i32. */
export const scalingBytes: usize = 160;

/** Bytes of the scaling of 8 channels with 64-bit accumulators: bias as 8 × i64, reduced multiplier and right shift as 8 × i32. */
export const wideScalingBytes: usize = 128;

/** From int32 sums of 4 channels to their output, less its zero point; the arithmetic of `requantize` in ../../arithmetic/fixed-point.ts. */
export class Requantize {
  /**
   * `scaling` points at the 4 channels' bias. The left factor is 2^shift of positive shifts, the right factor 2^(31 + shift) of negative
   * ones, the mask all ones where nothing is shifted right.
   */
  @inline
  static four(sum: v128, scaling: usize): v128 {
    const left = v128.load(scaling, 64);
    const scaled = Requantize.halfProduct(i32x4.mul(sum, left), v128.load(scaling, 32));
    // Halves go away from zero: towards zero's side by one step before rounding up.
    const towards = i32x4.add(scaled, i32x4.shr_s(scaled, 31));
    const shifted = Requantize.halfProduct(towards, v128.load(scaling, 96));
    return v128.bitselect(scaled, shifted, v128.load(scaling, 128));
  }

  /** The same where every shift is to the right. */
  @inline
  static fourRight(sum: v128, scaling: usize): v128 {
    const scaled = Requantize.halfProduct(sum, v128.load(scaling, 32));
    const towards = i32x4.add(scaled, i32x4.shr_s(scaled, 31));
    return Requantize.halfProduct(towards, v128.load(scaling, 96));
  }

  /** floor((a · b + 2^30) / 2^31) of 4 lanes. */
  @inline
  static halfProduct(a: v128, b: v128): v128 {
    const half = i64x2.splat(1 << 30);
    const low = i64x2.shr_u(i64x2.add(i64x2.extmul_low_i32x4_s(a, b), half), 31);
    const high = i64x2.shr_u(i64x2.add(i64x2.extmul_high_i32x4_s(a, b), half), 31);
    return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
  }

  /** 8 channels of a pixel as i16, clamped to `low` and `high`, the zero point added. */
  @inline
  static eight(first: v128, second: v128, scaling: usize, right: bool, low: v128, high: v128, zeroPoint: v128): v128 {
    let a: v128;
    let b: v128;
    if (right) {
      a = Requantize.fourRight(first, scaling);
      b = Requantize.fourRight(second, scaling + 16);
    } else {
      a = Requantize.four(first, scaling);
      b = Requantize.four(second, scaling + 16);
    }
    const clamped = i16x8.max_s(i16x8.min_s(i16x8.narrow_i32x4_s(a, b), high), low);
    return i16x8.add(clamped, zeroPoint);
  }

  /** 8 channels of a pixel from int32 sums without their bias, as `requantizeWide` in ../../arithmetic/fixed-point.ts; clamped, stored as i16. */
  @inline
  static storeWide(to: usize, first: v128, second: v128, scaling: usize, low: v128, high: v128): void {
    const a = i32x4(
      Requantize.wide(i32x4.extract_lane(first, 0), scaling, 0),
      Requantize.wide(i32x4.extract_lane(first, 1), scaling, 1),
      Requantize.wide(i32x4.extract_lane(first, 2), scaling, 2),
      Requantize.wide(i32x4.extract_lane(first, 3), scaling, 3),
    );
    const b = i32x4(
      Requantize.wide(i32x4.extract_lane(second, 0), scaling, 4),
      Requantize.wide(i32x4.extract_lane(second, 1), scaling, 5),
      Requantize.wide(i32x4.extract_lane(second, 2), scaling, 6),
      Requantize.wide(i32x4.extract_lane(second, 3), scaling, 7),
    );
    v128.store(to, i16x8.max_s(i16x8.min_s(i16x8.narrow_i32x4_s(a, b), high), low));
  }

  @inline
  static wide(sum: i32, scaling: usize, lane: usize): i32 {
    const biased = <i64>sum + load<i64>(scaling + 8 * lane);
    const product = biased * <i64>load<i32>(scaling + 4 * lane, 64);
    const doubled = <i32>(product >> <i64>load<i32>(scaling + 4 * lane, 96));
    return (doubled + 1) >> 1;
  }
}
