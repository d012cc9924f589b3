import { binCount, type Histogram } from './histogram.ts';
import type { Range } from './range.ts';

/** Thresholds that are tried first, evenly spaced; then those between the best one's neighbours. */
const coarse = 128;
const fine = 32;
/** The smallest threshold that is tried, as a share of the largest magnitude. */
const least = 1 / 32;

/**
 * The range whose quantised distribution diverges least (Kullback–Leibler) from the values', as calibration by entropy is done for TensorRT
 * (Migacz, "8-bit inference with TensorRT", GTC 2017): values beyond a threshold are moved to it in the distribution P that is wanted; the distribution Q that integers
 * can represent spreads what falls on each integer evenly over its non-empty bins. Zeros are left out, as integers hold them exactly. One threshold cuts both ends.
 *
 * With `c` the counts of the bins inside, `S` and `N` the sum of the counts and the number of the non-empty bins of an integer, `T` all counts and `I` those inside:
 * the divergence is Σ p·log(p / q) with `p = c / T` but for the outermost bins, which take the clipped, and `q = S / (N · I)`. Sums over bins from the first make
 * a threshold cost as much as there are integers, not bins.
 */
export function entropyRange(histogram: Histogram, whole: Range, levels: number): Range {
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
  if (inside === 0) return Number.POSITIVE_INFINITY;
  const clippedLow = sums.counts[low] as number;
  const clippedHigh = total - (sums.counts[high] as number);
  const edges = edgeTerms(counts, low, high - 1, clippedLow, clippedHigh);
  // Clipped values where no value is inside to stand for them cannot be represented at all.
  if (edges === undefined) return Number.POSITIVE_INFINITY;
  let divergence = between(sums.entropies, low, high) + edges;
  const perInteger = Math.max(1, (high - low) / levels);
  let start = low;
  for (let integer = 1; start < high; integer += 1) {
    const end = Math.min(high, low + Math.round(integer * perInteger));
    const sum = between(sums.counts, start, end);
    if (sum > 0) {
      const wanted = sum + (start === low ? clippedLow : 0) + (end === high ? clippedHigh : 0);
      divergence -= wanted * (Math.log(sum / between(sums.filled, start, end)) - Math.log(inside));
    }
    start = end;
  }
  return divergence / total - Math.log(total);
}

/** What moving the clipped into the outermost bins adds to Σ count · log(count); `undefined` when such a bin holds nothing else. */
function edgeTerms(
  counts: Float64Array,
  lowest: number,
  highest: number,
  clippedLow: number,
  clippedHigh: number,
): number | undefined {
  const grown = (count: number, more: number): number =>
    (count + more) * logarithm(count + more) - count * logarithm(count);
  const atLow = counts[lowest] as number;
  const atHigh = counts[highest] as number;
  if ((clippedLow > 0 && atLow === 0) || (clippedHigh > 0 && atHigh === 0)) return undefined;
  if (lowest === highest) return grown(atLow, clippedLow + clippedHigh);
  return grown(atLow, clippedLow) + grown(atHigh, clippedHigh);
}
