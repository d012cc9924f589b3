import {
  concreteShape,
  elementCount,
  intAttribute,
  isConstant,
  stringAttribute,
  tensorAt,
} from '../../../graph/access.ts';
import type { Graph, Operator, Tensor, TensorId } from '../../../graph/graph.ts';
import { makeValue, type TypedArray } from '../../../kernels/values.ts';
import { isPadded } from '../padding.ts';

/** An operator with weights; a bias that is left out is `undefined`. */
interface Weighted {
  readonly index: number;
  readonly operator: Operator;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly weights: TypedArray;
  readonly bias: TypedArray | undefined;
  /** Its windows reach beyond the input. */
  readonly isPadded: boolean;
  readonly inputs: number;
  readonly outputs: number;
  /** Positions of the filter. */
  readonly positions: number;
}

/** Of the weights that lead from each input channel to each output channel, at `output * inputs + input`: their sum, and 1 where one is not zero. */
interface WeightsBetween {
  readonly sums: Int32Array;
  readonly areUsed: Uint8Array;
}

/** How the channels (the last axis) of an operator's inputs and output hang together. */
export type Layer =
  /** Every output channel is computed from all input channels: weights `[outputs, positions, inputs]`. */
  | ({ readonly kind: 'mixing'; readonly between: WeightsBetween } & Weighted)
  /** Every output channel is computed from one input channel: weights `[positions, outputs]`. */
  | ({ readonly kind: 'depthwise' } & Weighted)
  /** Every output channel holds what the input channels `channelOf` hold, changed element by element. */
  | {
      readonly kind: 'aligned';
      readonly index: number;
      readonly operator: Operator;
      readonly inputs: readonly {
        readonly tensor: TensorId;
        /** The input channel of an output channel; `undefined` where this input has none. */
        readonly channelOf: (output: number) => number | undefined;
      }[];
      readonly output: TensorId;
    }
  /** Anything else: its tensors stay as they are. */
  | { readonly kind: 'opaque'; readonly index: number; readonly operator: Operator };

/** Channels of a tensor: the extent of its last axis; 0 where it is not known. */
export function channelsOf(tensor: Tensor): number {
  return concreteShape(tensor.shape)?.at(-1) ?? 0;
}

/** How each operator of a graph treats channels. */
export function layersOf(graph: Graph): readonly Layer[] {
  return graph.operators.map((operator, index) => layerOf(graph, operator, index));
}

function layerOf(graph: Graph, operator: Operator, index: number): Layer {
  const opaque: Layer = { kind: 'opaque', index, operator };
  const [output] = operator.outputs;
  if (operator.domain !== '' || operator.outputs.length !== 1 || typeof output !== 'number') return opaque;
  const isWeighted = operator.type in weightedKinds;
  if (isWeighted) return weightedLayer(graph, operator, index, output) ?? opaque;
  const inputs = alignedInputs(graph, operator, output);
  return inputs === undefined ? opaque : { kind: 'aligned', index, operator, inputs, output };
}

const weightedKinds: Readonly<Record<string, 'mixing' | 'depthwise'>> = {
  CONV_2D: 'mixing',
  FULLY_CONNECTED: 'mixing',
  DEPTHWISE_CONV_2D: 'depthwise',
};

/** Pairs of an input and an output channel up to which a layer is looked at; its table takes 5 bytes for each. */
const pairsLimit = 2 ** 24;

function weightedLayer(graph: Graph, operator: Operator, index: number, output: TensorId): Layer | undefined {
  const kind = weightedKinds[operator.type];
  const [input, weightsId, biasId = null] = operator.inputs;
  if (kind === undefined || typeof input !== 'number' || typeof weightsId !== 'number') return undefined;
  const weights = constantValues(graph, weightsId, ['int8']);
  const bias = biasId === null ? undefined : constantValues(graph, biasId, ['int32', 'int64']);
  if (weights === undefined || (biasId !== null && bias === undefined)) return undefined;
  if (stringAttribute(operator, 'weights_format', 'DEFAULT') !== 'DEFAULT') return undefined;
  const filter = tensorAt(graph, weightsId);
  if (filter.quantization?.zeroPoint.some((zeroPoint) => zeroPoint !== 0) !== false) return undefined;
  const inputs = channelsOf(tensorAt(graph, input));
  const outputs = channelsOf(tensorAt(graph, output));
  const positions = kind === 'mixing' ? weights.length / outputs / inputs : weights.length / outputs;
  const shape = concreteShape(filter.shape) ?? [];
  const fits =
    kind === 'depthwise'
      ? shape.at(-1) === outputs && outputs % inputs === 0
      : shape[0] === outputs &&
        (operator.type === 'FULLY_CONNECTED' ? (shape.at(-1) ?? 0) % inputs === 0 : shape.at(-1) === inputs);
  if (outputs * inputs > pairsLimit) return undefined;
  if (!fits || !Number.isInteger(positions) || (bias !== undefined && bias.length !== outputs)) return undefined;
  const reaches = operator.type === 'FULLY_CONNECTED' ? false : isPadded(graph, operator);
  const layer = { index, operator, input, output, weights, bias, isPadded: reaches, inputs, outputs, positions };
  return kind === 'depthwise' ? { kind, ...layer } : { kind, ...layer, between: weightsBetween(layer) };
}

