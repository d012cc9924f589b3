import type { FloatRunner } from '../calibrate/float-runner.ts';
import { openFloatRunner } from '../calibrate/open-float-runner.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { producers } from '../graph/traversal.ts';
import type { QuantizeGraph } from './correct-bias.ts';
import { type OpenRunner, type Samples, spreadSamples } from './layer-statistics.ts';
import { openQuantized } from './open-quantized.ts';
import { withUniqueNames } from './unique-names.ts';

/** Operators that squash what a network computed, and with it the differences. */
const squashing = /^(Softmax|LogSoftmax|Sigmoid|SOFTMAX|LOG_SOFTMAX|LOGISTIC)$/;

/** How near the integers that `quantize` makes of a graph come to the float graph that it was made for, in decibels. */
export type Nearness = (graph: Graph, quantize: QuantizeGraph) => Promise<number>;

/**
 * How near integer graphs come to a float graph, or to what else `open` runs, on samples: `10·log10(Σ float² / Σ (float - integer)²)` in decibels over all outputs, before a softmax or sigmoid at the end.
 * Each output counts the same: its sums are taken relative to its own power. What is quantised may have other weights than the float graph, but has the same names.
 * The float graph is run on each sample once, however many integer graphs are compared with it.
 */
export function nearnessTo(original: Graph, samples: Samples, open: OpenRunner = floatRunner(samples)): Nearness {
  const watched = resultsOf(original);
  const reference = rememberedRuns(original, watched, samples, open);
  return async (graph, quantize) => {
    const named = withUniqueNames(graph);
    const integer = quantize(named);
    const found = new Map(
      resultsOf(graph).map((id, at) => [
        watched[at] as TensorId,
        integer.tensors.findIndex(({ name }) => name === named.tensors[id]?.name),
      ]),
    );
    const power = new Map<TensorId, { signal: number; noise: number }>();
    const tested = await openQuantized(integer, [...found.values()]);
    try {
      for (const index of spreadSamples(samples)) {
        const wanted = await reference.of(index);
        const given = await tested.run(await samples.data.sample(index));
        for (const [id, values] of wanted) {
          const sums = power.get(id) ?? { signal: 0, noise: 0 };
          power.set(id, sums);
          const actual = given.get(found.get(id) ?? -1);
          for (let at = 0; at < values.length; at += 1) {
            const value = values[at] as number;
            sums.signal += value * value;
            sums.noise += (value - (actual?.[at] ?? 0)) ** 2;
          }
        }
      }
    } finally {
      await reference.rest();
      await tested.close();
    }
    const shares = [...power.values()].map(({ signal, noise }) => (signal === 0 ? 0 : noise / signal));
    const mean = shares.reduce((sum, share) => sum + share, 0) / (shares.length || 1);
    return -10 * Math.log10(Math.max(mean, 1e-30));
  };
}

const floatRunner =
  ({ data }: Samples): OpenRunner =>
  (graph, watched) =>
    openFloatRunner(graph, watched, data.path);

/** Numbers that are remembered at most: 32 MB. What is beyond is computed anew each time. */
const mostRemembered = 2 ** 23;

/** A float graph that runs on each sample once. */
interface RememberedRuns {
  /** The watched tensors for the sample with this index. */
  readonly of: (index: number) => Promise<ReadonlyMap<TensorId, Float32Array>>;
  /** Closes what is open; it opens again when needed. */
  readonly rest: () => Promise<void>;
}

function rememberedRuns(
  graph: Graph,
  watched: readonly TensorId[],
  { data }: Samples,
  open: OpenRunner,
): RememberedRuns {
  const known = new Map<number, ReadonlyMap<TensorId, Float32Array>>();
  let remembered = 0;
  let runner: FloatRunner | undefined;
  return {
    of: async (index) => {
      const before = known.get(index);
      if (before !== undefined) return before;
      runner ??= await open(graph, watched);
      const values = await runner.run(await data.sample(index));
      const elements = [...values.values()].reduce((sum, { length }) => sum + length, 0);
      if (remembered + elements > mostRemembered) return values;
      remembered += elements;
      known.set(index, new Map([...values].map(([id, each]) => [id, each.slice()])));
      return values;
    },
    rest: async () => {
      await runner?.close();
      runner = undefined;
    },
  };
}

/** The outputs, or what they are squashed from. */
function resultsOf(graph: Graph): readonly TensorId[] {
  const makers = producers(graph);
  return graph.outputs.map((id) => {
    const operator = graph.operators[makers.get(id) ?? -1];
    const input = operator !== undefined && squashing.test(operator.type) ? operator.inputs[0] : undefined;
    return typeof input === 'number' ? input : id;
  });
}
