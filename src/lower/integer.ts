import { constantNumbers } from '../graph/constant-numbers.ts';
import { constantOf, tensorOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator, Quantization, Tensor, TensorId } from '../graph/graph.ts';
import { ownEntry } from '../graph/own.ts';
import { consumers, producers } from '../graph/traversal.ts';
import { removeDeadOperators } from '../passes/tflite/remove-dead-operators.ts';
import { quantizedConstant, rangeOf } from './integer-constants.ts';
import { integersBehind, isSameScale, withoutRoundTrips } from './round-trips.ts';

/**
 * Lets operators between DEQUANTIZE and QUANTIZE compute with the integers themselves.
 *
 *     x int8 ─▶ DEQUANTIZE ─▶ CONV_2D ─▶ QUANTIZE ─▶ y int8      x int8 ─▶ CONV_2D, int8 ─▶ y int8
 *     x int8 ─▶ DEQUANTIZE ─▶ RESHAPE ─▶ y                       x int8 ─▶ RESHAPE ─▶ DEQUANTIZE ─▶ y
 *
 * Weights are integers again with the scales that the model had for them, biases int32 at input scale × weight scale
 * (https://ai.google.dev/edge/litert/models/quantization_spec). Results are those of integer kernels: up to a step of the output's scale from rounded floats.
 * What lacks a scale stays float.
 */
export function withIntegerOperators(graph: Graph): Graph {
  if (!graph.operators.some(({ type }) => type === 'DEQUANTIZE')) return graph;
  let current = graph;
  // Each round takes at least one operator between integers.
  for (let round = 0; round <= graph.operators.length; round++) {
    const next = integerRound(withoutRoundTrips(current));
    if (next === current) break;
    current = removeDeadOperators(next);
  }
  return current;
}

/** What an operator asks of scales. */
const kinds: Readonly<Record<string, 'weighted' | 'free' | 'same' | 'fixed'>> = {
  CONV_2D: 'weighted',
  DEPTHWISE_CONV_2D: 'weighted',
  FULLY_CONNECTED: 'weighted',
  ADD: 'free',
  SUB: 'free',
  MUL: 'free',
  MEAN: 'free',
  RELU: 'free',
  RELU6: 'free',
  LEAKY_RELU: 'free',
  HARD_SWISH: 'free',
  AVERAGE_POOL_2D: 'same',
  MAX_POOL_2D: 'same',
  RESHAPE: 'same',
  TRANSPOSE: 'same',
  PAD: 'same',
  MIRROR_PAD: 'same',
  SLICE: 'same',
  STRIDED_SLICE: 'same',
  GATHER: 'same',
  CONCATENATION: 'same',
  DEPTH_TO_SPACE: 'same',
  SPACE_TO_DEPTH: 'same',
  RESIZE_BILINEAR: 'same',
  RESIZE_NEAREST_NEIGHBOR: 'same',
  LOGISTIC: 'fixed',
  SOFTMAX: 'fixed',
  TANH: 'fixed',
};

/** Scale and zero point that the specification gives these outputs. */
const fixedOutputs: Readonly<Record<string, Quantization>> = {
  LOGISTIC: { scale: [1 / 256], zeroPoint: [-128], axis: 0 },
  SOFTMAX: { scale: [1 / 256], zeroPoint: [-128], axis: 0 },
  TANH: { scale: [1 / 128], zeroPoint: [0], axis: 0 },
};

/** Operators whose result means the same in integers without anybody asking for them. */
const passesOn = new Set([
  'RESHAPE',
  'TRANSPOSE',
  'MAX_POOL_2D',
  'PAD',
  'MIRROR_PAD',
  'SLICE',
  'STRIDED_SLICE',
  'GATHER',
  'DEPTH_TO_SPACE',
  'SPACE_TO_DEPTH',
  'RESIZE_NEAREST_NEIGHBOR',
]);

/** A graph during one round. */
interface Round {
  readonly graph: Graph;
  readonly tensors: Tensor[];
  readonly sourceOf: (id: TensorId) => TensorId | undefined;
  readonly add: (tensor: Tensor) => TensorId;
}

function integerRound(graph: Graph): Graph {
  const producerOf = producers(graph);
  const readersOf = consumers(graph);
  const outputs = new Set(graph.outputs);
  const tensors: Tensor[] = [...graph.tensors];
  const round: Round = {
    graph,
    tensors,
    sourceOf: (id) => integersBehind(graph, graph.operators[producerOf.get(id) ?? -1]),
    add: (tensor) => tensors.push(tensor) - 1,
  };
  const replaced = new Map<number, readonly Operator[]>();
  graph.operators.forEach((operator, index) => {
    const kind = ownEntry(kinds, operator.type);
    const [output = null] = operator.outputs;
    if (kind === undefined || output === null || operator.outputs.length !== 1) return;
    if (tensors[output]?.dtype !== 'float32') return;
    const readers = readersOf.get(output) ?? [];
    const reader = graph.operators[readers[0] ?? -1];
    const isAsked =
      readers.length === 1 && reader?.type === 'QUANTIZE' && !outputs.has(output) && reader.outputs[0] !== null;
    const target = isAsked ? (reader.outputs[0] as TensorId) : undefined;
    if (target !== undefined && tensors[target]?.dtype !== 'int8') return;
    if (target === undefined && (kind !== 'same' || !passesOn.has(operator.type))) return;
    const integers = integerOperators(round, operator, kind, target, output);
    if (integers === undefined) return;
    replaced.set(index, integers);
    if (isAsked) replaced.set(readers[0] as number, []);
  });
  if (replaced.size === 0) return graph;
  return {
    ...graph,
    tensors,
    operators: graph.operators.flatMap((operator, index) => replaced.get(index) ?? [operator]),
  };
}

