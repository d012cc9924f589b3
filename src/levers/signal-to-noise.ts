import { openFloatRunner } from '../calibrate/float-runner.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { producers } from '../graph/traversal.ts';
import type { QuantizeGraph } from './correct-bias.ts';
import { type Samples, spreadSamples } from './layer-statistics.ts';
import { openQuantized } from './open-quantized.ts';
import { withUniqueNames } from './unique-names.ts';

/** Operators that squash what a network computed, and with it the differences. */
const squashing = /^(Softmax|LogSoftmax|Sigmoid|SOFTMAX|LOG_SOFTMAX|LOGISTIC)$/;

/**
 * How near an integer graph comes to its float graph on samples: `10·log10(Σ float² / Σ (float - integer)²)` in decibels over all outputs, before a softmax or sigmoid at the end.
 * Each output counts the same: its sums are taken relative to its own power.
 * @param original what to compare with; `graph` is what is quantised and may have other weights, but the same names
 */
export async function signalToNoise(
  original: Graph,
  graph: Graph,
  quantize: QuantizeGraph,
  samples: Samples,
): Promise<number> {
  const watched = resultsOf(original);
  const integer = quantize(withUniqueNames(graph));
  const named = withUniqueNames(graph);
  const found = new Map(
    resultsOf(graph).map((id, at) => [
      watched[at] as TensorId,
      integer.tensors.findIndex(({ name }) => name === named.tensors[id]?.name),
    ]),
  );
  const reference = await openFloatRunner(original, watched, samples.data.path);
  const tested = await openQuantized(integer, [...found.values()]);
  const power = new Map<TensorId, { signal: number; noise: number }>();
  try {
    for (const index of spreadSamples(samples)) {
      const sample = await samples.data.sample(index);
      const wanted = await reference.run(sample);
      const given = await tested.run(sample);
      for (const [id, values] of wanted) {
        const sums = power.get(id) ?? { signal: 0, noise: 0 };
        power.set(id, sums);
        const actual = given.get(found.get(id) ?? -1);
        values.forEach((value, at) => {
          sums.signal += value * value;
          sums.noise += (value - (actual?.[at] ?? 0)) ** 2;
        });
      }
    }
  } finally {
    await reference.close();
    await tested.close();
  }
  const shares = [...power.values()].map(({ signal, noise }) => (signal === 0 ? 0 : noise / signal));
  const mean = shares.reduce((sum, share) => sum + share, 0) / (shares.length || 1);
  return -10 * Math.log10(Math.max(mean, 1e-30));
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
