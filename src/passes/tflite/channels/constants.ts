import { UserError } from '../../../errors.ts';
import { stringAttribute, tensorAt } from '../../../graph/access.ts';
import type { Graph, Operator, Tensor, TensorId } from '../../../graph/graph.ts';
import { quantizedActivation } from '../../../kernels/arithmetic/activation.ts';
import { fixedPoint, requantize } from '../../../kernels/arithmetic/fixed-point.ts';
import { openInterpreter } from '../../../kernels/run-graph.ts';
import { makeValue } from '../../../kernels/values.ts';
import { channelsOf, type Layer } from './layer.ts';

/** The integer that a channel has at every place and for every input; `undefined` for channels that depend on the input. */
export type ConstantChannels = readonly (number | undefined)[];

/** A result this near to half an integer may be rounded the other way by a runtime that scales with floating-point numbers. */
const roundingMargin = 1e-3;

/**
 * Channels of int8 tensors that are constant: those whose weights are all zero, and what follows from them. A constant stays one
 * under a window that reaches beyond its input only when it is the zero point, for that is what the padding holds.
 */
export function constantChannels(graph: Graph, layers: readonly Layer[]): ReadonlyMap<TensorId, ConstantChannels> {
  const known = new Map<TensorId, ConstantChannels>();
  for (const layer of layers) {
    if (layer.kind === 'opaque') continue;
    const result = graph.tensors[layer.output];
    if (result?.dtype !== 'int8' || result.quantization?.scale.length !== 1) continue;
    const channels =
      layer.kind === 'aligned' ? alignedChannels(graph, layer, known) : weightedChannels(graph, layer, known);
    if (channels.some((value) => value !== undefined)) known.set(layer.output, channels);
  }
  return known;
}

type WeightedLayer = Extract<Layer, { kind: 'mixing' | 'depthwise' }>;

function weightedChannels(
  graph: Graph,
  layer: WeightedLayer,
  known: ReadonlyMap<TensorId, ConstantChannels>,
): ConstantChannels {
  const input = tensorAt(graph, layer.input);
  if (input.dtype !== 'int8' || input.quantization?.scale.length !== 1) return [];
  const zeroPoint = input.quantization.zeroPoint[0] ?? 0;
  const constants = known.get(layer.input) ?? [];
  // What an input channel adds is the same everywhere.
  const steady = (channel: number): number | undefined => {
    const value = constants[channel];
    return value === undefined || (layer.isPadded && value !== zeroPoint) ? undefined : value - zeroPoint;
  };
  const rescale = rescaler(graph, layer);
  return Array.from({ length: layer.outputs }, (_, output) => {
    const products =
      layer.kind === 'mixing' ? mixedProducts(layer, output, steady) : depthwiseProducts(layer, output, steady);
    return products === undefined ? undefined : rescale(Number(layer.bias?.[output] ?? 0) + products, output);
  });
}

function mixedProducts(
  layer: Extract<Layer, { kind: 'mixing' }>,
  output: number,
  steady: (channel: number) => number | undefined,
): number | undefined {
  let products = 0;
  for (let channel = 0; channel < layer.inputs; channel++) {
    const pair = output * layer.inputs + channel;
    if (layer.between.areUsed[pair] === 0) continue;
    const value = steady(channel);
    if (value === undefined) return undefined;
    products += value * (layer.between.sums[pair] ?? 0);
  }
  return products;
}

function depthwiseProducts(
  layer: Extract<Layer, { kind: 'depthwise' }>,
  output: number,
  steady: (channel: number) => number | undefined,
): number | undefined {
  let sum = 0;
  let areZero = true;
  for (let position = 0; position < layer.positions; position++) {
    const weight = Number(layer.weights[position * layer.outputs + output] ?? 0);
    sum += weight;
    if (weight !== 0) areZero = false;
  }
  if (areZero) return 0;
  const value = steady(Math.floor(output / (layer.outputs / layer.inputs)));
  return value === undefined ? undefined : value * sum;
}

