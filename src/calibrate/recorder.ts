import type { BoundInput } from '../data/bind-inputs.ts';
import { openFastCounts } from './fast-counts.ts';
import { addExtent, addValues, type Histogram, newHistogram, spanTo } from './histogram.ts';

/** A model's inputs by name. */
export type Feeds = Readonly<Record<string, BoundInput>>;

/** Runs a float model on samples and keeps what values its watched tensors take; memory does not grow with their number. */
export interface Recorder {
  /** Whether every value is seen here, so that those that are not finite are told from others. */
  readonly seesEverything: boolean;
  /** Runs the model on the `sample`th sample, counted from 0; then needs the feeds no longer. @throws UserError when it fails */
  readonly record: (feeds: Feeds, sample: number) => Promise<void>;
  /** What was recorded, in the order of the watched tensors; when all samples are. */
  readonly histograms: () => Promise<readonly Histogram[]>;
  readonly close: () => Promise<void>;
}

/** Values that a watched tensor had in one sample. */
export interface Recorded {
  /** Which of the watched tensors. */
  readonly index: number;
  /** All of its values; or a part, all of which is counted, where the extremes of the whole are known. */
  readonly values: Float32Array;
  readonly extremes?: Extremes;
}

/** Of all values of a tensor; without `lowest` these begin at 0. */
export interface Extremes {
  readonly lowest: number | undefined;
  readonly highest: number;
}

/** Histograms that take values, in WebAssembly where that can be had. */
export interface Counters {
  /** What was counted so far. */
  readonly histograms: () => readonly Histogram[];
  readonly add: (recorded: Recorded, sample: number) => void;
}

/** @param extents whether only the extremes are wanted, no counts */
export function makeCounters(count: number, extents: boolean): Counters {
  const histograms = Array.from({ length: count }, newHistogram);
  const fast = openFastCounts();
  const span = fast?.span ?? spanTo;
  const add = extents ? (fast?.addExtent ?? addExtent) : (fast?.add ?? addValues);
  return {
    histograms: () => {
      fast?.settle();
      return histograms;
    },
    add: ({ index, values, extremes }, sample) => {
      const histogram = histograms[index] as Histogram;
      if (extremes !== undefined) {
        const { highest } = extremes;
        const lowest = extremes.lowest ?? highest;
        if (highest - lowest < Number.POSITIVE_INFINITY) span(histogram, lowest, highest);
        else histogram.strays += 1;
      }
      add(histogram, values, extremes === undefined ? sample : 'everything');
    },
  };
}
