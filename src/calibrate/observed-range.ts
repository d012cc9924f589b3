import { entropyRange } from './entropy-range.ts';
import { binCount, counted, type Histogram } from './histogram.ts';
import type { Observer, Range } from './range.ts';

/** What `percentile` keeps: all but this share of the values, half of it at each end; 99.999 %, as ONNX Runtime does unless told otherwise (`CalibPercentile` of quantize_static). */
const outside = 1e-5;

/** Candidates per end that `mse` tries, from the whole range down to a tenth of it. */
const candidates = 91;

/** The range of a tensor whose values the histogram counted, for integers with so many steps. Holds 0; `{ 0, 0 }` when it saw nothing but zeros. */
export function observedRange(histogram: Histogram, observer: Observer, levels = 255): Range {
  if (histogram.min > histogram.max) return { min: 0, max: 0 };
  const whole = { min: Math.min(0, histogram.min), max: Math.max(0, histogram.max) };
  if (observer === 'min-max') return whole;
  if (histogram.width === 0) return whole;
  if (observer === 'percentile') return percentileRange(histogram, whole);
  if (observer === 'entropy') return entropyRange(histogram, whole, levels);
  return leastErrorRange(histogram, whole, levels);
}

const centre = ({ first, width }: Histogram, bin: number): number => (first + bin + 0.5) * width;

function percentileRange(histogram: Histogram, whole: Range): Range {
  const total = histogram.zeros + counted(histogram);
  const allowed = (outside / 2) * total;
  let below = 0;
  let low = 0;
  while (low < binCount - 1 && below + (histogram.counts[low] ?? 0) <= allowed) below += histogram.counts[low++] ?? 0;
  let above = 0;
  let high = binCount - 1;
  while (high > 0 && above + (histogram.counts[high] ?? 0) <= allowed) above += histogram.counts[high--] ?? 0;
  const { first, width } = histogram;
  return {
    min: Math.min(0, Math.max(whole.min, (first + low) * width)),
    max: Math.max(0, Math.min(whole.max, (first + high + 1) * width)),
  };
}

/**
 * The range with the least expected squared error: values inside are rounded (variance step²/12, uniform within a step), values outside are clipped.
 * Sums over bins from both ends make a candidate cost the same however many bins it clips.
 */
function leastErrorRange(histogram: Histogram, whole: Range, levels: number): Range {
  const above = clippedSums(histogram, 1);
  const below = clippedSums(histogram, -1);
  const total = counted(histogram);
  const ends = (end: number): readonly number[] =>
    end === 0 ? [0] : Array.from({ length: candidates }, (_, index) => end * (1 - (0.9 * index) / (candidates - 1)));
  const lower = ends(whole.min).map((min) => ({ min, clipped: below(min) }));
  let best = { range: whole, error: Number.POSITIVE_INFINITY };
  for (const max of ends(whole.max)) {
    const clippedAbove = above(max);
    // What both ends clip only grows.
    if (clippedAbove.error >= best.error) break;
    for (const { min, clipped } of lower) {
      if (clipped.error >= best.error) break;
      const step = (max - min) / levels;
      const rounded = Math.max(0, total - clippedAbove.count - clipped.count);
      const error = clippedAbove.error + clipped.error + (rounded * step * step) / 12;
      if (error < best.error) best = { range: { min, max }, error };
    }
  }
  return best.range;
}

/** For values beyond an end (above for `direction` 1, below for -1): how many, and the sum of their squared distances to it. */
function clippedSums(histogram: Histogram, direction: 1 | -1): (end: number) => { count: number; error: number } {
  const counts = new Float64Array(binCount + 1);
  const sums = new Float64Array(binCount + 1);
  const squares = new Float64Array(binCount + 1);
  const binAt = (step: number): number => (direction === 1 ? binCount - 1 - step : step);
  for (let step = 0; step < binCount; step += 1) {
    const bin = binAt(step);
    const count = histogram.counts[bin] ?? 0;
    const value = centre(histogram, bin);
    counts[step + 1] = (counts[step] ?? 0) + count;
    sums[step + 1] = (sums[step] ?? 0) + count * value;
    squares[step + 1] = (squares[step] ?? 0) + count * value * value;
  }
  return (end) => {
    const exact = end / histogram.width - histogram.first;
    const steps = Math.min(
      binCount,
      Math.max(0, direction === 1 ? binCount - Math.ceil(exact - 0.5) : Math.floor(exact + 0.5)),
    );
    const count = counts[steps] ?? 0;
    const error = (squares[steps] ?? 0) - 2 * end * (sums[steps] ?? 0) + end * end * count;
    return { count, error: Math.max(0, error) };
  };
}