function weightsBetween({ weights, inputs, outputs, positions }: Weighted): WeightsBetween {
  const sums = new Int32Array(outputs * inputs);
  const areUsed = new Uint8Array(outputs * inputs);
  let at = 0;
  for (let output = 0; output < outputs; output++) {
    for (let position = 0; position < positions; position++) {
      for (let pair = output * inputs; pair < (output + 1) * inputs; pair++) {
        const weight = weights[at++] as number;
        if (weight === 0) continue;
        sums[pair] = (sums[pair] as number) + weight;
        areUsed[pair] = 1;
      }
    }
  }
  return { sums, areUsed };
}

function constantValues(graph: Graph, id: TensorId, types: readonly Tensor['dtype'][]): TypedArray | undefined {
  const tensor = tensorAt(graph, id);
  if (!isConstant(tensor) || !types.includes(tensor.dtype) || tensor.extras?.sparsity !== undefined) return undefined;
  const values = makeValue(tensor)?.values;
  return values !== undefined && values.length === elementCount(tensor) ? values : undefined;
}

/** Operators that compute each output element from the input element at its place. */
const unary = new Set([
  'ABS',
  'ELU',
  'HARD_SWISH',
  'LEAKY_RELU',
  'LOGISTIC',
  'QUANTIZE',
  'RELU',
  'RELU6',
  'RELU_0_TO_1',
  'RELU_N1_TO_1',
  'TANH',
]);
const binary = new Set(['ADD', 'SUB', 'MUL', 'MAXIMUM', 'MINIMUM']);
const pooling = new Set(['AVERAGE_POOL_2D', 'MAX_POOL_2D']);

type AlignedInputs = Extract<Layer, { kind: 'aligned' }>['inputs'];

function alignedInputs(graph: Graph, operator: Operator, output: TensorId): AlignedInputs | undefined {
  const ids = operator.inputs.flatMap((id) => (id === null ? [] : [id]));
  const [first = -1, second] = ids;
  const shapeOf = (id: TensorId) => concreteShape(graph.tensors[id]?.shape);
  const result = shapeOf(output);
  const source = shapeOf(first);
  if (result === undefined || source === undefined || source.length < 2) return undefined;
  const same = { tensor: first, channelOf: (channel: number) => channel };
  if (unary.has(operator.type) || pooling.has(operator.type)) {
    return ids.length === 1 && source.at(-1) === result.at(-1) ? [same] : undefined;
  }
  if (binary.has(operator.type)) {
    const isAlike = ids.length === 2 && ids.every((id) => isEqual(shapeOf(id), result) && !isKnown(graph, id));
    return isAlike ? ids.map((tensor) => ({ ...same, tensor })) : undefined;
  }
  if (operator.type === 'RESHAPE') {
    const [from = 0, to = 0] = [source.at(-1), result.at(-1)];
    const isRead = second === undefined || isKnown(graph, second);
    return isRead && from > 0 && to % from === 0
      ? [{ tensor: first, channelOf: (channel) => channel % from }]
      : undefined;
  }
  if (operator.type === 'PAD') {
    const amounts = second === undefined ? undefined : constantValues(graph, second, ['int32']);
    return ids.length === 2 && amounts?.at(-1) === 0 && amounts.at(-2) === 0 ? [same] : undefined;
  }
  if (operator.type === 'CONCATENATION') {
    const axis = intAttribute(operator, 'axis', 0);
    if (axis !== -1 && axis !== result.length - 1) return undefined;
    if (ids.length !== operator.inputs.length || ids.some((id) => isKnown(graph, id))) return undefined;
    let start = 0;
    return ids.map((tensor) => {
      const [from, to] = [start, start + (shapeOf(tensor)?.at(-1) ?? 0)];
      start = to;
      return { tensor, channelOf: (channel) => (channel >= from && channel < to ? channel - from : undefined) };
    });
  }
  return undefined;
}

function isKnown(graph: Graph, id: TensorId): boolean {
  const tensor = graph.tensors[id];
  return tensor !== undefined && isConstant(tensor);
}

function isEqual(a: readonly number[] | undefined, b: readonly number[]): boolean {
  return a?.length === b.length && a.every((extent, axis) => extent === b[axis]);
}
