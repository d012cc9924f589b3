import { concreteShape, floatAttribute, inputTensor, intAttribute, isConstant, tensorAt } from '../graph/access.ts';
import { contentOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';

/** What a layer with weights does with its channels. `transposed`: a transposed convolution. */
type LayerKind = 'convolution' | 'depthwise' | 'transposed' | 'dense';

/** An operator that multiplies with constant float weights, in words that both dialects share. */
export interface WeightedLayer {
  readonly kind: LayerKind;
  /** Index of the operator. */
  readonly index: number;
  readonly operator: Operator;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly weights: TensorId;
  readonly weightsShape: readonly number[];
  /** `undefined` where the operator has none yet. */
  readonly bias: TensorId | undefined;
  /** The operator's input that is its bias; `undefined` where it cannot have one (MatMul). */
  readonly biasPosition: number | undefined;
  /** The axis of the weights that counts output channels; together with `groups` in a transposed ONNX convolution. */
  readonly outputAxis: number;
  /** The axis of the weights that counts the input channels of one group; `undefined` for depthwise layers of TensorFlow Lite, which have none. */
  readonly inputAxis: number | undefined;
  readonly outputChannels: number;
  readonly inputChannels: number;
  readonly groups: number;
  /** Positions of the filter: height × width; 1 for dense layers. */
  readonly positions: number;
  /** The axis of the input and output tensors that counts channels. */
  readonly inputChannelAxis: number;
  readonly outputChannelAxis: number;
  /** TensorFlow Lite's `fused_activation_function`; `NONE` in ONNX, where activations are operators. */
  readonly activation: string;
}

/** Where each weight leads, by its index in the tensor. */
export interface WeightPlaces {
  /** The output channel. */
  readonly output: Uint32Array;
  /** `position · inputChannels + input channel`: the place in the patch of the input that the weight multiplies. */
  readonly column: Uint32Array;
}

/** The layers of a graph that have constant float weights, in the graph's order; weights in other layouts than the usual ones are left out. */
export function weightedLayers(graph: Graph): readonly WeightedLayer[] {
  return graph.operators.flatMap((operator, index) => {
    const layer = graph.dialect === 'onnx' ? onnxLayer(graph, operator, index) : tfliteLayer(graph, operator, index);
    return layer === undefined ? [] : [layer];
  });
}

/** The weights as floats, a copy. */
export function weightsOf(graph: Graph, layer: WeightedLayer): Float32Array {
  return floatsAt(graph, layer.weights);
}

/** The bias as floats, a copy; zeros where the layer has none. */
export function biasOf(graph: Graph, layer: WeightedLayer): Float32Array {
  return layer.bias === undefined ? new Float32Array(layer.outputChannels) : floatsAt(graph, layer.bias);
}

function floatsAt(graph: Graph, id: TensorId): Float32Array {
  return contentOf(tensorAt(graph, id))?.elements as Float32Array;
}

/** Output channel and patch column of every weight. */
export function weightPlaces(layer: WeightedLayer): WeightPlaces {
  const { weightsShape: shape, outputAxis, inputAxis, inputChannels, outputChannels, groups } = layer;
  const count = shape.reduce((product, extent) => product * extent, 1);
  const output = new Uint32Array(count);
  const column = new Uint32Array(count);
  const indices = new Uint32Array(shape.length);
  const outputsPerGroup = outputChannels / groups;
  const inputsPerGroup = inputChannels / groups;
  const isSpatial = shape.map((_, axis) => axis !== outputAxis && axis !== inputAxis);
  // ONNX's transposed convolution counts all inputs and the outputs of one group, everything else the other way round.
  const countsInputs = shape[inputAxis ?? -1] === inputChannels && groups > 1;
  for (let at = 0; at < count; at += 1) {
    let position = 0;
    for (let axis = 0; axis < shape.length; axis += 1) {
      if (isSpatial[axis]) position = position * (shape[axis] as number) + (indices[axis] as number);
    }
    const givenOutput = indices[outputAxis] as number;
    const givenInput = inputAxis === undefined ? 0 : (indices[inputAxis] as number);
    const group = countsInputs ? Math.floor(givenInput / inputsPerGroup) : Math.floor(givenOutput / outputsPerGroup);
    output[at] = countsInputs ? group * outputsPerGroup + givenOutput : givenOutput;
    column[at] = position * inputChannels + (countsInputs ? givenInput : group * inputsPerGroup + givenInput);
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const next = (indices[axis] as number) + 1;
      if (next < (shape[axis] as number)) {
        indices[axis] = next;
        break;
      }
      indices[axis] = 0;
    }
  }
  return { output, column };
}

const product = (extents: readonly number[]): number => extents.reduce((all, extent) => all * extent, 1);

/** A float constant, its shape, and nothing that would make the layout another one. */
function floatShape(graph: Graph, id: TensorId | null | undefined): readonly number[] | undefined {
  if (id === null || id === undefined) return undefined;
  const tensor = tensorAt(graph, id);
  if (!isConstant(tensor) || tensor.dtype !== 'float32' || contentOf(tensor) === undefined) return undefined;
  return tensor.extras?.sparsity === undefined ? concreteShape(tensor.shape) : undefined;
}

/** A bias that is a constant with an element per output channel, `undefined` when there is none, `null` when it is something else. */
function plainBias(graph: Graph, id: TensorId | null | undefined, channels: number): TensorId | undefined | null {
  if (id === null || id === undefined) return undefined;
  const shape = floatShape(graph, id);
  return shape !== undefined && product(shape) === channels && shape.at(-1) === channels ? id : null;
}

