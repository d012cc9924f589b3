import type { BoundInput } from '../data/bind-inputs.ts';
import { openFastCounts } from './fast-counts.ts';
import { addExtent, addValues, type Histogram, newHistogram } from './histogram.ts';

/** A model's inputs by name. */
export type Feeds = Readonly<Record<string, BoundInput>>;

/** Runs a float model on samples and keeps what values its watched tensors take; memory does not grow with their number. */
export interface Recorder {
  /** Runs the model on the `sample`th sample, counted from 0. @throws UserError when it fails */
  readonly record: (feeds: Feeds, sample: number) => Promise<void>;
  /** What was recorded, in the order of the watched tensors; when all samples are. */
  readonly histograms: () => Promise<readonly Histogram[]>;
  readonly close: () => Promise<void>;
}

/** Histograms that take values, in WebAssembly where that can be had. */
export interface Counters {
  /** What was counted so far. */
  readonly histograms: () => readonly Histogram[];
  readonly add: (index: number, values: Float32Array, sample: number) => void;
}

/** @param extents whether only the extremes are wanted, no counts */
export function makeCounters(count: number, extents: boolean): Counters {
  const histograms = Array.from({ length: count }, newHistogram);
  const fast = openFastCounts();
  const add = extents ? (fast?.addExtent ?? addExtent) : (fast?.add ?? addValues);
  return {
    histograms: () => {
      fast?.settle();
      return histograms;
    },
    add: (index, values, sample) => add(histograms[index] as Histogram, values, sample),
  };
}
