import { UserError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { openGraph } from '../onnx-runtime/open-graph.ts';
import { type OnnxRuntime, OnnxRuntimeError, type OnnxValue } from '../onnx-runtime/session.ts';
import { highestOf, lowestOf } from './appended.ts';
import { freeArrays } from './free-arrays.ts';
import { addHistogram, type Histogram } from './histogram.ts';
import { type Feeds, makeCounters, type Recorded, type Recorder } from './recorder.ts';
import { type Counter, openCounter } from './threads/counter.ts';
import { firstOf, partOf } from './with-parts.ts';

/** What an ONNX recorder runs. */
export interface OnnxRecording {
  /** Whose outputs are the watched tensors; or parts of them and their extremes, or these alone. */
  readonly graph: Graph;
  /** Steps of parts, see `withParts`. */
  readonly steps: readonly number[];
  /** The watched tensors; what is no output is an input. */
  readonly watched: readonly string[];
  readonly extents: boolean;
}

/** Values to count from which on it pays to start a thread for them, so that ONNX Runtime computes the next sample meanwhile. */
const worthwhileElements = 2e8;

/** A recorder in ONNX Runtime for so many samples. @throws OnnxRuntimeError when it does not load the model */
export async function openOnnxRecorder(
  { graph, steps, watched, extents }: OnnxRecording,
  runtime: OnnxRuntime,
  threads: number,
  samples: number,
): Promise<Recorder> {
  const session = await openGraph(runtime, graph, { threads, sparesMemory: true });
  const counters = makeCounters(watched.length, extents);
  let counter: Counter | undefined;
  let isFirst = true;
  return {
    seesEverything: !extents && steps.every((step) => step === 1),
    record: async (feeds, sample) => {
      const results = await session.run({ ...feeds, ...firstRows(steps, sample) }).catch(asUserError);
      const recorded = watched.flatMap((name, index) => recordedOf(name, index, results, feeds));
      // The first sample tells how much there is to count.
      const elements = recorded.reduce((sum, { values }) => sum + values.length, 0);
      if (counter === undefined) {
        for (const each of recorded) counters.add(each, sample);
        freeArrays(recorded.map(({ values }) => values));
      } else await counter.add({ sample, recorded });
      if (isFirst && !extents && elements * (samples - 1) >= worthwhileElements) counter = openCounter(watched.length);
      isFirst = false;
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

/** From which row on the parts of a sample are taken. */
function firstRows(steps: readonly number[], sample: number): Feeds {
  return Object.fromEntries(
    steps.map((step) => [firstOf(step), { dtype: 'int64', shape: [1], data: BigInt64Array.of(BigInt(sample % step)) }]),
  );
}

/** What one run says of a watched tensor. */
function recordedOf(
  name: string,
  index: number,
  results: Readonly<Record<string, OnnxValue>>,
  feeds: Feeds,
): readonly Recorded[] {
  const [part, lowest, highest] = [partOf(name), lowestOf(name), highestOf(name)].map((each) => floats(results[each]));
  if (part !== undefined && highest !== undefined)
    return [{ index, values: part, extremes: { lowest: lowest?.[0], highest: highest[0] ?? 0 } }];
  // An input's array stays the caller's, what ONNX Runtime gave is ours.
  const all = [part, floats(results[name]), lowest, highest, floats(feeds[name])?.slice()];
  return all.flatMap((values) => (values === undefined ? [] : [{ index, values }]));
}

const floats = (value: OnnxValue | undefined): Float32Array | undefined =>
  value?.data instanceof Float32Array ? value.data : undefined;

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
