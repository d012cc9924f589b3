import { concreteShape, elementCount, inputTensor, intAttribute, outputTensor, tensorAt } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { operatorMacs } from '../../graph/macs.ts';
import { operatorWork } from '../roofline/work.ts';

/** A layer as ESP-DL's modules go over it. */
export interface LayerShape {
  /** Sums over many channels; over one channel; a look-up in a table of all values; anything else. */
  readonly kind: 'conv' | 'depthwise' | 'table' | 'other';
  /** Output positions; elements, where nothing is multiplied and accumulated. */
  readonly positions: number;
  /** Positions of a filter, channels that are summed over, output channels. */
  readonly taps: number;
  readonly depth: number;
  readonly channels: number;
  /** Bytes of filters and bias, and of activations read and written. */
  readonly weightBytes: number;
  readonly dataBytes: number;
  /** Bytes of an output element. */
  readonly elementBytes: number;
}

/** What a layer's time depends on. */
export interface LayerWork {
  /** Multiply-accumulates by vectors of 16 bytes, of many channels and of one. */
  readonly vectors: number;
  readonly depthwiseVectors: number;
  /** Output positions whose channels do not fill vectors. */
  readonly raggedPositions: number;
  readonly tableElements: number;
  /** A convolution goes over all its filters at every output position. */
  readonly weightBytes: number;
  readonly weightPasses: number;
  readonly dataBytes: number;
}

const vectorBytes = 16;

/**
 * The loops of ESP-DL's modules: one output position after the other, 16 bytes of output channels at a time, for each of them every filter position and input channel.
 * Source: espressif/esp-dl 12c0616, dl/base/dl_base.hpp (`conv_operation_shell`), dl/base/isa/tie728 and dl/base/isa/esp32p4.
 */
export function layerWork({ kind, positions, taps, depth, channels, elementBytes, ...bytes }: LayerShape): LayerWork {
  const lanes = vectorBytes / elementBytes;
  const isMultiplied = kind === 'conv' || kind === 'depthwise';
  const vectors = positions * taps * Math.ceil(channels / lanes);
  const isRagged = channels % lanes !== 0 || (kind === 'conv' && depth % lanes !== 0);
  return {
    vectors: kind === 'conv' ? vectors * depth : 0,
    depthwiseVectors: kind === 'depthwise' ? vectors : 0,
    raggedPositions: isMultiplied && isRagged ? positions : 0,
    tableElements: kind === 'table' ? positions : 0,
    weightBytes: kind === 'conv' ? bytes.weightBytes : 0,
    weightPasses: kind === 'conv' ? positions : 0,
    dataBytes: bytes.dataBytes,
  };
}

/** Functions of one number, which int8 modules look up. */
const tables = /^(Sigmoid|HardSigmoid|HardSwish|Swish|Silu|Tanh|Gelu|Elu|Exp|Log|Sqrt)$/;

/** An ONNX operator as a layer; `undefined` where only the shape of bytes changes. All elements count as the int8 that they are, or will be. `computed` as `computedTensors` gives it. */
export function layerShape(graph: Graph, operator: Operator, computed: ReadonlySet<TensorId>): LayerShape | undefined {
  if (operatorWork(graph, operator, computed).launches === 0) return undefined;
  const output = outputTensor(graph, operator);
  const outputs = (output === undefined ? undefined : elementCount(output)) ?? 0;
  const touched = [...operator.inputs, ...operator.outputs].filter((id) => id !== null && computed.has(id));
  const dataBytes = touched.reduce<number>((sum, id) => sum + (elementCount(tensorAt(graph, id ?? 0)) ?? 0), 0);
  const common = { dataBytes, elementBytes: 1 };
  const none = { positions: outputs, taps: 0, depth: 0, channels: 0, weightBytes: 0 };
  if (tables.test(operator.type)) return { kind: 'table', ...none, ...common };
  const macs = operatorMacs(graph, operator);
  if (macs === 0 || outputs === 0) return { kind: 'other', ...none, ...common };
  const { type } = operator;
  const weights = concreteShape(inputTensor(graph, operator, 1)?.shape) ?? [];
  const shape = concreteShape(output?.shape) ?? [];
  const isImage = /Conv/.test(type);
  const channels = (isImage ? shape[1] : shape.at(-1)) ?? 1;
  const taps = isImage ? weights.slice(2).reduce((product, extent) => product * extent, 1) : 1;
  const positions = outputs / Math.max(1, channels);
  const isDepthwise = isImage && intAttribute(operator, 'group', 1) > 1;
  // A transposed convolution is one of the input with zeros between its positions.
  const isTransposed = type === 'ConvTranspose';
  const depth = isDepthwise ? 1 : isTransposed ? (weights[0] ?? 1) : macs / Math.max(1, positions * taps * channels);
  const constants = weights.reduce((product, extent) => product * extent, 1) + 4 * channels;
  return {
    kind: isDepthwise ? 'depthwise' : 'conv',
    positions,
    taps,
    depth,
    channels,
    weightBytes: constants,
    ...common,
  };
}
