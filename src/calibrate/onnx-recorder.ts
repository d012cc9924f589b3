import { UserError } from '../errors.ts';
import { type OnnxRuntime, OnnxRuntimeError } from '../onnx-runtime/session.ts';
import { freeArrays } from './free-arrays.ts';
import { addHistogram, type Histogram } from './histogram.ts';
import { makeCounters, type Recorder } from './recorder.ts';
import { type Counter, openCounter } from './threads/counter.ts';
import { highestOf, lowestOf } from './with-extents.ts';

/** What an ONNX recorder runs. */
export interface OnnxRecording {
  /** Whose outputs are the watched tensors; or their extremes, named as `withExtents` does. */
  readonly model: Uint8Array;
  /** The watched tensors; what is no output is an input. */
  readonly watched: readonly string[];
  readonly extents: boolean;
}

/** Values to count from which on it pays to start a thread for them, so that ONNX Runtime computes the next sample meanwhile. */
const worthwhileElements = 3e7;

/** A recorder in ONNX Runtime for so many samples. @throws OnnxRuntimeError when it does not load the model */
export async function openOnnxRecorder(
  { model, watched, extents }: OnnxRecording,
  runtime: OnnxRuntime,
  threads: number,
  samples: number,
): Promise<Recorder> {
  const session = await runtime.open(model, { threads, sparesMemory: true });
  const counters = makeCounters(watched.length, extents);
  let counter: Counter | undefined;
  let recorded = 0;
  return {
    record: async (feeds, sample) => {
      const results = await session.run(feeds).catch(asUserError);
      const found: [number, Float32Array][] = [];
      for (const [index, name] of watched.entries()) {
        for (const value of [results[name], results[lowestOf(name)], results[highestOf(name)]]) {
          if (value?.data instanceof Float32Array) found.push([index, value.data]);
        }
        // An input's array stays the caller's, what ONNX Runtime gave is ours.
        const given = feeds[name]?.data;
        if (given instanceof Float32Array) found.push([index, given.slice()]);
      }
      // The first sample tells how much there is to count.
      const elements = found.reduce((sum, [, { length }]) => sum + length, 0);
      if (counter === undefined) {
        for (const [index, values] of found) counters.add(index, values, sample);
        freeArrays(found.map(([, values]) => values));
      } else await counter.add({ sample, values: found });
      recorded += 1;
      if (recorded > 1 || extents) return;
      if (elements * (samples - 1) >= worthwhileElements) counter = openCounter(watched.length);
    },
    histograms: async () => {
      const first = counters.histograms();
      const others = (await counter?.histograms()) ?? [];
      return first.map((histogram, index) => {
        const other = others[index];
        return other === undefined ? histogram : merged(histogram, other);
      });
    },
    close: async () => {
      await counter?.close();
      await session.close();
    },
  };
}

/** What two histograms counted together. */
function merged(one: Readonly<Histogram>, other: Readonly<Histogram>): Histogram {
  const both = { ...one, counts: one.counts.slice() };
  addHistogram(both, other);
  return both;
}

/** What ONNX Runtime says of a model that it has loaded is the user's to solve. */
export function asUserError(error: unknown): never {
  if (error instanceof OnnxRuntimeError)
    throw new UserError(`ONNX Runtime fails on the model in calibration: ${error.message}`);
  throw error;
}
