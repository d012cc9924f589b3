import { emptyGraph } from '../graph/empty-graph.ts';
import type { Attribute, Graph, Operator, Quantization, Tensor, TensorId } from '../graph/graph.ts';

type Attributes = Readonly<Record<string, Attribute>>;

/** An int8 TensorFlow Lite graph in the making: every function adds something and gives the tensor that it made. */
export interface Int8Graph {
  readonly activation: (shape: readonly number[], scale?: number, zeroPoint?: number) => TensorId;
  /** Weights of a convolution, with a scale for each index along `axis`, and a bias for each channel. */
  readonly weights: (shape: readonly number[], axis: number) => TensorId;
  readonly biases: (channels: number) => TensorId;
  /** The same with one scale: converters gave dense layers that when the networks were published. */
  readonly denseWeights: (shape: readonly number[]) => TensorId;
  readonly denseBiases: (units: number) => TensorId;
  /** An operator that writes `output`, which it gives. */
  readonly add: (
    type: string,
    inputs: readonly TensorId[],
    output: TensorId,
    attributes: Attributes,
    version?: number,
  ) => TensorId;
  readonly reshape: (from: TensorId, shape: readonly number[]) => TensorId;
  readonly shapeOf: (id: TensorId) => readonly number[];
  readonly graph: (inputs: readonly TensorId[], outputs: readonly TensorId[]) => Graph;
}

const activationScale = 0.05;
const weightScale = 0.01;

/** Begins one: scales as the quantisation specification of TensorFlow Lite has them, all weights equal. */
export function openInt8Graph(): Int8Graph {
  const tensors: Tensor[] = [];
  const operators: Operator[] = [];
  const push = (tensor: Tensor): TensorId => tensors.push(tensor) - 1;
  const named = (what: string): string => `t${tensors.length}${what}`;
  const activation: Int8Graph['activation'] = (shape, scale = activationScale, zeroPoint = 0) =>
    push({
      name: named(''),
      dtype: 'int8',
      shape,
      quantization: { scale: [scale], zeroPoint: [zeroPoint], axis: 0 },
    });
  const add: Int8Graph['add'] = (type, inputs, output, attributes, version = 3) => {
    const name = tensors[output]?.name ?? '';
    operators.push({ name, type, domain: '', version, inputs, outputs: [output], attributes });
    return output;
  };
  const weights = (shape: readonly number[], quantization: Quantization): TensorId =>
    push({
      name: named('/weights'),
      dtype: 'int8',
      shape,
      data: new Uint8Array(shape.reduce((product, extent) => product * extent, 1)).fill(1),
      quantization,
    });
  const biases = (channels: number, scales: number): TensorId =>
    push({
      name: named('/bias'),
      dtype: 'int32',
      shape: [channels],
      data: new Uint8Array(4 * channels),
      quantization: equalScales(scales, activationScale * weightScale, 0),
    });
  return {
    activation,
    add,
    weights: (shape, axis) => weights(shape, equalScales(shape[axis] ?? 1, weightScale, axis)),
    biases: (channels) => biases(channels, channels),
    denseWeights: (shape) => weights(shape, equalScales(1, weightScale, 0)),
    denseBiases: (units) => biases(units, 1),
    reshape: (from, shape) => {
      const data = new Uint8Array(Int32Array.from(shape).buffer);
      const target = push({ name: named('/shape'), dtype: 'int32', shape: [shape.length], data });
      return add('RESHAPE', [from, target], activation(shape), { new_shape: { kind: 'ints', value: shape } }, 1);
    },
    shapeOf: (id) => (tensors[id]?.shape ?? []) as readonly number[],
    graph: (inputs, outputs) => ({ ...emptyGraph('tflite', 'main'), tensors, operators, inputs, outputs }),
  };
}

function equalScales(count: number, scale: number, axis: number): Quantization {
  return {
    scale: Array.from({ length: count }, () => scale),
    zeroPoint: Array.from({ length: count }, () => 0),
    axis,
  };
}
