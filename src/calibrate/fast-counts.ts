import code from '../kernels/fast/kernels.wasm';
import {
  addExtent,
  addValues,
  binCount,
  type Counting,
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
  /** As `addValues`, but that some of it is in the histogram only after `settle`. */
  readonly add: (histogram: Histogram, values: Float32Array, sample?: Counting) => void;
  /** As `spanTo`. */
  readonly span: (histogram: Histogram, low: number, high: number) => void;
  /** As `addExtent`. */
  readonly addExtent: (histogram: Histogram, values: Float32Array) => void;
  /** Puts all that was counted into its histogram. */
  readonly settle: () => void;
}

const pageBytes = 65_536;
/** Histograms with counters of their own, 32 KiB each, that are added up only when their range grows or they are asked for. */
const ownCounters = 256;
/** Values that may be counted before counters of 16 bits, of which a bin has four, are added up: not even equal ones fill one. */
const mostCounted = 4 * (2 ** 16 - 1);

/** Counters in WebAssembly's memory of what is not yet in a histogram. */
interface Slot {
  readonly counters: number;
  counted: number;
  zeros: number;
}

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
  const sums = result + 64;
  const copies = sums + binCount * 4;
  const counterBytes = binCount * 8;
  let end = copies + tileLength * 4;
  const growTo = (bytes: number): void => {
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  };
  const newSlot = (): Slot => {
    const counters = end;
    end += counterBytes;
    growTo(end);
    return { counters, counted: 0, zeros: 0 };
  };
  const shared = newSlot();
  const slots = new Map<Histogram, Slot>();
  const slotOf = (histogram: Histogram): Slot => {
    const known = slots.get(histogram);
    if (known !== undefined || slots.size >= ownCounters) return known ?? shared;
    const slot = newSlot();
    slots.set(histogram, slot);
    return slot;
  };
  const flush = (histogram: Histogram, slot: Slot): void => {
    if (slot.counted === 0) return;
    const { counts } = histogram;
    const bins = Math.floor(histogram.max / histogram.width) - histogram.first + 1;
    kernels.sumCounters(slot.counters, bins, sums);
    const counted = new Uint32Array(memory.buffer, sums, bins);
    for (let bin = 0; bin < bins; bin += 1) counts[bin] = (counts[bin] as number) + (counted[bin] as number);
    // Zeros were counted as any other value, and are kept apart.
    if (slot.zeros > 0) counts[-histogram.first] = (counts[-histogram.first] as number) - slot.zeros;
    histogram.zeros += slot.zeros;
    slot.zeros = 0;
    slot.counted = 0;
  };

  /** Calls `each` with the address and number of elements of one tile after the other. */
  const forTiles = (values: Float32Array, each: (address: number, elements: number, start: number) => void): void => {
    const copy = new Float32Array(memory.buffer, copies, tileLength);
    for (let start = 0; start < values.length; start += tileLength) {
      const elements = Math.min(tileLength, values.length - start);
      copy.set(values.subarray(start, start + elements));
      each(copies, elements, start);
    }
  };

  const add = (histogram: Histogram, values: Float32Array, sample: Counting = 0): void => {
    if (values.length < worthwhile) {
      const slot = slots.get(histogram);
      if (slot !== undefined) flush(histogram, slot);
      addValues(histogram, values, sample);
      return;
    }
    const slot = slotOf(histogram);
    const extent = new Float32Array(memory.buffer, result, 2);
    forTiles(values, (address, elements, start) => {
      kernels.extent(address, elements, result);
      const [low = 0, high = 0] = extent;
      const areFinite = high - low < Number.POSITIVE_INFINITY;
      if (!areFinite || !(low >= histogram.min && high <= histogram.max)) {
        flush(histogram, slot);
        if (areFinite) spanTo(histogram, low, high);
        else spanFinite(histogram, values.subarray(start, start + elements));
      }
      const { width, first } = histogram;
      const { from, to } = countedRun(values.length, start, sample);
      // Values that are not finite, and scales that are no normal float32, are left to the plain way.
      const isPlain = !areFinite || width < 2 ** -120 || width > 2 ** 120;
      const whole = isPlain ? 0 : (to - from) & ~3;
      if (whole > 0) {
        if (slot.counted + whole > mostCounted) flush(histogram, slot);
        const at = address + (from - start) * 4;
        slot.zeros += kernels.countBins(at, whole, slot.counters, binCount, 1 / width, first);
        slot.counted += whole;
      }
      if (from + whole < to) {
        countValues(histogram, values.subarray(from + whole, to));
      }
    });
    if (slot === shared) flush(histogram, slot);
  };

  return {
    add,
    span(histogram, low, high) {
      if (low >= histogram.min && high <= histogram.max) return;
      const slot = slots.get(histogram);
      if (slot !== undefined) flush(histogram, slot);
      spanTo(histogram, low, high);
    },
    settle() {
      for (const [histogram, slot] of slots) flush(histogram, slot);
    },
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
  };
}
