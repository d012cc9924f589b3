import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { TypedArray } from '../../kernels/values.ts';
import type { Batch } from './run-samples.ts';

/** Multiply-accumulates below which starting threads costs more than they save. */
const worthwhileMacs = 2e8;
/** Runners have 2 to 4 cores; more threads would each hold a copy of the model for little. */
const mostThreads = 8;

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
  const script = fileURLToPath(new URL('./worker.js', import.meta.url));
  const threads = Math.min(availableParallelism(), mostThreads);
  if (macs < worthwhileMacs || threads < 2 || !existsSync(script)) return undefined;
  const idle = Array.from({ length: threads }, () => new Worker(script, { workerData: model }));
  const all = [...idle];
  const waiting: ((worker: Worker) => void)[] = [];
  const take = () => {
    const worker = idle.pop();
    return worker === undefined ? new Promise<Worker>((resolve) => waiting.push(resolve)) : Promise.resolve(worker);
  };
  const give = (worker: Worker) => {
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
  };
  return {
    threads,
    run: async (batch) => {
      const worker = await take();
      try {
        return await ask(worker, batch);
      } finally {
        give(worker);
      }
    },
    close: async () => {
      await Promise.all(all.map((worker) => worker.terminate()));
    },
  };
}

/** Posts a batch and waits for its outputs. @throws what ended the thread */
function ask(worker: Worker, batch: Batch): Promise<readonly TypedArray[]> {
  return new Promise((resolve, reject) => {
    const done = (outputs: readonly TypedArray[]) => {
      worker.off('error', failed);
      resolve(outputs);
    };
    const failed = (error: unknown) => {
      worker.off('message', done);
      reject(error);
    };
    worker.once('message', done);
    worker.once('error', failed);
    worker.postMessage(batch);
  });
}
