import type { Graph } from '../graph/graph.ts';
import { biasOf, type WeightedLayer, weightedLayers, weightPlaces, weightsOf } from '../levers/layer-weights.ts';
import type { PatchMoments } from '../levers/patch-moments.ts';
import { covarianceOf, patchRows } from '../levers/patch-rows.ts';
import { type LayerChange, replaceWeights } from '../levers/replace-weights.ts';
import { prepareMoments } from '../levers/round-on-moments.ts';

export interface PruneWeightsOptions {
  /** The share of weights that become 0, in 0 … 1. */
  readonly sparsity: number;
  /** `layer` (default): the same share of every layer. `network`: the least of all, each relative to the norm of its layer, so that layers of other scales compare and the larger give more. */
  readonly across?: 'layer' | 'network';
  /** The share of its weights that a layer keeps at least when the least of all go; 0.05 by default. */
  readonly leastShare?: number;
  /** Layers that stay as they are; depthwise layers by default, whose few weights count more than others (and are stored densely for it). */
  readonly isKept?: (layer: WeightedLayer) => boolean;
  /** Mean patches by index of the operator (`patchMeans`): what the weights added on average goes into the bias. */
  readonly means?: ReadonlyMap<number, Float64Array>;
  /**
   * Second moments of patches by index of the operator (`patchMoments`): weights are ranked by their share in the standard deviation of what their output channel computes, and those that stay
   * make up for those that go.
   */
  readonly moments?: ReadonlyMap<number, PatchMoments>;
}

/** Weights of a layer that became 0. */
export interface ThinnedLayer {
  readonly index: number;
  readonly weights: number;
  readonly zeros: number;
}

/**
 * Unstructured pruning: the smallest weights become 0, by magnitude (Han et al. 2015), or with `moments` by what they do to what the layer computes (Sun et al. 2023, "Wanda"),
 * the others taking over what can be told from them (Frantar & Alistarh 2023, "SparseGPT"). Shapes stay, so only formats that store zeros smaller gain by it.
 * Ids of tensors stay.
 * @throws RangeError when the sparsity is not between 0 and 1
 */
export function pruneWeights(
  graph: Graph,
  options: PruneWeightsOptions,
): { readonly graph: Graph; readonly layers: readonly ThinnedLayer[] } {
  const {
    sparsity,
    across = 'layer',
    leastShare = 0.05,
    isKept = ({ kind }) => kind === 'depthwise',
    means,
    moments,
  } = options;
  if (!(sparsity >= 0 && sparsity <= 1)) throw new RangeError(`a sparsity of ${sparsity} is not between 0 and 1`);
  const parts = weightedLayers(graph)
    .filter((layer) => !isKept(layer))
    .map((layer) => {
      const weights = weightsOf(graph, layer);
      const seen = moments?.get(layer.index);
      const worths = seen === undefined ? weights.map(Math.abs) : effects(layer, weights, seen);
      return { layer, weights, seen, worths, sorted: worths.slice().sort() };
    });
  const shares = across === 'layer' ? parts.map(() => sparsity) : networkShares(parts, sparsity, 1 - leastShare);
  const changes = new Map<WeightedLayer, LayerChange>();
  const layers = parts.map(({ layer, weights, seen, worths, sorted }, at): ThinnedLayer => {
    const stays = allButSmallest(worths, sorted, Math.round((shares[at] as number) * weights.length));
    const isPlain = seen === undefined || layer.biasPosition === undefined;
    const change = isPlain
      ? withoutOthers(graph, layer, weights, stays, means?.get(layer.index))
      : madeUp(graph, layer, weights, stays, seen);
    changes.set(layer, change);
    const zeros = change.weights.reduce((sum, weight) => sum + Number(weight === 0), 0);
    return { index: layer.index, weights: weights.length, zeros };
  });
  return { graph: replaceWeights(graph, changes), layers };
}

