import { binCount, counted, type Histogram, withWiderBins } from './histogram.ts';
import type { Range } from './range.ts';

/** Thresholds that are tried first, evenly spaced; then those between the best one's neighbours. */
const coarse = 128;
const fine = 32;
/** Values that a bin should hold on average: in sparser ones any narrow range looks like the whole distribution. */
const enough = 8;
/** The smallest threshold that is tried, as a share of the largest magnitude. */
const least = 1 / 32;

/**
 * The range whose quantised distribution diverges least (Kullback–Leibler) from the values', as calibration by entropy is done for TensorRT
 * (Migacz, "8-bit inference with TensorRT", GTC 2017): values beyond a threshold are moved to it in the distribution P that is wanted; the distribution Q that integers
 * can represent spreads what falls on each integer evenly over its non-empty bins. One threshold cuts both ends.
 *
 * Values that are often repeated, among them zero, are left out of P and Q inside: an integer holds such a value to half a step, while spreading it over bins would cost
 * the more the more bins an integer has, and so favour the narrowest range of all (`withoutAtoms`).
 *
 * With `c` the counts of the bins inside, `S` and `N` the sum of the counts and the number of the non-empty bins of an integer, and `T` all counts, the divergence is
 * Σ p·log(p / q) - p + q with `p = c / T` but for the outermost non-empty bins, which take the clipped, and `q = S / (N · T)`. That Q lacks the clipped is why cutting costs
 * anything; it is not scaled to 1 in their place, which is the same where few are clipped (Csiszár's I-divergence), while a threshold in the gap between two modes would look
 * perfect. Sums over bins from the first make a threshold cost as much as there are integers, not bins.
 */
export function entropyRange(given: Histogram, whole: Range, levels: number): Range {
  const total = counted(given);
  const span = (whole.max - whole.min) / given.width;
  let factor = 1;
  while (total < (enough * span) / factor) factor *= 2;
  // Too few values to tell a distribution finer than the integers.
  if (span / factor < 2 * levels) return whole;
  const histogram = factor === 1 ? given : withWiderBins(given, factor);
  const sums = prefixSums(histogram.counts);
  const largest = Math.max(-whole.min, whole.max);
  let best = { share: 1, divergence: Number.POSITIVE_INFINITY };
  const attempt = (share: number): void => {
    const divergence = divergenceOf(histogram, sums, cut(whole, share * largest), { levels, worst: best.divergence });
    if (divergence < best.divergence) best = { share, divergence };
  };
  const step = (1 - least) / (coarse - 1);
  for (let index = 0; index < coarse; index += 1) attempt(1 - index * step);
  const { share } = best;
  for (let index = 1; index < fine; index += 1) attempt(Math.min(1, share + step - (index * 2 * step) / fine));
  return cut(whole, best.share * largest);
}

const cut = (whole: Range, threshold: number): Range => ({
  min: Math.max(whole.min, -threshold),
  max: Math.min(whole.max, threshold),
});

/** Bins to each side that say what count is to be expected of a bin. */
const around = 8;
/** Standard deviations that a count must exceed it by, to be no chance. */
const surprising = 5;

/**
 * Counts without point masses: a bin that holds more than twice as much as its neighbours' median, and more than by chance, is given that median. Networks repeat values: what a channel
 * computes from nothing but zeros is its bias, what a ReLU6 cuts off is 6. TensorRT does so with the bin of zero, which gets the count of the next.
 */
function withoutAtoms(counts: Float64Array): Float64Array {
  const plain = counts.slice();
  for (let bin = 0; bin < counts.length; bin += 1) {
    const count = counts[bin] as number;
    // Not more than by chance, whatever its neighbours hold.
    if (count <= surprising) continue;
    const start = Math.max(0, bin - around);
    const end = Math.min(counts.length, bin + around + 1);
    const size = end - start - 1;
    // With so many neighbours that are half as large the median is, too: nearly always, and without sorting.
    let missing = size - (size >> 1);
    const half = count / 2;
    for (let other = start; missing > 0 && other < end; other += 1) {
      if ((counts[other] as number) >= half && other !== bin) missing -= 1;
    }
    if (missing === 0) continue;
    const median = upperMedian(counts, start, bin, end);
    if (count > median + surprising * Math.sqrt(median + 1)) plain[bin] = median;
  }
  return plain;
}

/** Room for the neighbours of one bin. */
const sorted = new Float64Array(2 * around);

/** The larger of the middle ones of a bin's neighbours. They are put in order one by one, which so few are faster than by a library. */
function upperMedian(counts: Float64Array, start: number, bin: number, end: number): number {
  let size = 0;
  for (let other = start; other < end; other += 1) {
    if (other === bin) continue;
    const count = counts[other] as number;
    let place = size;
    for (; place > 0 && (sorted[place - 1] as number) > count; place -= 1) sorted[place] = sorted[place - 1] as number;
    sorted[place] = count;
    size += 1;
  }
  return sorted[size >> 1] as number;
}

