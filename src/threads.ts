import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker } from 'node:worker_threads';

/** What a thread is started for; each kind has its answer in `worker.ts`. */
export interface ThreadTask {
  readonly kind: string;
}

/** Runners have 2 to 4 cores; more threads would each hold a copy of the model for little. */
const mostThreads = 8;

/** Threads that all do the same task. */
export interface Threads<Request, Answer> {
  readonly count: number;
  /** Has whichever thread is free first answer a request; what is in `moved` is no longer the caller's. @throws what ended the thread */
  readonly ask: (request: Request, moved?: readonly ArrayBuffer[]) => Promise<Answer>;
  /** Has every thread that was asked anything, or else one, answer the same request; to be called when no other is under way. */
  readonly askAll: (request: Request) => Promise<readonly Answer[]>;
  readonly close: () => Promise<void>;
}

/**
 * As many threads as the machine has cores, but no more than `most`, each started when it is first needed; `undefined` with one core or no bundle to start them from, and in a thread, beside which the others have the cores.
 */
export function openThreads<Task extends ThreadTask, Request, Answer>(
  task: Task,
  most = mostThreads,
): Threads<Request, Answer> | undefined {
  const script = fileURLToPath(new URL('./worker.js', import.meta.url));
  const cores = availableParallelism();
  if (cores < 2 || !isMainThread || !existsSync(script)) return undefined;
  const count = Math.min(cores, most, mostThreads);
  const all: Worker[] = [];
  const start = () => {
    const worker = new Worker(script, { workerData: task });
    all.push(worker);
    return worker;
  };
  const idle: Worker[] = [];
  const waiting: ((worker: Worker) => void)[] = [];
  const take = (): Promise<Worker> => {
    const worker = idle.pop() ?? (all.length < count ? start() : undefined);
    return worker === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(worker);
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
        throw error;
      } finally {
        give(worker);
      }
    },
    askAll: (request) => {
      if (all.length === 0) idle.push(start());
      return Promise.all(all.map((worker) => post<Request, Answer>(worker, request)));
    },
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
