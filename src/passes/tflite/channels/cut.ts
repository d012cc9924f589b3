import { tensorExtras } from '../../../formats/tflite/extras.ts';
import { concreteShape, isConstant, tensorAt } from '../../../graph/access.ts';
import type { Attribute, Graph, Operator, Quantization, Tensor, TensorId } from '../../../graph/graph.ts';
import type { ConstantChannels } from './constants.ts';
import { channelsOf, type Layer } from './layer.ts';
import type { Removable } from './removable.ts';

/**
 * The graph without the channels `removable`: activations get narrower, weights, biases and scales lose what belongs to them, and a bias
 * takes in what constant channels added: `(constant - zero point) * sum of their weights`. `undefined` where a bias would leave its type.
 */
export function cutChannels(
  graph: Graph,
  layers: readonly Layer[],
  constants: ReadonlyMap<TensorId, ConstantChannels>,
  removable: Removable,
): Graph | undefined {
  const tensors: Tensor[] = graph.tensors.map((tensor, id) => {
    const marks = removable.get(id);
    return marks === undefined ? tensor : narrowed(tensor, marks.filter((mark) => mark === 0).length);
  });
  const add = (tensor: Tensor): TensorId => tensors.push(tensor) - 1;
  const operators: Operator[] = [];
  for (const layer of layers) {
    const { operator } = layer;
    const tensorIds = layer.kind === 'opaque' || layer.kind === 'aligned' ? [] : [layer.input, layer.output];
    if (layer.kind === 'aligned' && operator.type === 'RESHAPE' && removable.has(layer.output)) {
      operators.push(reshaped(graph, operator, tensorAt({ ...graph, tensors }, layer.output), add));
    } else if (layer.kind === 'opaque' || layer.kind === 'aligned' || !tensorIds.some((id) => removable.has(id))) {
      operators.push(operator);
    } else {
      const cut = cutLayer(graph, layer, constants, removable, add);
      if (cut === undefined) return undefined;
      operators.push(cut);
    }
  }
  return { ...graph, tensors, operators };
}

type WeightedLayer = Extract<Layer, { kind: 'mixing' | 'depthwise' }>;

function cutLayer(
  graph: Graph,
  layer: WeightedLayer,
  constants: ReadonlyMap<TensorId, ConstantChannels>,
  removable: Removable,
  add: (tensor: Tensor) => TensorId,
): Operator | undefined {
  const keptOutputs = kept(layer.outputs, removable.get(layer.output));
  const keptInputs = kept(layer.inputs, removable.get(layer.input));
  const { operator, weights } = layer;
  const [input = null, weightsId = null, biasId = null, ...others] = operator.inputs;
  const filter = tensorAt(graph, weightsId ?? -1);
  const axis = layer.kind === 'mixing' ? 0 : (filter.shape?.length ?? 1) - 1;
  const cutWeights: number[] = [];
  if (layer.kind === 'mixing') {
    for (const output of keptOutputs) {
      for (let position = 0; position < layer.positions; position++) {
        for (const channel of keptInputs) {
          cutWeights.push(Number(weights[(output * layer.positions + position) * layer.inputs + channel] ?? 0));
        }
      }
    }
  } else {
    for (let position = 0; position < layer.positions; position++) {
      for (const output of keptOutputs) cutWeights.push(Number(weights[position * layer.outputs + output] ?? 0));
    }
  }
  const shape = (concreteShape(filter.shape) ?? []).map((extent, at, all) => {
    if (at === axis) return keptOutputs.length;
    return layer.kind === 'mixing' && at === all.length - 1 ? (extent / layer.inputs) * keptInputs.length : extent;
  });
  const newWeights = add({
    ...withScales(filter, keptOutputs),
    shape,
    data: new Uint8Array(Int8Array.from(cutWeights).buffer),
  });
  const sums = keptOutputs.map(
    (output) => Number(layer.bias?.[output] ?? 0) + folded(graph, layer, output, constants, removable),
  );
  if (biasId === null && sums.every((sum) => sum === 0)) {
    return { ...operator, inputs: [input, newWeights, ...operator.inputs.slice(2)] };
  }
  const bias = biasTensor(graph, layer, biasId, keptOutputs, sums);
  return bias === undefined ? undefined : { ...operator, inputs: [input, newWeights, add(bias), ...others] };
}

