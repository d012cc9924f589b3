import { freeArrays } from '../../basics/free-arrays.ts';
import { openThreads } from '../../threads.ts';
import type { Histogram } from '../histogram.ts';
import { makeCounters } from '../recorder.ts';
import type { CountedValues, CountingRequest, CountingTask } from './recording-task.ts';

/** What a thread that counts does. */
export function answerCounting(watched: number): (request: CountingRequest) => readonly Histogram[] {
  const counters = makeCounters(watched, false);
  return (request) => {
    if (request === 'histograms') return counters.histograms();
    const { sample, recorded } = request;
    for (const each of recorded) counters.add(each, sample);
    freeArrays(recorded.map(({ values }) => values));
    return [];
  };
}

/** Counts beside what computes the values. */
export interface Counter {
  /** Takes the values of a sample, after those before are counted: no more than two samples are in memory. The arrays are given away. */
  readonly add: (values: CountedValues) => Promise<void>;
  readonly histograms: () => Promise<readonly Histogram[]>;
  readonly close: () => Promise<void>;
}

/** A thread that counts; `undefined` where there are no threads. */
export function openCounter(watched: number): Counter | undefined {
  const threads = openThreads<CountingTask, CountingRequest, readonly Histogram[]>({ kind: 'count', watched }, 1);
  if (threads === undefined) return undefined;
  let underWay: Promise<unknown> = Promise.resolve();
  return {
    add: async (counted) => {
      await underWay;
      const moved = new Set<ArrayBuffer>();
      for (const { values } of counted.recorded) if (values.buffer instanceof ArrayBuffer) moved.add(values.buffer);
      underWay = threads.ask(counted, [...moved]);
      // Whoever waits for it next is told.
      underWay.catch(() => {});
    },
    histograms: async () => {
      await underWay;
      return threads.ask('histograms');
    },
    close: async () => {
      await Promise.allSettled([underWay]);
      await threads.close();
    },
  };
}