/** The share that a weight has in the standard deviation of what its output channel computes, so that channels of other scales compare. */
function effects(layer: WeightedLayer, weights: Float32Array, moments: PatchMoments): Float32Array {
  const result = new Float32Array(weights.length);
  const deviations = moments.columns.map((_, group) => {
    const { covariance, mean } = covarianceOf(moments, group);
    return mean.map((_mean, at) => Math.sqrt(Math.max(0, covariance[at * mean.length + at] as number)));
  });
  for (const { group, indices } of patchRows(layer, moments)) {
    const own = deviations[group] as Float64Array;
    let power = 0;
    for (const [at, index] of indices.entries()) {
      const effect = Math.abs(weights[index] as number) * (own[at] as number);
      result[index] = effect;
      power += effect * effect;
    }
    if (power > 0) for (const index of indices) (result[index] as number) /= Math.sqrt(power);
  }
  return result;
}

/** 0 for `count` of the smallest, of equal ones the first; 1 for the others. */
function allButSmallest(worths: Float32Array, sorted: Float32Array, count: number): Uint8Array {
  const stays = new Uint8Array(worths.length).fill(1);
  if (count === 0) return stays;
  const threshold = sorted[count - 1] as number;
  let atThreshold = count;
  while (atThreshold > 0 && (sorted[count - atThreshold] as number) < threshold) atThreshold -= 1;
  for (const [index, worth] of worths.entries()) {
    if (worth < threshold || (worth === threshold && atThreshold-- > 0)) stays[index] = 0;
  }
  return stays;
}

/** For each layer the share of its weights that are among the least of the network, `most` at the highest. */
function networkShares(
  parts: readonly { readonly sorted: Float32Array }[],
  sparsity: number,
  most: number,
): readonly number[] {
  const scales = parts.map(({ sorted }) => Math.sqrt(sorted.reduce((sum, worth) => sum + worth * worth, 0)) || 1);
  const total = parts.reduce((sum, { sorted }) => sum + sorted.length, 0);
  const sharesAt = (threshold: number): number[] =>
    parts.map(({ sorted }, at) =>
      Math.min(most, countBelow(sorted, threshold * (scales[at] as number)) / sorted.length),
    );
  const reached = (shares: readonly number[]): number =>
    parts.reduce((sum, { sorted }, at) => sum + sorted.length * (shares[at] as number), 0) / total;
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

type ThinnedChange = LayerChange & { readonly weights: Float32Array };

/** The weights that stay, and where means are known the bias with what the others added on average. */
function withoutOthers(
  graph: Graph,
  layer: WeightedLayer,
  weights: Float32Array,
  stays: Uint8Array,
  mean: Float64Array | undefined,
): ThinnedChange {
  const thinned = weights.map((weight, index) => (stays[index] === 1 ? weight : 0));
  if (mean === undefined || layer.biasPosition === undefined) return { weights: thinned };
  const { output, column } = weightPlaces(layer);
  const bias = Float64Array.from(biasOf(graph, layer));
  for (let index = 0; index < weights.length; index += 1) {
    const lost = (weights[index] as number) - (thinned[index] as number);
    (bias[output[index] as number] as number) += lost * (mean[column[index] as number] as number);
  }
  return { weights: thinned, bias: Float32Array.from(bias) };
}

/** The weights that stay changed so as to make up for the others, output channel by output channel; see `prepareMoments` for how errors are carried on. */
function madeUp(
  graph: Graph,
  layer: WeightedLayer,
  weights: Float32Array,
  stays: Uint8Array,
  moments: PatchMoments,
): ThinnedChange {
  const thinned = new Float32Array(weights.length);
  const bias = biasOf(graph, layer);
  const groups = moments.columns.map((_, group) => {
    const { mean, covariance } = covarianceOf(moments, group);
    return { mean, ...prepareMoments(covariance, mean.length, 'least') };
  });
  for (const { channel, group, indices } of patchRows(layer, moments)) {
    const { mean, length, order, feedback } = groups[group] as (typeof groups)[number];
    const asked = new Float64Array(length);
    let shift = 0;
    for (let at = 0; at < length; at += 1) {
      const place = order[at] as number;
      const index = indices[place] as number;
      const weight = weights[index] as number;
      const value = stays[index] === 1 ? weight + (asked[at] as number) : 0;
      const error = weight - value;
      thinned[index] = value;
      if (error === 0) continue;
      shift += error * (mean[place] as number);
      for (let later = at + 1; later < length; later += 1) {
        (asked[later] as number) += error * (feedback[at * length + later] as number);
      }
    }
    bias[channel] = (bias[channel] as number) + shift;
  }
  return { weights: thinned, bias };
}
