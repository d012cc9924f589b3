import { openFloatRunner } from '../calibrate/open-float-runner.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { type GranularityOf, granularityIn, nearestOnGrid } from './grid.ts';
import { patchMeans, type Samples, spreadSamples } from './layer-statistics.ts';
import { biasOf, type WeightedLayer, weightedLayers, weightPlaces, weightsOf } from './layer-weights.ts';
import { openQuantized } from './open-quantized.ts';
import { type LayerChange, replaceWeights } from './replace-weights.ts';
import { runInSteps } from './run-in-steps.ts';
import { withUniqueNames } from './unique-names.ts';

/** Makes integers of a float graph as it will be shipped; inner activations keep their names. */
export type QuantizeGraph = (graph: Graph) => Graph;

export interface CorrectBiasOptions extends Samples {
  /**
   * The quantiser. With it every layer is corrected for what its integer weights and the integer activations before it do, those already corrected.
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
  const all = weightedLayers(original).filter(({ biasPosition }) => biasPosition !== undefined);
  const means = await patchMeans(original, all, options, open);
  const layers = all.filter(({ index }) => means.has(index));
  const meanIn = quantize && meansInIntegers(original, layers, quantize, options);
  let graph = original;
  const changes = new Map<WeightedLayer, LayerChange>();
  for (const layer of layers) {
    const mean = means.get(layer.index);
    if (mean === undefined) continue;
    const weights = weightsOf(original, layer);
    const rounded = nearestOnGrid(layer, weights, granularityOf(layer));
    const seen = meanIn === undefined ? mean : await meanIn(graph, layer);
    if (seen === undefined) continue;
    const bias = correctedBias(layer, biasOf(original, layer), [weights, mean], [rounded, seen]);
    changes.set(layer, { bias });
    if (quantize !== undefined) graph = replaceWeights(original, changes);
  }
  return replaceWeights(original, changes);
}

/** Weights with the mean of the patches that they multiply. */
type WeightsAndMean = readonly [weights: Float32Array, mean: Float64Array];

/** The bias with which a layer computes the same on average with other weights, on other patches. */
export function correctedBias(
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

/** Gives the mean patch that a layer sees in the integers of a graph, when its input can be found there; to be asked for layer by layer, in that order. */
function meansInIntegers(
  original: Graph,
  layers: readonly WeightedLayer[],
  quantize: QuantizeGraph,
  samples: Samples,
): (graph: Graph, layer: WeightedLayer) => Promise<Float64Array | undefined> {
  const integersOf = (graph: Graph) => {
    const marked = withUniqueNames(graph);
    const integer = quantize(marked);
    // The first of a name.
    const ids = new Map(integer.tensors.map(({ name }, id) => [name, id] as const).reverse());
    return { integer, inputOf: ({ input }: WeightedLayer) => ids.get(marked.tensors[input]?.name ?? '') };
  };
  const { integer, inputOf } = integersOf(original);
  const inputs = layers.flatMap((layer) => inputOf(layer) ?? []);
  const openNext = runInSteps(integer, inputs, spreadSamples(samples).length) ?? openQuantized;
  return async (graph, layer) => {
    const { integer, inputOf } = integersOf(graph);
    const id = inputOf(layer);
    if (id === undefined) return undefined;
    const open = (_: Graph, watched: readonly TensorId[]) =>
      openNext(integer, [id]).then((runner) => ({
        ...runner,
        run: async (sample: Parameters<typeof runner.run>[0]) => {
          const values = (await runner.run(sample)).get(id);
          return new Map(values === undefined ? [] : watched.map((watchedId) => [watchedId, values]));
        },
      }));
    return (await patchMeans(graph, [layer], samples, open)).get(layer.index);
  };
}
