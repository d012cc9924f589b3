import type { Graph } from '../graph/graph.ts';
import { biasOf, type WeightedLayer, weightedLayers, weightPlaces, weightsOf } from '../levers/layer-weights.ts';
import { type LayerChange, replaceWeights } from '../levers/replace-weights.ts';

export interface PruneWeightsOptions {
  /** The share of weights that become 0, in 0 … 1. */
  readonly sparsity: number;
  /** `layer` (default): the same share of every layer. `network`: the least of all, each relative to the root mean square of its layer, so that layers of other scales compare. */
  readonly across?: 'layer' | 'network';
  /** The share of its weights that a layer keeps at least when the least of all go; 0.05 by default. */
  readonly leastShare?: number;
  /** Layers that stay as they are; depthwise layers by default, whose few weights count more than others (and are stored densely for it). */
  readonly isKept?: (layer: WeightedLayer) => boolean;
  /** Mean patches by index of the operator (`patchMeans`): what the weights added on average goes into the bias. */
  readonly means?: ReadonlyMap<number, Float64Array>;
}

/** Weights of a layer that became 0. */
export interface ThinnedLayer {
  readonly index: number;
  readonly weights: number;
  readonly zeros: number;
}

/**
 * Unstructured pruning by magnitude (Han et al. 2015): the smallest weights become 0. Shapes stay, so only formats that store zeros smaller gain by it.
 * Ids of tensors stay.
 * @throws RangeError when the sparsity is not between 0 and 1
 */
export function pruneWeights(
  graph: Graph,
  options: PruneWeightsOptions,
): { readonly graph: Graph; readonly layers: readonly ThinnedLayer[] } {
  const { sparsity, across = 'layer', leastShare = 0.05, isKept = ({ kind }) => kind === 'depthwise', means } = options;
  if (!(sparsity >= 0 && sparsity <= 1)) throw new RangeError(`a sparsity of ${sparsity} is not between 0 and 1`);
  const parts = weightedLayers(graph)
    .filter((layer) => !isKept(layer))
    .map((layer) => {
      const weights = weightsOf(graph, layer);
      return { layer, weights, sorted: Float32Array.from(weights, Math.abs).sort() };
    });
  const shares = across === 'layer' ? parts.map(() => sparsity) : networkShares(parts, sparsity, 1 - leastShare);
  const changes = new Map<WeightedLayer, LayerChange>();
  const layers = parts.map(({ layer, weights, sorted }, at): ThinnedLayer => {
    const thinned = withoutSmallest(weights, sorted, Math.round((shares[at] as number) * weights.length));
    const mean = means?.get(layer.index);
    const bias =
      mean === undefined || layer.biasPosition === undefined
        ? {}
        : { bias: compensated(graph, layer, weights, thinned, mean) };
    changes.set(layer, { weights: thinned, ...bias });
    return {
      index: layer.index,
      weights: weights.length,
      zeros: thinned.reduce((sum, weight) => sum + Number(weight === 0), 0),
    };
  });
  return { graph: replaceWeights(graph, changes), layers };
}

/** `count` of the smallest become 0; of equal ones the first. */
function withoutSmallest(weights: Float32Array, sorted: Float32Array, count: number): Float32Array {
  if (count === 0) return weights;
  const threshold = sorted[count - 1] as number;
  let below = 0;
  while (below < count && (sorted[below] as number) < threshold) below += 1;
  let atThreshold = count - below;
  return weights.map((weight) => {
    const magnitude = Math.abs(weight);
    if (magnitude > threshold || (magnitude === threshold && atThreshold-- <= 0)) return weight;
    return 0;
  });
}

/** For each layer the share of its weights that are among the least of the network, `most` at the highest. */
function networkShares(
  parts: readonly { readonly weights: Float32Array; readonly sorted: Float32Array }[],
  sparsity: number,
  most: number,
): readonly number[] {
  const scales = parts.map(
    ({ weights }) => Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0) / weights.length) || 1,
  );
  const total = parts.reduce((sum, { weights }) => sum + weights.length, 0);
  const sharesAt = (threshold: number): number[] =>
    parts.map(({ sorted }, at) =>
      Math.min(most, countBelow(sorted, threshold * (scales[at] as number)) / sorted.length),
    );
  const reached = (shares: readonly number[]): number =>
    parts.reduce((sum, { weights }, at) => sum + weights.length * (shares[at] as number), 0) / total;
  let [low, high] = [
    0,
    Math.max(0, ...parts.map(({ sorted }, at) => (sorted.at(-1) ?? 0) / (scales[at] as number))) * 2,
  ];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (reached(sharesAt(middle)) < sparsity) low = middle;
    else high = middle;
  }
  return sharesAt(high);
}

function countBelow(sorted: Float32Array, threshold: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The bias with what the removed weights added on average. */
function compensated(
  graph: Graph,
  layer: WeightedLayer,
  weights: Float32Array,
  thinned: Float32Array,
  mean: Float64Array,
): Float32Array {
  const { output, column } = weightPlaces(layer);
  const lost = new Float64Array(layer.outputChannels);
  for (let index = 0; index < weights.length; index += 1) {
    const difference = (weights[index] as number) - (thinned[index] as number);
    (lost[output[index] as number] as number) += difference * (mean[column[index] as number] as number);
  }
  return biasOf(graph, layer).map((value, channel) => value + (lost[channel] as number));
}
