import type { Attribute, Graph, Operator, Tensor, TensorId } from '../../../src/graph/graph.ts';
import { activation, tfliteGraph, tfliteOperator } from '../../support/tflite-models.ts';

/** A network put together layer by layer; methods give the new tensor's id. */
export interface Network {
  readonly tensors: Tensor[];
  readonly operators: Operator[];
  readonly input: (shape: readonly number[], parts?: Partial<Tensor>) => TensorId;
  readonly constant: (
    dtype: Tensor['dtype'],
    shape: readonly number[],
    values: readonly number[],
    parts?: Partial<Tensor>,
  ) => TensorId;
  readonly layer: (
    type: string,
    inputs: readonly (TensorId | null)[],
    shape: readonly number[],
    attributes?: Readonly<Record<string, string | number | readonly number[]>>,
    parts?: Partial<Tensor>,
  ) => TensorId;
  readonly graph: (inputs: readonly TensorId[], outputs: readonly TensorId[]) => Graph;
}

const arrays = { int8: Int8Array, int16: Int16Array, int32: Int32Array, float32: Float32Array } as const;

/** An empty network; activations are int8 with scale 0.05 and zero point -3 unless told otherwise. */
export function network(): Network {
  const tensors: Tensor[] = [];
  const operators: Operator[] = [];
  const usual = { quantization: { scale: [Math.fround(0.05)], zeroPoint: [-3], axis: 0 } };
  return {
    tensors,
    operators,
    input: (shape, parts = {}) => tensors.push(activation(`t${tensors.length}`, shape, { ...usual, ...parts })) - 1,
    constant: (dtype, shape, values, parts = {}) => {
      const data = new Uint8Array(arrays[dtype as keyof typeof arrays].from(values).buffer);
      return tensors.push({ name: `c${tensors.length}`, dtype, shape, data, ...parts }) - 1;
    },
    layer: (type, inputs, shape, attributes = {}, parts = {}) => {
      const name = `t${tensors.length}`;
      const output = tensors.push(activation(name, shape, { ...usual, ...parts })) - 1;
      const entries = Object.entries(attributes).map(([key, value]) => [key, attribute(value)] as const);
      operators.push(
        tfliteOperator(type, { name, inputs, outputs: [output], attributes: Object.fromEntries(entries) }),
      );
      return output;
    },
    graph: (inputs, outputs) => tfliteGraph({ tensors: [...tensors], operators: [...operators], inputs, outputs }),
  };
}

/** Options of a convolution that is no different from the usual. */
export const convolutionOptions = {
  padding: 'VALID',
  stride_h: 1,
  stride_w: 1,
  dilation_h_factor: 1,
  dilation_w_factor: 1,
  fused_activation_function: 'NONE',
};

function attribute(value: string | number | readonly number[]): Attribute {
  if (typeof value === 'number') return { kind: 'int', value };
  return typeof value === 'string' ? { kind: 'string', value } : { kind: 'ints', value };
}
