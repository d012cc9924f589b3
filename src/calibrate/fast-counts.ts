import code from '../kernels/fast/kernels.wasm';
import {
  addExtent,
  addValues,
  binCount,
  countedRun,
  countValues,
  type Histogram,
  spanFinite,
  spanTo,
  tileLength,
} from './histogram.ts';

/** What assembly/histogram.ts exports; addresses in bytes. */
interface CountingKernels {
  readonly memory: WebAssembly.Memory;
  readonly heapStart: () => number;
  readonly extent: (from: number, elements: number, result: number) => void;
  readonly countBins: (
    from: number,
    elements: number,
    counters: number,
    bins: number,
    perWidth: number,
    first: number,
  ) => number;
  readonly sumCounters: (counters: number, bins: number, sums: number) => void;
}

/** Counts values in WebAssembly, as `addValues` does. */
export interface FastCounts {
  /** As `addValues`. Arrays from `allocate` are counted where they are. */
  readonly add: (histogram: Histogram, values: Float32Array) => void;
  /** As `addExtent`. */
  readonly addExtent: (histogram: Histogram, values: Float32Array) => void;
  /** Zeroed arrays of these lengths that are counted without a copy. To be called once. */
  readonly allocate: (lengths: readonly number[]) => readonly Float32Array[];
}

const pageBytes = 65_536;
/** Below, a call costs more than it saves. */
const worthwhile = 1024;

let compiled: WebAssembly.Module | undefined;

/** Memory and kernels for counting; `undefined` where WebAssembly with SIMD cannot be had. */
export function openFastCounts(): FastCounts | undefined {
  let kernels: CountingKernels;
  try {
    compiled ??= new WebAssembly.Module(code);
    kernels = new WebAssembly.Instance(compiled).exports as CountingKernels;
  } catch {
    return undefined;
  }
  const { memory } = kernels;
  const result = Math.ceil(kernels.heapStart() / 64) * 64;
  const counters = result + 64;
  const sums = counters + binCount * 16;
  const copies = sums + binCount * 4;
  const end = copies + tileLength * 4;
  const growTo = (bytes: number): void => {
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  };
  growTo(end);

  /** Calls `each` with the address and number of elements of one tile after the other. */
  const forTiles = (values: Float32Array, each: (address: number, elements: number, start: number) => void): void => {
    const isHere = values.buffer === memory.buffer;
    const copy = isHere ? undefined : new Float32Array(memory.buffer, copies, tileLength);
    for (let start = 0; start < values.length; start += tileLength) {
      const elements = Math.min(tileLength, values.length - start);
      copy?.set(values.subarray(start, start + elements));
      each(isHere ? values.byteOffset + start * 4 : copies, elements, start);
    }
  };

  const add = (histogram: Histogram, values: Float32Array): void => {
    if (values.length < worthwhile) {
      addValues(histogram, values);
      return;
    }
    const extent = new Float32Array(memory.buffer, result, 2);
    let zeros = 0;
    let pending = false;
    const flush = (): void => {
      if (!pending) return;
      pending = false;
      const { counts } = histogram;
      const bins = Math.floor(histogram.max / histogram.width) - histogram.first + 1;
      kernels.sumCounters(counters, bins, sums);
      const counted = new Uint32Array(memory.buffer, sums, bins);
      for (let bin = 0; bin < bins; bin += 1) counts[bin] = (counts[bin] as number) + (counted[bin] as number);
      // Zeros were counted as any other value, and are kept apart.
      if (zeros > 0) counts[-histogram.first] = (counts[-histogram.first] as number) - zeros;
      histogram.zeros += zeros;
      zeros = 0;
    };
    forTiles(values, (address, elements, start) => {
      kernels.extent(address, elements, result);
      const [low = 0, high = 0] = extent;
      const areFinite = high - low < Number.POSITIVE_INFINITY;
      if (!areFinite || !(low >= histogram.min && high <= histogram.max)) {
        flush();
        if (areFinite) spanTo(histogram, low, high);
        else spanFinite(histogram, values.subarray(start, start + elements));
      }
      const { width, first } = histogram;
      const { from, to } = countedRun(values.length, start);
      // Values that are not finite, and scales that are no normal float32, are left to the plain way.
      const isPlain = !areFinite || width < 2 ** -120 || width > 2 ** 120;
      const whole = isPlain ? 0 : (to - from) & ~3;
      if (whole > 0) {
        pending = true;
        zeros += kernels.countBins(address + (from - start) * 4, whole, counters, binCount, 1 / width, first);
      }
      if (from + whole < to) {
        if (isPlain) flush();
        countValues(histogram, values.subarray(from + whole, to));
      }
    });
    flush();
  };

  return {
    add,
    addExtent(histogram, values) {
      const extent = new Float32Array(memory.buffer, result, 2);
      forTiles(values, (address, elements, start) => {
        kernels.extent(address, elements, result);
        const [low = 0, high = 0] = extent;
        if (high - low < Number.POSITIVE_INFINITY) {
          if (low < histogram.min) histogram.min = low;
          if (high > histogram.max) histogram.max = high;
        } else addExtent(histogram, values.subarray(start, start + elements));
      });
    },
    allocate(lengths) {
      let at = end;
      const places = lengths.map((length) => {
        const place = at;
        at += Math.ceil((length * 4) / 64) * 64;
        return place;
      });
      growTo(at);
      return lengths.map((length, index) => new Float32Array(memory.buffer, places[index] ?? 0, length));
    },
  };
}
