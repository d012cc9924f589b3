import { openFloatRunner } from '../calibrate/open-float-runner.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { integerWeights, type WeightChannels } from '../quantize/integer-weights.ts';
import { correctedBias } from './correct-bias.ts';
import { type GranularityOf, scaledChannels } from './grid.ts';
import type { Samples } from './layer-statistics.ts';
import { biasOf, type WeightedLayer, weightedLayers, weightsOf } from './layer-weights.ts';
import { type PatchMoments, patchMoments } from './patch-moments.ts';
import { covarianceOf, patchRows } from './patch-rows.ts';
import { type LayerChange, replaceWeights } from './replace-weights.ts';
import { type PreparedMoments, prepareMoments, roundOnMoments } from './round-on-moments.ts';

export interface RoundWeightsOptions extends Samples {
  readonly granularityOf?: GranularityOf;
  /** Layers whose filter covers more inputs than this, in one group, are rounded to the nearest: their moments would take too long; 1024 by default. */
  readonly longestPatch?: number;
}

/**
 * Weights rounded against calibration activations: the int8 weights of an output channel are chosen together, so that errors on inputs that go up and down together cancel
 * (error compensation with the second moments of the layer's input, as in GPTQ, Frantar et al. 2022; no gradients). The result holds floats that lie on the quantisers' grid,
 * `integer · max |w| / 127` per channel with the largest weight in its place, so that quantising finds just these integers. Ids of tensors stay.
 *
 * Where a layer has a bias, that takes what is lost on average, so that only what goes up and down is left to the weights:
 *
 *     Σ (e·x - E[e·x])² = n · eᵀ·Cov(x)·e        b' = b + e·E[x]        e: a channel's weights less the rounded ones
 *
 * Without (MatMul), errors cancel on average as well: moments about 0 instead of about the mean.
 */
export async function roundWeights(graph: Graph, options: RoundWeightsOptions): Promise<Graph> {
  const { granularityOf = () => 'per-channel', longestPatch = 1024 } = options;
  const layers = weightedLayers(graph);
  const open = (part: Graph, watched: readonly TensorId[]) => openFloatRunner(part, watched, options.data.path);
  const changes = new Map<WeightedLayer, LayerChange>();
  // Matrices of one layer at a time would need a run each; all at once would not fit large networks.
  for (const batch of batches(layers, longestPatch)) {
    const moments = await patchMoments(graph, batch, options, open, longestPatch);
    for (const layer of batch) {
      const known = moments.get(layer.index);
      if (known === undefined || known.count === 0) continue;
      changes.set(layer, rounded(graph, layer, known, granularityOf(layer) === 'per-tensor'));
    }
  }
  return replaceWeights(graph, changes);
}

/** Numbers that the moments of the layers of one run may take together: 256 MB. */
const numbersAtOnce = 2 ** 25;

function batches(layers: readonly WeightedLayer[], longestPatch: number): readonly (readonly WeightedLayer[])[] {
  const result: WeightedLayer[][] = [];
  let numbers = Number.POSITIVE_INFINITY;
  for (const layer of layers) {
    const length = (layer.positions * layer.inputChannels) / layer.groups;
    if (length > longestPatch) continue;
    const own = layer.groups * length * length;
    if (numbers + own > numbersAtOnce) {
      result.push([]);
      numbers = 0;
    }
    result.at(-1)?.push(layer);
    numbers += own;
  }
  return result;
}

function rounded(graph: Graph, layer: WeightedLayer, moments: PatchMoments, isPerTensor: boolean): LayerChange {
  const weights = weightsOf(graph, layer);
  if (layer.biasPosition === undefined) return { weights: roundedOn(moments, layer, weights, isPerTensor) };
  const matrices = moments.matrices.map((_, group) => covarianceOf(moments, group).covariance);
  const chosen = roundedOn({ ...moments, matrices }, layer, weights, isPerTensor);
  const mean = moments.sums.map((sum) => sum / moments.count);
  return { weights: chosen, bias: correctedBias(layer, biasOf(graph, layer), [weights, mean], [chosen, mean]) };
}

function roundedOn(
  moments: PatchMoments,
  layer: WeightedLayer,
  weights: Float32Array,
  isPerTensor: boolean,
): Float32Array {
  const channels = scaledChannels(layer, isPerTensor ? 'per-tensor' : 'per-channel');
  const { scales } = integerWeights(weights, channels);
  const pinned = largestOf(weights, channels);
  const result = new Float32Array(weights.length);
  const prepared = moments.matrices.map((matrix, group) => prepareMoments(matrix, moments.columns[group]?.length ?? 0));
  for (const { channel, group, indices } of patchRows(layer, moments)) {
    const scale = scales[isPerTensor ? 0 : channel] as number;
    const steps = new Float64Array(indices.length);
    for (let at = 0; at < steps.length; at += 1) steps[at] = (weights[indices[at] as number] as number) / scale;
    const keeps = indices.indexOf(pinned[isPerTensor ? 0 : channel] as number);
    const integers = roundOnMoments(prepared[group] as PreparedMoments, { steps, pinned: keeps });
    for (let at = 0; at < steps.length; at += 1) result[indices[at] as number] = (integers[at] as number) * scale;
  }
  return result;
}

/** The index of the first of the largest weights of each scale. */
function largestOf(weights: Float32Array, { count, channelOf }: WeightChannels): Int32Array {
  const result = new Int32Array(count).fill(-1);
  weights.forEach((weight, index) => {
    const best = result[channelOf(index)] as number;
    if (best < 0 || Math.abs(weight) > Math.abs(weights[best] as number)) result[channelOf(index)] = index;
  });
  return result;
}
