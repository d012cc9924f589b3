import { binCount, type Histogram, withWiderBins } from './histogram.ts';
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
 * can represent spreads what falls on each integer evenly over its non-empty bins. Zeros are left out, as integers hold them exactly. One threshold cuts both ends.
 *
 * With `c` the counts of the bins inside, `S` and `N` the sum of the counts and the number of the non-empty bins of an integer, `T` all counts and `I` those inside:
 * the divergence is Σ p·log(p / q) with `p = c / T` but for the outermost non-empty bins, which take the clipped, and `q = S / (N · I)`. Sums over bins from the first make
 * a threshold cost as much as there are integers, not bins.
 */
export function entropyRange(given: Histogram, whole: Range, levels: number): Range {
  const total = given.counts.reduce((sum, count) => sum + count, 0);
  const span = (whole.max - whole.min) / given.width;
  let factor = 1;
  while (total < (enough * span) / factor) factor *= 2;
  // Too few values to tell a distribution finer than the integers.
  if (span / factor < 2 * levels) return whole;
  const histogram = factor === 1 ? given : withWiderBins(given, factor);
  const sums = prefixSums(histogram);
  if (pilesUpAtAnEnd(histogram, sums)) return whole;
  const largest = Math.max(-whole.min, whole.max);
  let best = { share: 1, divergence: Number.POSITIVE_INFINITY };
  const attempt = (share: number): void => {
    const divergence = divergenceOf(histogram, sums, cut(whole, share * largest), levels);
    if (divergence < best.divergence) best = { share, divergence };
  };
  const step = (1 - least) / (coarse - 1);
  for (let index = 0; index < coarse; index += 1) attempt(1 - index * step);
  const { share } = best;
  for (let index = 1; index < fine; index += 1) attempt(Math.min(1, share + step - (index * 2 * step) / fine));
  return cut(whole, best.share * largest);
}

/** Of all values that are not 0, the share in an outermost bin above which it holds no tail but values that the network limits, as Clip does: to cut it would move them all. */
const pile = 0.002;

function pilesUpAtAnEnd({ counts, first, width, min, max }: Histogram, sums: PrefixSums): boolean {
  const most = pile * (sums.counts[binCount] as number);
  return [min, max].some((end) => end !== 0 && (counts[Math.floor(end / width) - first] as number) > most);
}

const cut = (whole: Range, threshold: number): Range => ({
  min: Math.max(whole.min, -threshold),
  max: Math.min(whole.max, threshold),
});

interface PrefixSums {
  /** Of the bins below each: counts, non-empty bins, Σ count · log(count). */
  readonly counts: Float64Array;
  readonly filled: Float64Array;
  readonly entropies: Float64Array;
}

function prefixSums({ counts }: Histogram): PrefixSums {
  const sums = {
    counts: new Float64Array(binCount + 1),
    filled: new Float64Array(binCount + 1),
    entropies: new Float64Array(binCount + 1),
  };
  for (let bin = 0; bin < binCount; bin += 1) {
    const count = counts[bin] as number;
    sums.counts[bin + 1] = (sums.counts[bin] as number) + count;
    sums.filled[bin + 1] = (sums.filled[bin] as number) + (count > 0 ? 1 : 0);
    sums.entropies[bin + 1] = (sums.entropies[bin] as number) + count * logarithm(count);
  }
  return sums;
}

const logarithm = (value: number): number => (value > 0 ? Math.log(value) : 0);

function divergenceOf({ counts, first, width }: Histogram, sums: PrefixSums, range: Range, levels: number): number {
  const between = (values: Float64Array, start: number, end: number): number =>
    (values[end] as number) - (values[start] as number);
  const low = Math.max(0, Math.round(range.min / width) - first);
  const high = Math.min(binCount, Math.max(low + 1, Math.round(range.max / width) - first));
  const total = sums.counts[binCount] as number;
  const inside = between(sums.counts, low, high);
  // A range of fewer bins than integers is represented perfectly, whatever it cuts off.
  if (inside === 0 || high - low < levels) return Number.POSITIVE_INFINITY;
  const clippedLow = sums.counts[low] as number;
  const clippedHigh = total - (sums.counts[high] as number);
  // The clipped join the outermost values inside.
  let lowest = low;
  while ((counts[lowest] as number) === 0) lowest += 1;
  let highest = high - 1;
  while ((counts[highest] as number) === 0) highest -= 1;
  const edges = edgeTerms(counts, lowest, highest, clippedLow, clippedHigh);
  let divergence = between(sums.entropies, low, high) + edges;
  const perInteger = Math.max(1, (high - low) / levels);
  let start = low;
  for (let integer = 1; start < high; integer += 1) {
    const end = Math.min(high, low + Math.round(integer * perInteger));
    const sum = between(sums.counts, start, end);
    if (sum > 0) {
      const hasLowest = start <= lowest && lowest < end;
      const hasHighest = start <= highest && highest < end;
      const wanted = sum + (hasLowest ? clippedLow : 0) + (hasHighest ? clippedHigh : 0);
      divergence -= wanted * (Math.log(sum / between(sums.filled, start, end)) - Math.log(inside));
    }
    start = end;
  }
  return divergence / total - Math.log(total);
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
