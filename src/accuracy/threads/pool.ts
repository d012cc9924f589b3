import type { TypedArray } from '../../kernels/values.ts';
import { openThreads } from '../../threads.ts';
import type { Batch, EvaluationTask } from './run-samples.ts';

/** Multiply-accumulates below which starting threads costs more than they save. */
const worthwhileMacs = 2e8;

/** Threads that run a model, each with its own interpreter. */
export interface Pool {
  readonly threads: number;
  /** The first output of every inference of a batch. */
  readonly run: (batch: Batch) => Promise<readonly TypedArray[]>;
  readonly close: () => Promise<void>;
}

/**
 * A pool for so much work in all, or `undefined` where threads would not pay: little work, one core, or no bundle to start them from.
 * `model` are the bytes of a `.tflite` that has been opened before, so that it opens in every thread too.
 */
export function openPool(model: Uint8Array, macs: number): Pool | undefined {
  if (macs < worthwhileMacs) return undefined;
  const threads = openThreads<EvaluationTask, Batch, readonly TypedArray[]>({ kind: 'evaluate', model });
  return threads && { threads: threads.count, run: threads.ask, close: threads.close };
}
