import { concreteShape } from '../graph/access.ts';
import { constantNumbers } from '../graph/constant-numbers.ts';
import { constantOf, contentOf, newElements, tensorOf } from '../graph/evaluate/constant-value.ts';
import type { Attribute, Graph, Operator, Tensor, TensorId } from '../graph/graph.ts';
import { type ChannelGroups, layerInputGroups } from '../levers/channel-groups.ts';
import { biasOf, type WeightedLayer, weightPlaces, weightsOf } from '../levers/layer-weights.ts';
import type { PatchMoments } from '../levers/patch-moments.ts';
import { type LayerChange, replaceWeights } from '../levers/replace-weights.ts';
import { removeUnusedTensors } from '../passes/remove-unused-tensors.ts';
import { reconstruct } from './reconstruct.ts';

/** Statistics of the patches that layers read, by index of the operator, as far as they are known. */
export interface SeenPatches {
  readonly means?: ReadonlyMap<number, Float64Array>;
  /** With them the weights that are left are fitted anew (`reconstruct`); without, only the bias. */
  readonly moments?: ReadonlyMap<number, PatchMoments>;
}

/**
 * The graph without the channels of some groups: activations get narrower, weights, biases and constants per channel lose what belongs to them, target shapes
 * of reshapes and the group counts of depthwise convolutions follow.
 * @param isRemoved by group, 1 for those that go
 * @param seen what calibration knows of the layers' patches: what removed channels added goes into the weights and biases of the layers that read them
 */
export function cutChannels(graph: Graph, groups: ChannelGroups, isRemoved: Uint8Array, seen: SeenPatches = {}): Graph {
  const isCut = (list: Int32Array): boolean => list.some((group) => isRemoved[group] === 1);
  const changes = new Map<WeightedLayer, LayerChange>();
  for (const layer of groups.layers) {
    const made = groups.ofTensor.get(layer.output)?.groups;
    const read = layerInputGroups(groups, layer);
    if ((made !== undefined && isCut(made)) || (read !== undefined && isCut(read))) {
      changes.set(
        layer,
        cutLayer(
          graph,
          layer,
          marks(made, layer.outputChannels, isRemoved),
          marks(read, layer.inputChannels, isRemoved),
          seen,
        ),
      );
    }
  }
  const cut = replaceWeights(graph, changes);
  const tensors = cut.tensors.map((tensor, id): Tensor => {
    const channels = groups.ofTensor.get(id);
    if (channels === undefined || !isCut(channels.groups)) return tensor;
    const kept = [...channels.groups.keys()].filter((index) => isRemoved[channels.groups[index] as number] === 0);
    return narrowed(tensor, channels.axis, kept);
  });
  const depthwise = new Set(groups.layers.filter(({ kind }) => kind === 'depthwise').map(({ index }) => index));
  const operators = cut.operators.map((operator, index): Operator => {
    const [output] = operator.outputs;
    const channels = typeof output === 'number' ? groups.ofTensor.get(output) : undefined;
    if (typeof output !== 'number' || channels === undefined || !isCut(channels.groups)) return operator;
    if (/^reshape$/i.test(operator.type)) return reshaped(tensors, operator, channels.axis, output);
    const inputs = tensors[operator.inputs[0] ?? -1]?.shape?.[1];
    if (operator.type !== 'Conv' || !depthwise.has(index) || typeof inputs !== 'number') return operator;
    return { ...operator, attributes: { ...operator.attributes, group: { kind: 'int', value: inputs } } };
  });
  return removeUnusedTensors({ ...cut, tensors, operators });
}

/** 1 for each channel that goes. */
function marks(list: Int32Array | undefined, count: number, isRemoved: Uint8Array): Uint8Array {
  return list === undefined ? new Uint8Array(count) : Uint8Array.from(list, (group) => isRemoved[group] as number);
}

const keptCount = (goes: Uint8Array): number => goes.reduce((sum, mark) => sum + 1 - mark, 0);