/** Accumulators to output integers, `undefined` where runtimes may differ. */
function rescaler(graph: Graph, layer: WeightedLayer): (sum: number, output: number) => number | undefined {
  const { operator } = layer;
  const input = tensorAt(graph, layer.input);
  const filter = tensorAt(graph, operator.inputs[1] ?? -1);
  const result = makeValue({ ...tensorAt(graph, layer.output), shape: [1] });
  const scales = filter.quantization?.scale ?? [];
  if (result === undefined || (scales.length !== 1 && scales.length !== layer.outputs)) return () => undefined;
  const { min, max } = quantizedActivation(operator, result);
  const clamped = (value: number) => Math.min(max, Math.max(min, value + result.zeroPoint));
  return (sum, output) => {
    if (sum !== (sum | 0)) return undefined;
    const factor =
      ((input.quantization?.scale[0] ?? 0) * (scales[scales.length === 1 ? 0 : output] ?? 0)) / result.scale;
    if (!Number.isFinite(factor)) return undefined;
    const { multiplier, shift } = fixedPoint(factor);
    const value = clamped(requantize(sum, multiplier, shift));
    const rounded = (margin: number) => clamped(Math.floor(sum * factor + 0.5 + margin));
    return value === rounded(-roundingMargin) && value === rounded(roundingMargin) ? value : undefined;
  };
}

function alignedChannels(
  graph: Graph,
  layer: Extract<Layer, { kind: 'aligned' }>,
  known: ReadonlyMap<TensorId, ConstantChannels>,
): ConstantChannels {
  const { operator, inputs, output } = layer;
  const result = tensorAt(graph, output);
  const given = inputs.map(({ tensor, channelOf }) => {
    const channels = known.get(tensor);
    return Array.from({ length: channelsOf(result) }, (_, channel) => {
      const from = channelOf(channel);
      return from === undefined ? undefined : channels?.[from];
    });
  });
  const [first = [], second = []] = given;
  if (given.every((channels) => channels.every((value) => value === undefined))) return [];
  switch (operator.type) {
    case 'RESHAPE':
      return first;
    case 'CONCATENATION': {
      const alike = inputs.every(({ tensor }) => isSameScale(tensorAt(graph, tensor), result));
      const isPlain = stringAttribute(operator, 'fused_activation_function', 'NONE') === 'NONE';
      return alike && isPlain
        ? first.map((_, channel) => given.find((values) => values[channel] !== undefined)?.[channel])
        : [];
    }
    case 'PAD':
      return first.map((value) => (value === (result.quantization?.zeroPoint[0] ?? 0) ? value : undefined));
    case 'AVERAGE_POOL_2D':
    case 'MAX_POOL_2D': {
      const value = makeValue({ ...result, shape: [1] });
      if (value === undefined || !isSameScale(tensorAt(graph, inputs[0]?.tensor ?? -1), result)) return [];
      const { min, max } = quantizedActivation(operator, value);
      return first.map((constant) => (constant === undefined ? undefined : Math.min(max, Math.max(min, constant))));
    }
    default: {
      const computed = runOnChannels(graph, operator, given, output);
      const isKnown = (channel: number) =>
        first[channel] !== undefined && (inputs.length < 2 || second[channel] !== undefined);
      return computed === undefined
        ? []
        : first.map((_, channel) => (isKnown(channel) ? computed[channel] : undefined));
    }
  }
}

function isSameScale(a: Tensor, b: Tensor): boolean {
  const [one, other] = [a.quantization, b.quantization];
  return a.dtype === b.dtype && one?.scale[0] === other?.scale[0] && one?.zeroPoint[0] === other?.zeroPoint[0];
}

/** An element-wise operator's own kernel on one element per channel; what is not known counts as 0. */
function runOnChannels(
  graph: Graph,
  operator: Operator,
  given: readonly ConstantChannels[],
  output: TensorId,
): readonly number[] | undefined {
  const channels = channelsOf(tensorAt(graph, output));
  const one = (id: TensorId): Tensor => ({ ...tensorAt(graph, id), shape: [1, channels] });
  const ids = operator.inputs.flatMap((id) => (id === null ? [] : [id]));
  const inputs = ids.map((_, position) => position);
  if (ids.some((id) => tensorAt(graph, id).dtype !== 'int8')) return undefined;
  try {
    const interpreter = openInterpreter({
      ...graph,
      subgraphs: [],
      tensors: [...ids.map(one), one(output)],
      operators: [{ ...operator, inputs, outputs: [ids.length] }],
      inputs,
      outputs: [ids.length],
    });
    const [values] = interpreter.run(given.map((constants) => Int8Array.from(constants, (value) => value ?? 0)));
    return values === undefined ? undefined : Array.from(values, Number);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
