import { concreteShape, tensorAt } from '../graph/access.ts';
import { constantOf, contentOf, tensorOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { type ChannelGroups, channelGroups, layerInputGroups } from './channel-groups.ts';
import type { ChannelStatistics } from './layer-statistics.ts';
import { biasOf, type WeightedLayer, weightPlaces, weightsOf } from './layer-weights.ts';
import { type LayerChange, replaceWeights } from './replace-weights.ts';
import { separateConstants } from './separate-constants.ts';

export interface EqualizeOptions {
  /**
   * Statistics of activations from calibration. With them the range of a channel is that of its activations, which is what counts where weights have scales per channel;
   * without, that of the weights that make it (Nagel et al. 2019).
   */
  readonly statistics?: ReadonlyMap<TensorId, ChannelStatistics>;
}

/** What a layer reads and writes, as groups of channels; -1 for channels that are not scaled. */
interface Sides {
  readonly layer: WeightedLayer;
  readonly weights: Float32Array;
  readonly output: Uint32Array;
  /** The input channel of each weight. */
  readonly input: Uint32Array;
  readonly made: Int32Array;
  readonly read: Int32Array;
  /** The largest magnitude of the weights between an output channel and each input channel of its group, row by row. */
  readonly largest: Float64Array;
}

const sweeps = 60;
/** Each sweep goes this share of the way, as neighbours move too. */
const damping = 0.7;
/** Factors stay within 2^±12: more says that a channel is as good as dead. */
const largestFactor = 2 ** 12;

/**
 * Cross-layer equalisation: every channel that only passes through positively homogeneous operators (ReLU, pooling, sums, …) on its way from the layers that make it
 * to those that read it is divided by a factor, and the weights that read it are multiplied by it, so that the ranges on both sides are alike:
 *
 *     s = r1 / √(r1·r2)        W1 / s,  b1 / s        W2 · s
 *
 * (Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction", eq. 11; repeated over all layers until nothing moves, which for
 * a depthwise layer in the middle ends at its cube roots.) Channels tied by a sum share a factor. The function stays the same up to rounding.
 * Activations with an upper bound stop it; see `relaxClips`. Channels without any range keep their factor of 1.
 */
export function equalize(original: Graph, options: EqualizeOptions = {}): Graph {
  const graph = separateConstants(original);
  const groups = channelGroups(graph, 'scaling');
  const sides = groups.layers.map((layer) => sidesOf(graph, groups, layer));
  const isScaled = scaledGroups(groups, sides);
  if (!isScaled.includes(1)) return original;
  const activations = options.statistics && activationRanges(groups, options.statistics);
  const factors = new Float64Array(groups.count).fill(1);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const made = new Float64Array(groups.count);
    const read = new Float64Array(groups.count);
    for (const side of sides) addRanges(side, factors, made, read);
    let moved = 0;
    for (let group = 0; group < factors.length; group += 1) {
      if (isScaled[group] === 0) continue;
      const factor = factors[group] as number;
      const r1 = activations === undefined ? (made[group] as number) : (activations[group] as number) / factor;
      const r2 = read[group] as number;
      if (!(r1 > 0 && r2 > 0)) continue;
      const wanted = factor * Math.sqrt(r1 / r2) ** damping;
      const next = Math.min(largestFactor, Math.max(1 / largestFactor, wanted));
      moved = Math.max(moved, Math.abs(Math.log(next / factor)));
      factors[group] = next;
    }
    if (moved < 1e-3) break;
  }
  return scaled(graph, groups, sides, factors);
}

function sidesOf(graph: Graph, groups: ChannelGroups, layer: WeightedLayer): Sides {
  const { output, column } = weightPlaces(layer);
  const read = layerInputGroups(groups, layer) ?? new Int32Array(layer.inputChannels).fill(-1);
  const made = groups.ofTensor.get(layer.output)?.groups ?? new Int32Array(layer.outputChannels).fill(-1);
  const input = column.map((place) => place % layer.inputChannels);
  const weights = weightsOf(graph, layer);
  const inputsPerGroup = layer.inputChannels / layer.groups;
  const largest = new Float64Array(layer.outputChannels * inputsPerGroup);
  for (let index = 0; index < weights.length; index += 1) {
    const pair = (output[index] as number) * inputsPerGroup + ((input[index] as number) % inputsPerGroup);
    const magnitude = Math.abs(weights[index] as number);
    if (magnitude > (largest[pair] as number)) largest[pair] = magnitude;
  }
  return { layer, weights, output, input, made, read, largest };
}

