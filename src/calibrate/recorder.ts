import type { BoundInput } from '../data/bind-inputs.ts';
import { type FastCounts, openFastCounts } from './fast-counts.ts';
import { addExtent, addValues, type Histogram, newHistogram } from './histogram.ts';

/** A model's inputs by name. */
export type Feeds = Readonly<Record<string, BoundInput>>;

/** Runs a float model on samples and keeps what values its watched tensors take; memory does not grow with their number. */
export interface Recorder {
  /** @throws UserError when the model fails on the sample */
  readonly record: (feeds: Feeds) => Promise<void>;
  /** What was recorded, in the order of the watched tensors; when all samples are. */
  readonly histograms: () => Promise<readonly Histogram[]>;
  readonly close: () => Promise<void>;
}

/** Histograms that take values, in WebAssembly where that can be had. */
export interface Counters {
  readonly histograms: readonly Histogram[];
  readonly add: (index: number, values: Float32Array) => void;
  /** See `FastCounts`. */
  readonly allocate: FastCounts['allocate'];
}

/** @param extents whether only the extremes are wanted, no counts */
export function makeCounters(count: number, extents: boolean): Counters {
  const histograms = Array.from({ length: count }, newHistogram);
  const fast = openFastCounts();
  const add = extents ? (fast?.addExtent ?? addExtent) : (fast?.add ?? addValues);
  return {
    histograms,
    add: (index, values) => add(histograms[index] as Histogram, values),
    allocate: fast?.allocate ?? ((lengths) => lengths.map((length) => new Float32Array(length))),
  };
}
