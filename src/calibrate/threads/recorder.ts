import { UserError } from '../../errors.ts';
import { openThreads } from '../../threads.ts';
import { addHistogram, type Histogram } from '../histogram.ts';
import type { Feeds, Recorder } from '../recorder.ts';
import type { RecordingAnswer, RecordingRequest, RecordingTask } from './recording-task.ts';

/**
 * A recorder that spreads samples over threads; what it records is the same as one thread's, as histograms merge exactly. `undefined` where there are no threads.
 * The model must have been opened before, so that it opens in every thread too.
 */
export function openThreadedRecorder(task: RecordingTask): Recorder | undefined {
  const threads = openThreads<RecordingTask, RecordingRequest, RecordingAnswer>(task);
  if (threads === undefined) return undefined;
  const underWay = new Set<Promise<void>>();
  return {
    seesEverything: true,
    record: async (feeds, sample) => {
      const own = copied(feeds);
      const buffers = Object.values(own).map(({ data }) => data.buffer as ArrayBuffer);
      const run = threads.ask({ feeds: own, sample }, buffers).then((answer) => void histogramsOf(answer));
      const settled: Promise<void> = run.finally(() => underWay.delete(settled));
      underWay.add(settled);
      // One more than there are threads, so that none waits for its next sample.
      if (underWay.size > threads.count) await Promise.race(underWay);
    },
    histograms: async () => {
      await Promise.all(underWay);
      const [first = [], ...others] = (await threads.askAll('histograms')).map(histogramsOf);
      for (const other of others) {
        for (const [index, histogram] of first.entries()) addHistogram(histogram, other[index] as Histogram);
      }
      return first;
    },
    close: async () => {
      await Promise.allSettled(underWay);
      await threads.close();
    },
  };
}

function histogramsOf(answer: RecordingAnswer): readonly Histogram[] {
  if (!('failure' in answer)) return answer.histograms;
  throw new UserError(answer.failure);
}

/** Arrays of the thread's own: it may begin with them only when the caller has long been using theirs for something else. */
const copied = (feeds: Feeds): Feeds =>
  Object.fromEntries(Object.entries(feeds).map(([name, input]) => [name, { ...input, data: input.data.slice() }]));
