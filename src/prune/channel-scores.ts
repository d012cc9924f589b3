import { isConstant } from '../graph/access.ts';
import { contentOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { type ChannelGroups, layerInputGroups } from '../levers/channel-groups.ts';
import type { ChannelStatistics } from '../levers/layer-statistics.ts';
import { weightPlaces, weightsOf } from '../levers/layer-weights.ts';

/**
 * What a channel is worth.
 * `l1`, `l2`: the norm of the weights that make it (Li et al. 2017), relative to the mean of its layer.
 * `batch-norm`: the magnitude of its batch normalisation's scale (Liu et al. 2017), relative to the mean of its layer; for graphs whose batch normalisations are not folded yet.
 * `activation`: the share that it has in the variance of what the layers compute that read it, `var(x)·‖W‖²`, from calibration: what is lost once its mean is in the bias.
 */
export type PruningCriterion = 'l1' | 'l2' | 'batch-norm' | 'activation';

/** The worth of every group by a criterion: the least first to go. `NaN` for groups that the criterion knows nothing of. */
export function channelScores(
  graph: Graph,
  groups: ChannelGroups,
  criterion: PruningCriterion,
  statistics: ReadonlyMap<TensorId, ChannelStatistics> = new Map(),
): Float64Array {
  switch (criterion) {
    case 'l1':
      return averaged(
        groups,
        weightNorms(graph, groups, Math.abs, (sum) => sum),
      );
    case 'l2':
      return averaged(
        groups,
        weightNorms(graph, groups, (weight) => weight * weight, Math.sqrt),
      );
    case 'batch-norm':
      return averaged(groups, batchNormScales(graph, groups));
    case 'activation':
      return varianceShares(graph, groups, statistics);
  }
}

/** A worth per channel of one layer. */
interface Worth {
  readonly groups: Int32Array;
  readonly values: Float64Array;
}

/** Values relative to the mean of their layer, then their mean over the layers that a group runs through. */
function averaged(groups: ChannelGroups, worths: readonly Worth[]): Float64Array {
  const sums = new Float64Array(groups.count);
  const counts = new Float64Array(groups.count);
  for (const { groups: list, values } of worths) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length || 1;
    list.forEach((group, channel) => {
      (sums[group] as number) += (values[channel] as number) / mean;
      (counts[group] as number) += 1;
    });
  }
  return sums.map((sum, group) => sum / (counts[group] as number));
}

function weightNorms(
  graph: Graph,
  groups: ChannelGroups,
  part: (weight: number) => number,
  norm: (sum: number) => number,
): readonly Worth[] {
  return groups.layers.flatMap((layer) => {
    const made = groups.ofTensor.get(layer.output)?.groups;
    if (made === undefined) return [];
    const { output } = weightPlaces(layer);
    const sums = new Float64Array(layer.outputChannels);
    weightsOf(graph, layer).forEach((weight, index) => {
      (sums[output[index] as number] as number) += part(weight);
    });
    return [{ groups: made, values: sums.map(norm) }];
  });
}

function batchNormScales(graph: Graph, groups: ChannelGroups): readonly Worth[] {
  return graph.operators.flatMap((operator) => {
    const id = operator.type === 'BatchNormalization' ? operator.inputs[1] : undefined;
    const tensor = typeof id === 'number' ? graph.tensors[id] : undefined;
    const channels = typeof id === 'number' ? groups.ofTensor.get(id) : undefined;
    if (tensor === undefined || channels === undefined || !isConstant(tensor)) return [];
    const scales = contentOf(tensor)?.elements as Float32Array;
    return [{ groups: channels.groups, values: Float64Array.from(scales, Math.abs) }];
  });
}

function varianceShares(
  graph: Graph,
  groups: ChannelGroups,
  statistics: ReadonlyMap<TensorId, ChannelStatistics>,
): Float64Array {
  const scores = new Float64Array(groups.count);
  const isKnown = new Uint8Array(groups.count);
  for (const layer of groups.layers) {
    const read = layerInputGroups(groups, layer);
    const variance = statistics.get(layer.input)?.variance;
    // A channel goes through a depthwise layer and is judged by who reads it then.
    if (read === undefined || variance === undefined || layer.kind === 'depthwise') continue;
    const { column } = weightPlaces(layer);
    const shares = new Float64Array(layer.inputChannels);
    weightsOf(graph, layer).forEach((weight, index) => {
      const channel = (column[index] as number) % layer.inputChannels;
      (shares[channel] as number) += weight * weight * (variance[channel % variance.length] as number);
    });
    const total = shares.reduce((sum, share) => sum + share, 0) || 1;
    read.forEach((group, channel) => {
      (scores[group] as number) += (shares[channel] as number) / total;
      isKnown[group] = 1;
    });
  }
  return scores.map((score, group) => (isKnown[group] === 1 ? score : Number.NaN));
}
