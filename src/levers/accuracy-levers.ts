import { openFloatRunner } from '../calibrate/open-float-runner.ts';
import type { DataSet } from '../data/data-set.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import type { Lever } from './choose-levers.ts';
import { correctBias, type QuantizeGraph } from './correct-bias.ts';
import { equalize } from './equalize.ts';
import { type GranularityOf, granularityIn } from './grid.ts';
import { type ChannelStatistics, channelStatistics, type Samples } from './layer-statistics.ts';
import { weightedLayers } from './layer-weights.ts';
import { poolsByWeights } from './pools-by-weights.ts';
import { clippedTensors, relaxClips } from './relax-clips.ts';
import { roundWeights } from './round-weights.ts';
import { withUniqueNames } from './unique-names.ts';

/** Calibrates a float graph and gives what quantises it, or the same graph with other weights. */
export type CalibrateGraph = (graph: Graph) => Promise<QuantizeGraph>;

export interface AccuracyLeverOptions extends Samples {
  readonly calibrate: CalibrateGraph;
  /** Read from what the quantiser makes by default. */
  readonly granularityOf?: GranularityOf;
}

/** What evens out the ranges of a graph's channels, in the order in which it is worth trying. */
export function equalisingLevers(options: Samples): readonly Lever[] {
  return [
    { name: 'equalise weights', apply: async (graph) => equalize(await relaxed(graph, options)) },
    {
      name: 'equalise activations',
      apply: async (graph) => {
        const plain = await relaxed(graph, options);
        return equalize(plain, { statistics: await inputStatistics(plain, options) });
      },
    },
  ];
}

/** What makes up for the integers' errors, by the ranges that `calibrate` finds. */
export function compensatingLevers(options: AccuracyLeverOptions): readonly Lever[] {
  return [
    { name: 'average by weights', apply: async (graph) => poolsByWeights(graph) },
    {
      name: 'round weights on activations',
      apply: async (graph) => {
        const named = withUniqueNames(graph);
        const integer = (await options.calibrate(graph))(named);
        return roundWeights(graph, { granularityOf: granularityIn(named, integer), ...options });
      },
    },
  ];
}

/** What sets the means right after all else: each set of ranges shifts them in its own way, so it holds for those of `quantize` alone. */
export function biasLever(options: Samples & { readonly quantize: QuantizeGraph }): Lever {
  return { name: 'correct biases', apply: async (graph) => correctBias(graph, options) };
}

/** The graph with plain ReLUs where calibration never reaches the upper bound. */
async function relaxed(graph: Graph, samples: Samples): Promise<Graph> {
  const clipped = [...clippedTensors(graph).keys()];
  if (clipped.length === 0) return graph;
  const statistics = await statisticsOf(graph, new Map(clipped.map((id) => [id, 0])), samples);
  return relaxClips(graph, new Map([...statistics].map(([id, { largest }]) => [id, Math.max(...largest)])));
}

function inputStatistics(graph: Graph, samples: Samples): Promise<ReadonlyMap<TensorId, ChannelStatistics>> {
  return statisticsOf(
    graph,
    new Map(weightedLayers(graph).map((layer) => [layer.input, layer.inputChannelAxis])),
    samples,
  );
}

function statisticsOf(
  graph: Graph,
  axes: ReadonlyMap<TensorId, number>,
  samples: Samples,
): Promise<ReadonlyMap<TensorId, ChannelStatistics>> {
  const open = (part: Graph, watched: readonly TensorId[]) => openFloatRunner(part, watched, samples.data.path);
  return channelStatistics(graph, axes, samples, open);
}

/** Every `every`-th sample of a set held out for scoring, the others to make levers from. A set of fewer than 8 is used for both. */
export function holdOut(data: DataSet, every = 4): { readonly fit: DataSet; readonly held: DataSet } {
  if (data.count < 8) return { fit: data, held: data };
  const all = Array.from({ length: data.count }, (_, index) => index);
  const part = (isHeld: boolean): DataSet => {
    const indices = all.filter((index) => (index % every === every - 1) === isHeld);
    return { ...data, labels: undefined, count: indices.length, sample: (index) => data.sample(indices[index] ?? -1) };
  };
  return { fit: part(false), held: part(true) };
}