function cutLayer(
  graph: Graph,
  layer: WeightedLayer,
  outputGoes: Uint8Array,
  inputGoes: Uint8Array,
  seen: SeenPatches,
): LayerChange {
  const { output, column } = weightPlaces(layer);
  const canTakeIn = layer.biasPosition !== undefined && layer.kind !== 'depthwise' && inputGoes.includes(1);
  const moments = canTakeIn ? seen.moments?.get(layer.index) : undefined;
  const mean = canTakeIn && moments === undefined ? seen.means?.get(layer.index) : undefined;
  const fitted = moments && reconstruct(layer, weightsOf(graph, layer), inputGoes, moments);
  const weights = fitted?.weights ?? weightsOf(graph, layer);
  const bias = biasOf(graph, layer);
  const extra = fitted?.bias ?? new Float64Array(layer.outputChannels);
  const kept = new Float32Array(weights.length);
  let count = 0;
  for (let index = 0; index < weights.length; index += 1) {
    const channel = output[index] as number;
    if (outputGoes[channel] === 1) continue;
    const place = column[index] as number;
    const weight = weights[index] as number;
    if (inputGoes[place % layer.inputChannels] === 0) kept[count++] = weight;
    else if (mean !== undefined) (extra[channel] as number) += weight * (mean[place] as number);
  }
  const [outputs, inputs] = [keptCount(outputGoes), keptCount(inputGoes)];
  const groups = layer.kind === 'depthwise' ? inputs : layer.groups;
  const isTransposed = graph.dialect === 'onnx' && layer.kind === 'transposed';
  const shape = layer.weightsShape.map((extent, axis) => {
    if (axis === layer.outputAxis) return isTransposed ? outputs / groups : outputs;
    if (axis === layer.inputAxis) return isTransposed ? inputs : inputs / groups;
    return extent;
  });
  const stays = (_: number, channel: number): boolean => outputGoes[channel] === 0;
  const hasBias = layer.bias !== undefined || extra.some((value) => value !== 0);
  return {
    weights: kept.slice(0, count),
    shape,
    ...(hasBias ? { bias: bias.map((value, channel) => value + (extra[channel] as number)).filter(stays) } : {}),
  };
}

/** A tensor with only some indices of an axis. */
function narrowed(tensor: Tensor, axis: number, kept: readonly number[]): Tensor {
  const shape = tensor.shape?.map((extent, at) => (at === axis ? kept.length : extent));
  const content = contentOf(tensor);
  if (content === undefined || shape === undefined)
    return { ...tensor, shape, ...withSignature(tensor, axis, kept.length) };
  const inner = content.shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  const before = content.shape[axis] as number;
  const outer = content.elements.length / inner / before;
  const elements = newElements(content.dtype, outer * kept.length * inner);
  let next = 0;
  for (let block = 0; block < outer; block += 1) {
    for (const index of kept) {
      const start = (block * before + index) * inner;
      for (let at = start; at < start + inner; at += 1) elements[next++] = content.elements[at] as number;
    }
  }
  return { ...tensor, ...tensorOf(tensor.name, { dtype: content.dtype, shape: concreteShape(shape) ?? [], elements }) };
}

/** TensorFlow Lite keeps shapes with their open extents beside those with numbers. */
function withSignature({ extras }: Tensor, axis: number, count: number): Pick<Tensor, 'extras'> {
  const signature = extras?.shapeSignature;
  if (!Array.isArray(signature)) return {};
  return {
    extras: { ...extras, shapeSignature: signature.map((extent: number, at) => (at === axis ? count : extent)) },
  };
}

/** A reshape told the new extent, where its target states one. */
function reshaped(tensors: Tensor[], operator: Operator, axis: number, output: TensorId): Operator {
  const extent = Number(tensors[output]?.shape?.[axis]);
  const anew = (target: readonly number[]): readonly number[] =>
    target.map((stated, at) => (at === axis && stated > 0 ? extent : stated));
  const inputs = [...operator.inputs];
  const target = tensors[inputs[1] ?? -1];
  if (target !== undefined) {
    const numbers = anew(constantNumbers(target) ?? []);
    const content = tensorOf(`${target.name}_${tensors.length}`, constantOf(target.dtype, [numbers.length], numbers));
    inputs[1] = tensors.push({ ...target, ...content }) - 1;
  }
  const stated = operator.attributes.new_shape;
  const attributes: Record<string, Attribute> = { ...operator.attributes };
  if (stated?.kind === 'ints') attributes.new_shape = { kind: 'ints', value: anew(stated.value) };
  return { ...operator, inputs, attributes };
}
