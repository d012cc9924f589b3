import { openFloatRunner } from '../calibrate/open-float-runner.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { type GranularityOf, granularityIn, nearestOnGrid } from './grid.ts';
import { patchMeans, type Samples } from './layer-statistics.ts';
import { biasOf, type WeightedLayer, weightedLayers, weightPlaces, weightsOf } from './layer-weights.ts';
import { openQuantized } from './open-quantized.ts';
import { type LayerChange, replaceWeights } from './replace-weights.ts';
import { withUniqueNames } from './unique-names.ts';

/** Makes integers of a float graph as it will be shipped; inner activations keep their names. */
export type QuantizeGraph = (graph: Graph) => Graph;

export interface CorrectBiasOptions extends Samples {
  /**
   * The quantiser. With it every layer is corrected for what its integer weights and the integer activations before it do, those already corrected; one run per layer.
   * Without, for its own weights alone; one run for all.
   */
  readonly quantize?: QuantizeGraph;
  /** Read from what the quantiser makes by default; per channel without one. */
  readonly granularityOf?: GranularityOf;
}

/**
 * Empirical bias correction (Nagel et al. 2019, section 4.2; measured instead of derived): rounding weights and activations shifts what a layer computes on average,
 *
 *     E[error] = E[W·x] - E[Wq·xq]        b' = b + E[error]        per output channel, over samples and positions, before the activation
 *
 * in the order of the layers. Sums are linear, so the means of the patches of x and xq, padding included, are all that needs to be measured.
 * Layers that cannot have a bias, transposed convolutions and 3-D convolutions stay as they are.
 * @returns the float graph with corrected biases; quantise that
 */
export async function correctBias(original: Graph, options: CorrectBiasOptions): Promise<Graph> {
  const { quantize } = options;
  const named = withUniqueNames(original);
  const granularityOf =
    options.granularityOf ?? (quantize === undefined ? () => 'per-channel' : granularityIn(named, quantize(named)));
  const open = (graph: Graph, watched: readonly TensorId[]) => openFloatRunner(graph, watched, options.data.path);
  const layers = weightedLayers(original).filter(({ biasPosition }) => biasPosition !== undefined);
  const means = await patchMeans(original, layers, options, open);
  let graph = original;
  const changes = new Map<WeightedLayer, LayerChange>();
  for (const layer of layers) {
    const mean = means.get(layer.index);
    if (mean === undefined) continue;
    const weights = weightsOf(original, layer);
    const rounded = nearestOnGrid(layer, weights, granularityOf(layer));
    const seen = quantize === undefined ? mean : await meanInIntegers(graph, layer, quantize, options);
    if (seen === undefined) continue;
    const bias = corrected(layer, biasOf(original, layer), [weights, mean], [rounded, seen]);
    changes.set(layer, { bias });
    if (quantize !== undefined) graph = replaceWeights(original, changes);
  }
  return replaceWeights(original, changes);
}

type WeightsAndMean = readonly [weights: Float32Array, mean: Float64Array];

function corrected(
  layer: WeightedLayer,
  bias: Float32Array,
  [weights, mean]: WeightsAndMean,
  [rounded, seen]: WeightsAndMean,
): Float32Array {
  const { output, column } = weightPlaces(layer);
  const errors = new Float64Array(layer.outputChannels);
  for (let index = 0; index < weights.length; index += 1) {
    const place = column[index] as number;
    const wanted = (weights[index] as number) * (mean[place] as number);
    (errors[output[index] as number] as number) += wanted - (rounded[index] as number) * (seen[place] as number);
  }
  return bias.map((value, channel) => value + (errors[channel] as number));
}

/** The mean patch that the layer sees in the integer graph, when its input can be found there. */
async function meanInIntegers(
  graph: Graph,
  layer: WeightedLayer,
  quantize: QuantizeGraph,
  samples: Samples,
): Promise<Float64Array | undefined> {
  const marked = withUniqueNames(graph);
  const integer = quantize(marked);
  const name = marked.tensors[layer.input]?.name;
  const id = integer.tensors.findIndex((tensor) => tensor.name === name);
  if (id < 0) return undefined;
  const open = (_: Graph, watched: readonly TensorId[]) =>
    openQuantized(integer, [id]).then((runner) => ({
      ...runner,
      run: async (sample: Parameters<typeof runner.run>[0]) => {
        const values = (await runner.run(sample)).get(id);
        return new Map(values === undefined ? [] : watched.map((watchedId) => [watchedId, values]));
      },
    }));
  return (await patchMeans(graph, [layer], samples, open)).get(layer.index);
}