interface PrefixSums {
  /** What is not repeated, by bin. */
  readonly plain: Float64Array;
  /** Of the bins below each: all counts; and of what is not repeated the counts, the non-empty bins, Σ count · log(count). */
  readonly all: Float64Array;
  readonly counts: Float64Array;
  readonly filled: Float64Array;
  readonly entropies: Float64Array;
}

function prefixSums(all: Float64Array): PrefixSums {
  const empty = () => new Float64Array(binCount + 1);
  const plain = withoutAtoms(all);
  const sums = { plain, all: empty(), counts: empty(), filled: empty(), entropies: empty() };
  for (let bin = 0; bin < binCount; bin += 1) {
    const count = plain[bin] as number;
    sums.all[bin + 1] = (sums.all[bin] as number) + (all[bin] as number);
    sums.counts[bin + 1] = (sums.counts[bin] as number) + count;
    sums.filled[bin + 1] = (sums.filled[bin] as number) + (count > 0 ? 1 : 0);
    sums.entropies[bin + 1] = (sums.entropies[bin] as number) + count * logarithm(count);
  }
  return sums;
}

const logarithm = (value: number): number => (value > 0 ? Math.log(value) : 0);

/** The divergence of a range; Infinity where it turns out to be larger than `worst`. */
function divergenceOf(
  histogram: Histogram,
  sums: PrefixSums,
  range: Range,
  { levels, worst }: { readonly levels: number; readonly worst: number },
): number {
  const { first, width } = histogram;
  const { plain, counts, filled, entropies } = sums;
  const between = (values: Float64Array, start: number, end: number): number =>
    (values[end] as number) - (values[start] as number);
  // A whole end holds the bin that it lies in. Integers also span what lies between the values and 0.
  const from = (range.min <= histogram.min ? Math.floor : Math.round)(range.min / width) - first;
  const to = (range.max >= histogram.max ? Math.floor(range.max / width) + 1 : Math.round(range.max / width)) - first;
  const low = Math.max(0, from);
  const high = Math.min(binCount, to);
  const total = sums.all[binCount] as number;
  const inside = between(sums.all, low, high);
  // A range of fewer bins than integers is represented perfectly, whatever it cuts off.
  if (high <= low || to - from < levels || between(sums.filled, low, high) === 0) return Number.POSITIVE_INFINITY;
  const clippedLow = sums.all[low] as number;
  const clippedHigh = total - (sums.all[high] as number);
  // The clipped join the outermost values inside.
  let lowest = low;
  while ((plain[lowest] as number) === 0) lowest += 1;
  let highest = high - 1;
  while ((plain[highest] as number) === 0) highest -= 1;
  const entropy = between(entropies, low, high);
  const edges = edgeTerms(plain, lowest, highest, clippedLow, clippedHigh);
  const perInteger = (to - from) / levels;
  /** The bins of an integer, counted from 1, end before this one. */
  const endOf = (integer: number): number => Math.min(high, Math.max(low, from + Math.round(integer * perInteger)));
  let last = Math.max(1, Math.floor((highest - from) / perInteger));
  while (endOf(last) <= highest) last += 1;
  const before = last === 1 ? low : endOf(last - 1);
  const logOf = (start: number, end: number): number =>
    Math.log(between(counts, start, end) / between(filled, start, end));
  // But for the clipped, no integer's term is below 0 (Jensen's inequality): those of the first few are a bound of all.
  const most = worst * total + (total - inside) - edges + clippedHigh * logOf(before, endOf(last)) + 1e-9 * entropy;
  let bound = 0;
  let divergence = entropy + edges;
  let start = low;
  for (let integer = 1; start < high; integer += 1) {
    // Written out, not `endOf`: this runs ten thousands of times before it is compiled.
    const bin = from + Math.round(integer * perInteger);
    const end = bin < low ? low : bin > high ? high : bin;
    const sum = (counts[end] as number) - (counts[start] as number);
    if (sum > 0) {
      const hasLowest = start <= lowest && lowest < end;
      const hasHighest = start <= highest && highest < end;
      const wanted = sum + (hasLowest ? clippedLow : 0) + (hasHighest ? clippedHigh : 0);
      const term = wanted * Math.log(sum / ((filled[end] as number) - (filled[start] as number)));
      divergence -= term;
      bound += (entropies[end] as number) - (entropies[start] as number) - term;
      if (bound > most) return Number.POSITIVE_INFINITY;
    }
    start = end;
  }
  return (divergence - (total - inside)) / total;
}

/** What moving the clipped into the outermost bins adds to Σ count · log(count). */
function edgeTerms(
  counts: Float64Array,
  lowest: number,
  highest: number,
  clippedLow: number,
  clippedHigh: number,
): number {
  const grown = (count: number, more: number): number =>
    (count + more) * logarithm(count + more) - count * logarithm(count);
  const atLow = counts[lowest] as number;
  const atHigh = counts[highest] as number;
  if (lowest === highest) return grown(atLow, clippedLow + clippedHigh);
  return grown(atLow, clippedLow) + grown(atHigh, clippedHigh);
}