/** 1 for groups that a layer makes and a layer reads, with nothing else in the way. */
function scaledGroups(groups: ChannelGroups, sides: readonly Sides[]): Uint8Array {
  const isMade = new Uint8Array(groups.count);
  const isRead = new Uint8Array(groups.count);
  for (const { made, read } of sides) {
    for (const group of made) if (group >= 0) isMade[group] = 1;
    for (const group of read) if (group >= 0) isRead[group] = 1;
  }
  return isMade.map((mark, group) => (mark === 1 && isRead[group] === 1 && groups.isFixed[group] === 0 ? 1 : 0));
}

/** The largest magnitudes of weights that make and that read each group, as they are with the factors. */
function addRanges(
  { layer, largest, ...side }: Sides,
  factors: Float64Array,
  made: Float64Array,
  read: Float64Array,
): void {
  const { inputChannels, outputChannels, groups } = layer;
  const inputsPerGroup = inputChannels / groups;
  for (let output = 0, pair = 0; output < outputChannels; output += 1) {
    const maker = side.made[output] as number;
    const divisor = maker < 0 ? 1 : (factors[maker] as number);
    const firstInput = Math.floor((output * groups) / outputChannels) * inputsPerGroup;
    for (let input = 0; input < inputsPerGroup; input += 1, pair += 1) {
      const reader = side.read[firstInput + input] as number;
      const multiplied = (largest[pair] as number) * (reader < 0 ? 1 : (factors[reader] as number));
      const magnitude = multiplied / divisor;
      if (maker >= 0 && magnitude > (made[maker] as number)) made[maker] = magnitude;
      if (reader >= 0 && magnitude > (read[reader] as number)) read[reader] = magnitude;
    }
  }
}

/** The largest magnitude of a group's activations over the tensors that layers read. */
function activationRanges(groups: ChannelGroups, statistics: ReadonlyMap<TensorId, ChannelStatistics>): Float64Array {
  const ranges = new Float64Array(groups.count);
  for (const { input } of groups.layers) {
    const seen = statistics.get(input);
    groups.ofTensor.get(input)?.groups.forEach((group, channel) => {
      const largest = Math.max(Math.abs(seen?.largest[channel] ?? 0), Math.abs(seen?.smallest[channel] ?? 0));
      if (Number.isFinite(largest)) ranges[group] = Math.max(ranges[group] as number, largest);
    });
  }
  return ranges;
}

function scaled(graph: Graph, groups: ChannelGroups, sides: readonly Sides[], factors: Float64Array): Graph {
  const factorOf = (group: number | undefined): number =>
    group === undefined || group < 0 ? 1 : (factors[group] as number);
  const changes = new Map<WeightedLayer, LayerChange>();
  for (const { layer, weights, output, input, made, read } of sides) {
    const change = weights.map(
      (weight, index) => (weight * factorOf(read[input[index] as number])) / factorOf(made[output[index] as number]),
    );
    const bias = biasOf(graph, layer).map((value, channel) => value / factorOf(made[channel]));
    if (change.some((weight, index) => weight !== weights[index]) || made.some((group) => factorOf(group) !== 1)) {
      changes.set(layer, { weights: change, ...(layer.bias === undefined ? {} : { bias }) });
    }
  }
  const tensors = graph.tensors.map((tensor, id) => {
    const channels = groups.ofTensor.get(id);
    const content = groups.added.has(id) ? contentOf(tensor) : undefined;
    const shape = concreteShape(tensorAt(graph, id).shape);
    if (content === undefined || channels === undefined || shape === undefined) return tensor;
    const inner = shape.slice(channels.axis + 1).reduce((product, extent) => product * extent, 1);
    const count = channels.groups.length;
    const values = Float32Array.from(
      content.elements as Float32Array,
      (value, index) => value / factorOf(channels.groups[Math.floor(index / inner) % count]),
    );
    return { ...tensor, ...tensorOf(tensor.name, constantOf('float32', shape, values)) };
  });
  return replaceWeights({ ...graph, tensors }, changes);
}