/** The operator in int8, with what brings its result to the scale of `target`, or to float where there is none; `undefined` where it cannot be. */
function integerOperators(
  round: Round,
  operator: Operator,
  kind: string,
  target: TensorId | undefined,
  output: TensorId,
): readonly Operator[] | undefined {
  const { tensors, add } = round;
  const wanted = target === undefined ? undefined : tensors[target]?.quantization;
  if (kind === 'weighted') return target === undefined ? undefined : weighted(round, operator, target);
  const ids = operator.inputs.map((id) => (id === null ? undefined : (round.sourceOf(id) ?? id)));
  const isReal = (id: TensorId | undefined) => id !== undefined && tensors[id]?.dtype === 'float32';
  const own = ids.find((id) => id !== undefined && tensors[id]?.dtype === 'int8');
  const first = own === undefined ? undefined : tensors[own]?.quantization;
  if (first === undefined || ids.some((id) => isReal(id) && tensors[id ?? -1]?.data === undefined)) return undefined;
  const between =
    kind === 'fixed'
      ? fixedOutputs[operator.type]
      : kind === 'free'
        ? wanted
        : operator.type === 'CONCATENATION'
          ? wanted
          : first;
  if (between === undefined) return undefined;
  const before: Operator[] = [];
  const inputs = ids.map((id): TensorId | null => {
    const tensor = tensors[id ?? -1];
    if (id === undefined || tensor === undefined) return null;
    if (isReal(id))
      return add(quantizedConstant(tensor, kind === 'same' ? between : (tensor.quantization ?? rangeOf(tensor))));
    if (operator.type !== 'CONCATENATION' || tensor.dtype !== 'int8' || isSameScale(tensor.quantization, between))
      return id;
    const rescaled = add({ ...tensor, quantization: between });
    before.push(converting('QUANTIZE', id, rescaled, tensor.name));
    return rescaled;
  });
  const isDirect = target !== undefined && isSameScale(wanted, between);
  const result = isDirect ? target : add({ ...(tensors[output] as Tensor), dtype: 'int8', quantization: between });
  const integer = { ...operator, inputs, outputs: [result] };
  if (isDirect) return [...before, integer];
  const after =
    target === undefined
      ? converting('DEQUANTIZE', result, output, operator.name)
      : converting('QUANTIZE', result, target, operator.name);
  return [...before, integer, after];
}

function converting(type: 'QUANTIZE' | 'DEQUANTIZE', from: TensorId, to: TensorId, name: string): Operator {
  return { name, type, domain: '', version: 1, inputs: [from], outputs: [to], attributes: {} };
}

/** Convolutions and dense layers: weights in int8 with the model's scales, bias in int32. */
function weighted(round: Round, operator: Operator, target: TensorId): readonly Operator[] | undefined {
  const { tensors, add } = round;
  const [image = null, weightsId = null, biasId = null] = operator.inputs;
  const source = image === null ? undefined : round.sourceOf(image);
  const weights = tensors[weightsId ?? -1];
  const inputScale = source === undefined ? undefined : tensors[source]?.quantization?.scale[0];
  const quantization = weights?.quantization;
  if (source === undefined || inputScale === undefined || weights === undefined || quantization === undefined)
    return undefined;
  if (quantization.zeroPoint.some((zero) => zero !== 0)) return undefined;
  const bias = biasId === null ? undefined : tensors[biasId];
  const offsets = bias === undefined ? [] : constantNumbers(bias);
  if (offsets === undefined || weights.data === undefined) return undefined;
  const scales = offsets.map(
    (_, channel) => inputScale * (quantization.scale[channel % quantization.scale.length] as number),
  );
  const integers = offsets.map((value, channel) => Math.round(value / (scales[channel] as number)));
  // A bias beyond 32 bits would wrap: such a layer stays float.
  if (integers.some((value) => Math.abs(value) >= 2 ** 31)) return undefined;
  const inputs: (TensorId | null)[] = [source, add(quantizedConstant(weights, quantization))];
  if (bias !== undefined) {
    const isPerChannel = quantization.scale.length > 1;
    inputs.push(
      add({
        ...tensorOf(bias.name, constantOf('int32', [integers.length], integers)),
        quantization: {
          scale: isPerChannel ? scales : scales.slice(0, 1),
          zeroPoint: isPerChannel ? scales.map(() => 0) : [0],
          axis: 0,
        },
      }),
    );
  }
  return [
    {
      ...operator,
      version: Math.max(operator.version, operator.type === 'FULLY_CONNECTED' ? 4 : 3),
      inputs,
      outputs: [target],
    },
  ];
}

/** Float constants lose the scales that `withIntegerOperators` needed. */
export function withoutFloatScales(graph: Graph): Graph {
  const tensors = graph.tensors.map((tensor) => {
    if (tensor.dtype !== 'float32' || tensor.quantization === undefined) return tensor;
    const { quantization: _, ...rest } = tensor;
    return rest;
  });
  return { ...graph, tensors };
}
