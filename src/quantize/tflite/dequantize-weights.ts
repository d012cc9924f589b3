import { elementCount, isConstant, tensorAt } from '../../graph/access.ts';
import { constantNumbers } from '../../graph/constant-numbers.ts';
import type { Graph, Operator, Tensor, TensorId } from '../../graph/graph.ts';
import { unpackWeights } from '../../passes/tflite/unpack-weights.ts';

const integers: ReadonlySet<string> = new Set(['int8', 'uint8', 'int16', 'int4']);

/**
 * A model that only stores its weights as integers, as float16 or without their zeros as the float32 model that it stands for, so that it can be calibrated and quantised as a whole:
 *
 *     float ── CONV_2D (int8 weights) ── float        →   float weights
 *     float16 constant ── DEQUANTIZE ── CONV_2D       →   float weights
 *
 * Operators stay in number and order, but that DEQUANTIZE of constants is gone where nothing else is; ids of tensors stay. The very same graph where there is nothing of the kind.
 */
export function dequantizeWeights(original: Graph): Graph {
  const graph = unpackWeights(original);
  const tensors: Tensor[] = [...graph.tensors];
  const copies = new Map<TensorId, TensorId>();
  const floatOf = (id: TensorId): TensorId | undefined => {
    const known = copies.get(id);
    if (known !== undefined) return known;
    const tensor = tensorAt(graph, id);
    const data = floatData(tensor);
    if (data === undefined) return undefined;
    const { quantization: _, extras: __, ...rest } = tensor;
    const copy = tensors.push({ ...rest, dtype: 'float32', data }) - 1;
    copies.set(id, copy);
    return copy;
  };
  let isChanged = false;
  const operators: Operator[] = [];
  for (const operator of graph.operators) {
    const [input] = operator.inputs;
    const [output] = operator.outputs;
    if (operator.type === 'DEQUANTIZE' && typeof input === 'number' && typeof output === 'number') {
      const data = graph.outputs.includes(output) ? undefined : floatData(tensorAt(graph, input));
      if (data !== undefined && tensorAt(graph, output).dtype === 'float32') {
        tensors[output] = { ...tensorAt(graph, output), data };
        isChanged = true;
        continue;
      }
    }
    const isHybrid = hybridTypes.has(operator.type) && operator.domain === '' && isFloat(graph, operator.outputs[0]);
    if (!isHybrid) {
      operators.push(operator);
      continue;
    }
    const inputs = operator.inputs.map((id) => {
      if (id === null || !integers.has(tensorAt(graph, id).dtype)) return id;
      return floatOf(id) ?? id;
    });
    const isSame = inputs.every((id, position) => id === operator.inputs[position]);
    isChanged ||= !isSame;
    operators.push(isSame ? operator : { ...operator, inputs });
  }
  return isChanged ? { ...graph, tensors, operators } : graph;
}

/** Operators that have hybrid kernels in TensorFlow Lite: weights int8, activations float. */
const hybridTypes: ReadonlySet<string> = new Set([
  'CONV_2D',
  'DEPTHWISE_CONV_2D',
  'FULLY_CONNECTED',
  'TRANSPOSE_CONV',
  'BATCH_MATMUL',
  'EMBEDDING_LOOKUP',
  'SVDF',
  'UNIDIRECTIONAL_SEQUENCE_LSTM',
]);

function isFloat(graph: Graph, id: TensorId | null | undefined): boolean {
  return typeof id === 'number' && tensorAt(graph, id).dtype === 'float32';
}

/** The elements of a constant in real numbers, as bytes of float32; `undefined` for what is no constant of integers with a scale. */
function floatData(tensor: Tensor): Uint8Array | undefined {
  if (!isConstant(tensor)) return undefined;
  const { dtype, shape = [], quantization } = tensor;
  const numbers = integers.has(dtype) ? constantNumbers(tensor) : undefined;
  if (numbers === undefined || quantization === undefined || quantization.scale.length === 0) return undefined;
  const { scale, zeroPoint, axis } = quantization;
  const inner = shape.slice(axis + 1).reduce<number>((product, extent) => product * Number(extent), 1);
  const channelOf = (index: number) => (scale.length === 1 ? 0 : Math.floor(index / inner) % scale.length);
  const count = elementCount(tensor) ?? numbers.length;
  return bytesOf(
    Float32Array.from({ length: count }, (_, index) => {
      const channel = channelOf(index);
      return ((numbers[index] ?? 0) - (zeroPoint[channel] ?? zeroPoint[0] ?? 0)) * (scale[channel] ?? 1);
    }),
  );
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer);
}