function onnxLayer(graph: Graph, operator: Operator, index: number): WeightedLayer | undefined {
  const [input, weights, biasId] = operator.inputs;
  const [output] = operator.outputs;
  if (operator.domain !== '' && operator.domain !== 'ai.onnx') return undefined;
  if (typeof input !== 'number' || typeof weights !== 'number' || typeof output !== 'number') return undefined;
  const shape = floatShape(graph, weights);
  if (shape === undefined || floatShape(graph, input) !== undefined) return undefined;
  const common = { index, operator, input, output, weights, weightsShape: shape, activation: 'NONE' };
  const bias = (channels: number) => plainBias(graph, biasId, channels);
  if (operator.type === 'Conv' || operator.type === 'ConvTranspose') {
    const groups = intAttribute(operator, 'group', 1);
    const [first = 0, second = 0] = shape;
    const isForward = operator.type === 'Conv';
    const outputChannels = isForward ? first : second * groups;
    const inputChannels = isForward ? second * groups : first;
    const biasOrNull = bias(outputChannels);
    if (shape.length < 3 || biasOrNull === null || inputChannels * outputChannels === 0) return undefined;
    const isDepthwise = isForward && groups === inputChannels && groups > 1;
    return {
      ...common,
      kind: isDepthwise ? 'depthwise' : isForward ? 'convolution' : 'transposed',
      bias: biasOrNull,
      biasPosition: 2,
      outputAxis: isForward ? 0 : 1,
      inputAxis: isForward ? 1 : 0,
      outputChannels,
      inputChannels,
      groups,
      positions: product(shape.slice(2)),
      inputChannelAxis: 1,
      outputChannelAxis: 1,
    };
  }
  if (operator.type !== 'Gemm' && operator.type !== 'MatMul') return undefined;
  const isTransposed = operator.type === 'Gemm' && intAttribute(operator, 'transB', 0) === 1;
  const rank = inputTensor(graph, operator, 0)?.shape?.length ?? (operator.type === 'Gemm' ? 2 : 0);
  const isScaled = floatAttribute(operator, 'alpha', 1) !== 1 || floatAttribute(operator, 'beta', 1) !== 1;
  if (shape.length !== 2 || rank < 2 || isScaled || intAttribute(operator, 'transA', 0) === 1) return undefined;
  const [outputAxis, inputAxis] = isTransposed ? [0, 1] : [1, 0];
  const outputChannels = shape[outputAxis] ?? 0;
  const biasOrNull = operator.type === 'Gemm' ? bias(outputChannels) : undefined;
  if (biasOrNull === null) return undefined;
  return {
    ...common,
    kind: 'dense',
    bias: biasOrNull,
    biasPosition: operator.type === 'Gemm' ? 2 : undefined,
    outputAxis,
    inputAxis,
    outputChannels,
    inputChannels: shape[inputAxis] ?? 0,
    groups: 1,
    positions: 1,
    inputChannelAxis: rank - 1,
    outputChannelAxis: rank - 1,
  };
}

function tfliteLayer(graph: Graph, operator: Operator, index: number): WeightedLayer | undefined {
  if (operator.domain !== '') return undefined;
  const [inputAt, biasPosition] = operator.type === 'TRANSPOSE_CONV' ? [2, 3] : [0, 2];
  const input = operator.inputs[inputAt];
  const [, weights] = operator.inputs;
  const [output] = operator.outputs;
  if (typeof input !== 'number' || typeof weights !== 'number' || typeof output !== 'number') return undefined;
  const shape = floatShape(graph, weights);
  const inputShape = concreteShape(tensorAt(graph, input).shape);
  const outputShape = concreteShape(tensorAt(graph, output).shape);
  if (shape === undefined || inputShape === undefined || outputShape === undefined) return undefined;
  if (floatShape(graph, input) !== undefined) return undefined;
  const kinds: Readonly<Record<string, LayerKind>> = {
    CONV_2D: 'convolution',
    DEPTHWISE_CONV_2D: 'depthwise',
    TRANSPOSE_CONV: 'transposed',
    FULLY_CONNECTED: 'dense',
  };
  const kind = Object.hasOwn(kinds, operator.type) ? kinds[operator.type] : undefined;
  if (kind === undefined) return undefined;
  const formatted = operator.attributes.weights_format;
  if (formatted?.kind === 'string' && formatted.value !== 'DEFAULT') return undefined;
  const isDense = kind === 'dense';
  if (shape.length !== (isDense ? 2 : 4)) return undefined;
  const isDepthwise = kind === 'depthwise';
  const outputAxis = isDepthwise ? 3 : 0;
  const outputChannels = shape[outputAxis] ?? 0;
  const inputChannels = isDense ? (shape[1] ?? 0) : (inputShape.at(-1) ?? 0);
  const groups = isDepthwise ? inputChannels : inputChannels / (shape.at(-1) ?? 1);
  const bias = plainBias(graph, operator.inputs[biasPosition], outputChannels);
  if (bias === null || !Number.isInteger(groups) || groups < 1 || outputChannels % groups !== 0) return undefined;
  const activation = operator.attributes.fused_activation_function;
  return {
    kind,
    index,
    operator,
    input,
    output,
    weights,
    weightsShape: shape,
    bias,
    biasPosition,
    outputAxis,
    inputAxis: isDepthwise ? undefined : shape.length - 1,
    outputChannels,
    inputChannels,
    groups,
    positions: isDense ? 1 : product(shape.slice(1, 3)),
    inputChannelAxis: inputShape.length - 1,
    outputChannelAxis: outputShape.length - 1,
    activation: activation?.kind === 'string' ? activation.value : 'NONE',
  };
}
