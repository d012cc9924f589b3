import type { AccuracyTest } from './comparison.ts';
import type { Readable } from './reading.ts';

/** What a model was at a tag or a commit that a budget refers to: measured or recorded, not there yet, or not to be had, with the reason. */
export type Earlier =
  | {
      readonly kind: 'known';
      readonly measurement: Readable;
      /** By sample of the evaluation set: 1 where the answer was right. */
      readonly correct?: Uint8Array;
      /** What speaks against comparing with it. */
      readonly caution?: string;
    }
  | { readonly kind: 'absent' }
  | { readonly kind: 'missing'; readonly reason: string };

/** By what the budgets call them: `v1.2.0`. */
export type Earliers = Readonly<Record<string, Earlier>>;

/** The tests of the head's accuracy against each of them. */
export type EarlierTests = Readonly<Record<string, AccuracyTest | null>>;