/** What the constants among the cut channels add to an output channel. */
function folded(
  graph: Graph,
  layer: WeightedLayer,
  output: number,
  constants: ReadonlyMap<TensorId, ConstantChannels>,
  removable: Removable,
): number {
  if (layer.kind === 'depthwise') return 0;
  const values = constants.get(layer.input);
  const zeroPoint = tensorAt(graph, layer.input).quantization?.zeroPoint[0] ?? 0;
  let sum = 0;
  removable.get(layer.input)?.forEach((mark, channel) => {
    const value = values?.[channel];
    if (mark === 1 && value !== undefined)
      sum += (value - zeroPoint) * (layer.between.sums[output * layer.inputs + channel] ?? 0);
  });
  return sum;
}

function biasTensor(
  graph: Graph,
  layer: WeightedLayer,
  biasId: TensorId | null,
  keptOutputs: readonly number[],
  sums: readonly number[],
): Tensor | undefined {
  if (biasId !== null) {
    const bias = tensorAt(graph, biasId);
    const data = bias.dtype === 'int64' ? BigInt64Array.from(sums, BigInt) : Int32Array.from(sums);
    if (bias.dtype === 'int32' && sums.some((sum) => sum !== (sum | 0))) return undefined;
    return { ...withScales(bias, keptOutputs), shape: [sums.length], data: new Uint8Array(data.buffer) };
  }
  if (sums.some((sum) => sum !== (sum | 0))) return undefined;
  const filter = tensorAt(graph, layer.operator.inputs[1] ?? -1);
  const inputScale = tensorAt(graph, layer.input).quantization?.scale[0] ?? 0;
  const { scale } = withScales(filter, keptOutputs).quantization ?? { scale: [] };
  return {
    name: `${filter.name}/bias`,
    dtype: 'int32',
    shape: [sums.length],
    data: new Uint8Array(Int32Array.from(sums).buffer),
    quantization: {
      scale: scale.map((each) => Math.fround(each * inputScale)),
      zeroPoint: scale.map(() => 0),
      axis: 0,
    },
  };
}

function kept(channels: number, marks: Uint8Array | undefined): readonly number[] {
  return Array.from({ length: channels }, (_, channel) => channel).filter((channel) => marks?.[channel] !== 1);
}

/** The tensor with only the scales of the channels that are kept, where it has one for each. */
function withScales(tensor: Tensor, channels: readonly number[]): Tensor {
  const { quantization } = tensor;
  if (quantization === undefined || quantization.scale.length <= 1) return tensor;
  const pick = (values: readonly number[]) =>
    values.length <= 1 ? values : channels.map((channel) => values[channel] ?? 0);
  const { min, max, ...rest } = quantization;
  const picked: Quantization = {
    ...rest,
    scale: pick(quantization.scale),
    zeroPoint: pick(quantization.zeroPoint),
    ...(min === undefined ? {} : { min: pick(min) }),
    ...(max === undefined ? {} : { max: pick(max) }),
  };
  return { ...tensor, quantization: picked };
}

function narrowed(tensor: Tensor, channels: number): Tensor {
  const { shapeSignature } = tensorExtras(tensor);
  return {
    ...tensor,
    shape: [...(tensor.shape?.slice(0, -1) ?? []), channels],
    ...(shapeSignature === undefined
      ? {}
      : { extras: { ...tensor.extras, shapeSignature: [...shapeSignature.slice(0, -1), channels] } }),
  };
}

/** A reshape that gives the narrower `output`, in its constant and its option. */
function reshaped(graph: Graph, operator: Operator, output: Tensor, add: (tensor: Tensor) => TensorId): Operator {
  const channels = channelsOf(output);
  const shapeId = operator.inputs[1] ?? null;
  const narrower = (extents: readonly number[]) =>
    extents.at(-1) === -1 || extents.length === 0 ? extents : [...extents.slice(0, -1), channels];
  const option = operator.attributes.new_shape;
  const attributes: Readonly<Record<string, Attribute>> =
    option?.kind === 'ints'
      ? { ...operator.attributes, new_shape: { kind: 'ints', value: narrower(option.value) } }
      : operator.attributes;
  const tensor = shapeId === null ? undefined : tensorAt(graph, shapeId);
  if (tensor?.data === undefined || !isConstant(tensor)) return { ...operator, attributes };
  const words = new Int32Array(tensor.data.slice().buffer);
  const data = new Uint8Array(Int32Array.from(narrower([...words])).buffer);
  return { ...operator, attributes, inputs: [operator.inputs[0] ?? null, add({ ...tensor, data })] };
}
