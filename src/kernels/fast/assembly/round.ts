/** The largest magnitude of f32 elements; NaN counts for nothing. */
export function largestMagnitude(from: usize, elements: i32): f32 {
  let most = f32x4.splat(0);
  let left = elements;
  for (; left >= 4; left -= 4) {
    most = f32x4.pmax(most, f32x4.abs(v128.load(from)));
    from += 16;
  }
  for (; left > 0; left--) {
    most = f32x4.pmax(most, f32x4.abs(v128.load32_splat(from)));
    from += 4;
  }
  return max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
}

class Rounding {
  /** Two f32 in the low lanes divided by a scale, rounded to integers, halves to even, and limited: as i32 in the low lanes. NaN becomes 0. */
  @inline
  static two(values: v128, scale: v128, low: v128, high: v128): v128 {
    const rounded = f64x2.nearest(f64x2.div(f64x2.promote_low_f32x4(values), scale));
    return i32x4.trunc_sat_f64x2_s_zero(f64x2.min(f64x2.max(rounded, low), high));
  }
}

/** f32 elements divided by a scale in double precision, rounded to the nearest integer, halves to even, between `lowest` and 127: i8 at `to`, of which up to 3 bytes more are written. */
export function roundToBytes(from: usize, elements: i32, to: usize, scale: f64, lowest: f64): void {
  const scales = f64x2.splat(scale);
  const low = f64x2.splat(lowest);
  const high = f64x2.splat(127);
  for (let left = elements; left > 0; left -= 4) {
    const values = v128.load(from);
    const first = Rounding.two(values, scales, low, high);
    const second = Rounding.two(v128.shuffle<i32>(values, values, 2, 3, 0, 1), scales, low, high);
    const words = i16x8.narrow_i32x4_s(v128.shuffle<i64>(first, second, 0, 2), first);
    v128.store32_lane(to, i8x16.narrow_i16x8_s(words, words), 0);
    from += 16;
    to += 4;
  }
}
