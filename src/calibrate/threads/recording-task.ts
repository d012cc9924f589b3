import type { Histogram } from '../histogram.ts';
import type { Feeds, Recorded } from '../recorder.ts';

/** What a thread is started with to record samples: a `.tflite` whose outputs are the watched tensors. */
export interface RecordingTask {
  readonly kind: 'record';
  readonly model: Uint8Array;
  /** See `openRecorder`. */
  readonly extents: boolean;
}

/** A sample to record, or the wish to have what was recorded. */
export type RecordingRequest = { readonly feeds: Feeds; readonly sample: number } | 'histograms';

export type RecordingAnswer =
  | { readonly histograms: readonly Histogram[] }
  /** A failure that is the model's or the data's, in words. */
  | { readonly failure: string };

/** What a thread is started with to count values that another one computes. */
export interface CountingTask {
  readonly kind: 'count';
  /** How many tensors are watched. */
  readonly watched: number;
}

/** Values that tensors had in one sample. */
export interface CountedValues {
  readonly sample: number;
  readonly recorded: readonly Recorded[];
}

/** Values to count, or the wish to have what was counted. */
export type CountingRequest = CountedValues | 'histograms';
