import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker } from 'node:worker_threads';
import type { CountingTask, RecordingTask } from '../../calibrate/threads/recording-task.ts';
import type { SidesTask } from '../../measuring/answer.ts';

/** What a thread is started for: evaluating a `.tflite`, recording what a float model computes, counting what was computed, or measuring whole models. */
export type ThreadTask =
  | { readonly kind: 'evaluate'; readonly model: Uint8Array }
  | RecordingTask
  | CountingTask
  | SidesTask;

/** Runners have 2 to 4 cores; more threads would each hold a copy of the model for little. */
const mostThreads = 8;

/** Threads that all do the same task. */
export interface Threads<Request, Answer> {
  readonly count: number;
  /** Has whichever thread is free first answer a request; what is in `moved` is no longer the caller's. @throws what ended the thread */
  readonly ask: (request: Request, moved?: readonly ArrayBuffer[]) => Promise<Answer>;
  /** Has every thread answer the same request; to be called when no other is under way. */
  readonly askAll: (request: Request) => Promise<readonly Answer[]>;
  readonly close: () => Promise<void>;
}

/**
 * As many threads as the machine has cores, but no more than `most`; `undefined` with one core or no bundle to start them from, and in a thread, beside which the others have the cores.
 */
export function openThreads<Request, Answer>(
  task: ThreadTask,
  most = mostThreads,
): Threads<Request, Answer> | undefined {
  const script = fileURLToPath(new URL('./worker.js', import.meta.url));
  const cores = availableParallelism();
  if (cores < 2 || !isMainThread || !existsSync(script)) return undefined;
  const count = Math.min(cores, most, mostThreads);
  const start = () => new Worker(script, { workerData: task });
  const all = Array.from({ length: count }, start);
  const idle = [...all];
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
    count,
    ask: async (request, moved) => {
      let worker = await take();
      try {
        return await post(worker, request, moved);
      } catch (error) {
        // What threw is gone, for want of memory it may be; others wait for a thread.
        all.splice(all.indexOf(worker), 1);
        // A request that could not be sent throws too, and leaves a thread that would keep the process alive.
        await worker.terminate();
        worker = start();
        all.push(worker);
        throw error;
      } finally {
        give(worker);
      }
    },
    askAll: (request) => Promise.all(all.map((worker) => post<Request, Answer>(worker, request))),
    close: async () => {
      await Promise.all(all.map((worker) => worker.terminate()));
    },
  };
}

/** Posts a request and waits for its answer. @throws what ended the thread */
function post<Request, Answer>(worker: Worker, request: Request, moved: readonly ArrayBuffer[] = []): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const done = (answer: Answer) => {
      worker.off('error', failed);
      resolve(answer);
    };
    const failed = (error: unknown) => {
      worker.off('message', done);
      reject(error);
    };
    worker.once('message', done);
    worker.once('error', failed);
    worker.postMessage(request, moved);
  });
}
