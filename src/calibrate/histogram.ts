/** Bins of a histogram; what the histogram methods of the common tools use at their best. */
export const binCount = 4096;

/**
 * Counts of values seen so far (of large tensors some of them, see `countedRun` and `withParts`), in `binCount` bins whose width is a power of two and whose edges are multiples of it, so that what it holds does not depend on the order
 * of the samples, and bins merge exactly when the range grows. Mutable: it is updated in place while samples stream through.
 */
export interface Histogram {
  readonly counts: Float64Array;
  /** Bin `i` counts values in `[(first + i) · width, (first + i + 1) · width)`. */
  first: number;
  width: number;
  /** Exact zeros are counted here alone: quantisation represents them without error. */
  zeros: number;
  min: number;
  max: number;
  /** Values that are not finite. */
  strays: number;
}

/** An empty histogram. */
export function newHistogram(): Histogram {
  return {
    counts: new Float64Array(binCount),
    first: 0,
    width: 0,
    zeros: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    strays: 0,
  };
}

/** Elements in a row of which, in a large tensor, only `runLength` are counted. Few enough to stay in a core's own cache. */
export const tileLength = 8192;
/** A quarter: what fraction of a million values lies in a bin is known well enough. */
const runLength = tileLength / 4;
/** From so many elements on a tensor is large. */
const large = 65_536;

/** A number of a sample, which says what of a large tensor is counted; or that everything is. */
export type Counting = number | 'everything';

/**
 * The elements of the tile that starts at `start` which are counted: all, but, unless everything is to be, for a large tensor a quarter, another one in each tile and in each sample, so that no rows or channels
 * are favoured: a network has its largest values at the same places of every picture, corners above all. Extremes and what is not finite are looked for among all.
 */
export function countedRun(
  length: number,
  start: number,
  sample: Counting,
): { readonly from: number; readonly to: number } {
  const end = Math.min(length, start + tileLength);
  if (length < large || sample === 'everything') return { from: start, to: end };
  const from = start + ((start / tileLength + sample) % 4) * runLength;
  return { from: Math.min(from, end), to: Math.min(from + runLength, end) };
}

/** Adds values of the tensor in the `sample`th sample, of many a part (`countedRun`); the range grows as needed. */
export function addValues(histogram: Histogram, values: Float32Array, sample: Counting = 0): void {
  spanFinite(histogram, values);
  for (let start = 0; start < values.length; start += tileLength) {
    const { from, to } = countedRun(values.length, start, sample);
    countValues(histogram, values.subarray(from, to));
  }
}

/** Counts values that lie in the histogram's range, but for those that are not finite. */
export function countValues(histogram: Histogram, values: Float32Array): void {
  const { counts, first, width } = histogram;
  const perWidth = 1 / width;
  let zeros = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (value === 0) zeros += 1;
    else if (value - value === 0) {
      const bin = Math.floor(value * perWidth) - first;
      counts[bin] = (counts[bin] as number) + 1;
    }
  }
  histogram.zeros += zeros;
}

/** Widens the range to hold two finite values, and the bins with it. */
export function spanTo(histogram: Histogram, low: number, high: number): void {
  histogram.min = Math.min(histogram.min, low);
  histogram.max = Math.max(histogram.max, high);
  makeRoom(histogram);
}

/** Widens the range to hold all finite values, and the bins with it. */
export function spanFinite(histogram: Histogram, values: Float32Array): void {
  addExtent(histogram, values);
  if (histogram.min <= histogram.max) makeRoom(histogram);
}

/** Adds values to the range alone; counts nothing but strays. */
export function addExtent(histogram: Histogram, values: Float32Array): void {
  const { low, high, strays } = extent(values);
  histogram.strays += strays;
  histogram.min = Math.min(histogram.min, low);
  histogram.max = Math.max(histogram.max, high);
}

/** Adds what another histogram counted; the result is the same as if this one had counted it. */
export function addHistogram(histogram: Histogram, other: Readonly<Histogram>): void {
  histogram.strays += other.strays;
  histogram.zeros += other.zeros;
  if (other.min > other.max) return;
  if (histogram.width === 0 && other.width === 0) {
    // Nothing but zeros was counted; or nothing, as only the extremes are wanted.
    histogram.min = Math.min(histogram.min, other.min);
    histogram.max = Math.max(histogram.max, other.max);
    return;
  }
  spanTo(histogram, other.min, other.max);
  if (other.width > 0) addBins(histogram, other);
}

/** How many values lie in the bins; zeros are not among them. A loop, as a function for each bin takes much longer until it is compiled. */
export function counted({ counts }: Readonly<Histogram>): number {
  let total = 0;
  for (let bin = 0; bin < binCount; bin += 1) total += counts[bin] as number;
  return total;
}

/** The same counts in bins that are wider by a power of two. */
export function withWiderBins(histogram: Readonly<Histogram>, factor: number): Histogram {
  const width = histogram.width * factor;
  const first = Math.floor(histogram.first / factor);
  const wider: Histogram = { ...histogram, counts: new Float64Array(binCount), first, width };
  addBins(wider, histogram);
  return wider;
}

/** Adds counts of bins that are no wider and lie within. */
function addBins(histogram: Histogram, { counts, first, width }: Pick<Histogram, 'counts' | 'first' | 'width'>): void {
  const merged = histogram.width / width;
  for (let bin = 0; bin < binCount; bin += 1) {
    const count = counts[bin] as number;
    if (count === 0) continue;
    const target = Math.floor((first + bin) / merged) - histogram.first;
    histogram.counts[target] = (histogram.counts[target] as number) + count;
  }
}

function extent(values: Float32Array): { low: number; high: number; strays: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let strays = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (value - value !== 0) strays += 1;
    else {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return { low, high, strays };
}

/** Makes the bins span all values seen, doubling their width until they do. */
function makeRoom(histogram: Histogram): void {
  const { counts, min, max } = histogram;
  if (min === 0 && max === 0) return;
  const before = histogram.width;
  const smallest = 2 ** Math.ceil(Math.log2(Math.max((max - min) / binCount, Math.abs(min), Math.abs(max)) / 2 ** 40));
  let width = before || Math.max(smallest, powerAbove((max - min) / binCount));
  while (Math.floor(max / width) - Math.floor(min / width) >= binCount) width *= 2;
  const first = Math.floor(min / width);
  if (width === before && first === histogram.first) return;
  const old = { counts: counts.slice(), first: histogram.first, width: before };
  counts.fill(0);
  histogram.first = first;
  histogram.width = width;
  if (before !== 0) addBins(histogram, old);
}

function powerAbove(value: number): number {
  return value > 0 ? 2 ** Math.ceil(Math.log2(value)) : 0;
}
