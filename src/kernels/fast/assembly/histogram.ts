/** The least and the largest of f32 elements, at `result` and 4 bytes on; NaN both where any element is NaN. At least one element. */
export function extent(from: usize, elements: i32, result: usize): void {
  let low = v128.load32_splat(from);
  let high = low;
  let otherLow = low;
  let otherHigh = low;
  let unlike = f32x4.splat(0);
  let left = elements;
  // One instruction each, where `min` and `max`, which carry NaN on, are seven.
  for (; left >= 8; left -= 8) {
    const values = v128.load(from);
    const others = v128.load(from, 16);
    low = f32x4.pmin(low, values);
    high = f32x4.pmax(high, values);
    otherLow = f32x4.pmin(otherLow, others);
    otherHigh = f32x4.pmax(otherHigh, others);
    unlike = v128.or(unlike, v128.or(f32x4.ne(values, values), f32x4.ne(others, others)));
    from += 32;
  }
  low = f32x4.min(low, otherLow);
  high = f32x4.max(high, otherHigh);
  for (; left > 0; left--) {
    const values = v128.load32_splat(from);
    low = f32x4.min(low, values);
    high = f32x4.max(high, values);
    from += 4;
  }
  const lowest = min(
    min(f32x4.extract_lane(low, 0), f32x4.extract_lane(low, 1)),
    min(f32x4.extract_lane(low, 2), f32x4.extract_lane(low, 3)),
  );
  const highest = max(
    max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1)),
    max(f32x4.extract_lane(high, 2), f32x4.extract_lane(high, 3)),
  );
  const isUnlike = v128.any_true(unlike);
  store<f32>(result, isUnlike ? NaN : lowest);
  store<f32>(result, isUnlike ? NaN : highest, 4);
}

/** Adding it to a whole f32 below it leaves that number in the low bits. */
const magic: f32 = 8388608;

/**
 * Counts finite f32 elements, a multiple of 4 of them, in bins: `floor(value * perWidth) - first` is a bin in [0, bins), where `bins` is a power of two up to 2¹⁶.
 * Every bin has four u16 counters in a row, so that equal neighbours do not wait for one another, and no wider, so that those of 4,096 bins stay in a core's own cache. Gives how many elements are 0; those are counted too.
 */
export function countBins(from: usize, elements: i32, counters: usize, bins: i32, perWidth: f32, first: f32): i32 {
  const scales = f32x4.splat(perWidth);
  const firsts = f32x4.splat(first);
  const nothing = f32x4.splat(0);
  const magics = f32x4.splat(magic);
  const mask = i32x4.splat((bins - 1) << 3);
  let zeros = i32x4.splat(0);
  const end = from + ((<usize>elements) << 2);
  for (; from < end; from += 16) {
    const values = v128.load(from);
    zeros = i32x4.sub(zeros, f32x4.eq(values, nothing));
    const bin = f32x4.add(f32x4.sub(f32x4.floor(f32x4.mul(values, scales)), firsts), magics);
    const offsets = v128.and(i32x4.shl(bin, 3), mask);
    // Two offsets are taken out at once.
    const firstTwo = i64x2.extract_lane(offsets, 0);
    const lastTwo = i64x2.extract_lane(offsets, 1);
    const at0 = counters + <usize>(<u32>firstTwo);
    store<u16>(at0, load<u16>(at0) + 1);
    const at1 = counters + <usize>(firstTwo >>> 32);
    store<u16>(at1, load<u16>(at1, 2) + 1, 2);
    const at2 = counters + <usize>(<u32>lastTwo);
    store<u16>(at2, load<u16>(at2, 4) + 1, 4);
    const at3 = counters + <usize>(lastTwo >>> 32);
    store<u16>(at3, load<u16>(at3, 6) + 1, 6);
  }
  return (
    i32x4.extract_lane(zeros, 0) +
    i32x4.extract_lane(zeros, 1) +
    i32x4.extract_lane(zeros, 2) +
    i32x4.extract_lane(zeros, 3)
  );
}

/** Sums of each bin's four counters, as u32, of an even number of bins; the counters become 0. */
export function sumCounters(counters: usize, bins: i32, sums: usize): void {
  for (let bin = 0; bin < bins; bin += 2) {
    // Pairs, then pairs of those.
    const pairs = i32x4.extadd_pairwise_i16x8_u(v128.load(counters));
    const zeros = i32x4.splat(0);
    const sum = i32x4.add(v128.shuffle<i32>(pairs, zeros, 0, 2, 4, 4), v128.shuffle<i32>(pairs, zeros, 1, 3, 4, 4));
    v128.store64_lane(sums, sum, 0);
    v128.store(counters, zeros);
    counters += 16;
    sums += 8;
  }
}
