import { freeArrays } from '../basics/free-arrays.ts';
import { UserError } from '../errors.ts';
import { openGraph } from '../onnx-runtime/open-graph.ts';
import { type OnnxRuntime, OnnxRuntimeError, type OnnxValue } from '../onnx-runtime/session.ts';
import { highestOf, lowestOf } from './appended.ts';
import { addHistogram, type Histogram } from './histogram.ts';
import { type Feeds, makeCounters, type Recorded, type Recorder } from './recorder.ts';
import { type Counter, openCounter } from './threads/counter.ts';
import { firstOf, partOf, type WithParts } from './with-parts.ts';

/** Values to count from which on it pays to start a thread for them, so that ONNX Runtime computes the next sample meanwhile. */
const worthwhileElements = 2e8;

/** A recorder in ONNX Runtime of how values are distributed, for so many samples. @param watched names; what is no output is an input @throws OnnxRuntimeError when it does not load the model */
export async function openOnnxRecorder(
  { graph, steps }: WithParts,
  watched: readonly string[],
  runtime: OnnxRuntime,
  threads: number,
  samples: number,
): Promise<Recorder> {
  const session = await openGraph(runtime, graph, { threads, sparesMemory: true });
  const counters = makeCounters(watched.length, false);
  const names = watched.map(resultNames);
  let counter: Counter | undefined;
  let isFirst = true;
  return {
    seesEverything: steps.every((step) => step === 1),
    record: async (feeds, sample) => {
      const results = await session.run({ ...feeds, ...firstRows(steps, sample) }).catch(asUserError);
      const recorded = names.flatMap((each, index) => recordedOf(each, index, results, feeds));
      // The first sample tells how much there is to count.
      const elements = recorded.reduce((sum, { values }) => sum + values.length, 0);
      if (counter === undefined) {
        for (const each of recorded) counters.add(each, sample);
        freeArrays(recorded.map(({ values }) => values));
      } else await counter.add({ sample, recorded });
      if (isFirst && elements * (samples - 1) >= worthwhileElements) counter = openCounter(watched.length);
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

interface ResultNames {
  readonly name: string;
  readonly part: string;
  readonly lowest: string;
  readonly highest: string;
}

const resultNames = (name: string): ResultNames => ({
  name,
  part: partOf(name),
  lowest: lowestOf(name),
  highest: highestOf(name),
});

/** What one run says of a watched tensor. */
function recordedOf(
  names: ResultNames,
  index: number,
  results: Readonly<Record<string, OnnxValue>>,
  feeds: Feeds,
): readonly Recorded[] {
  const part = floats(results[names.part]);
  const highest = floats(results[names.highest]);
  if (part !== undefined && highest !== undefined) {
    const lowest = floats(results[names.lowest])?.[0];
    return [{ index, values: part, extremes: { lowest, highest: highest[0] ?? 0 } }];
  }
  // An input's array stays the caller's, what ONNX Runtime gave is ours.
  const values = part ?? floats(results[names.name]) ?? floats(feeds[names.name])?.slice();
  return values === undefined ? [] : [{ index, values }];
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
