import type { DataType } from '../../src/graph/data-type.ts';
import { constantOf, tensorOf } from '../../src/graph/evaluate/constant-value.ts';
import type { Attribute, Graph, Operator, Shape, Tensor, TensorId } from '../../src/graph/graph.ts';

/** Shorthands for attributes. */
export const int = (value: number): Attribute => ({ kind: 'int', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });
export const nested = (value: Graph): Attribute => ({ kind: 'graph', value });

interface OperatorOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
  /** Names of the outputs; one, made from the type, by default. */
  readonly outputs?: readonly string[];
  readonly dtype?: DataType;
  readonly shape?: Shape;
}

/** Builds ONNX graphs by hand, one call per tensor or operator. */
export interface GraphBuilder {
  readonly input: (name: string, shape: Shape | undefined, dtype?: DataType) => TensorId;
  readonly constant: (name: string, shape: readonly number[], numbers: ArrayLike<number>, dtype?: DataType) => TensorId;
  /** The first output of a new operator. */
  readonly op: (type: string, inputs: readonly (TensorId | null)[], options?: OperatorOptions) => TensorId;
  /** A tensor of the enclosing graph, in a nested one. */
  readonly capture: (name: string, shape?: Shape, dtype?: DataType) => TensorId;
  readonly id: (name: string) => TensorId;
  readonly build: (...outputs: TensorId[]) => Graph;
}

/** A builder for an ONNX graph of this opset. */
export function onnxGraph(opset = 17): GraphBuilder {
  const tensors: Tensor[] = [];
  const operators: Operator[] = [];
  const inputs: TensorId[] = [];
  const captures: { tensor: TensorId; name: string }[] = [];
  const add = (tensor: Tensor): TensorId => tensors.push(tensor) - 1;
  return {
    input: (name, shape, dtype = 'float32') => {
      const id = add({ name, dtype, shape });
      inputs.push(id);
      return id;
    },
    constant: (name, shape, numbers, dtype = 'float32') => add(tensorOf(name, constantOf(dtype, shape, numbers))),
    op: (type, from, { attributes = {}, domain = '', outputs, dtype = 'unknown', shape } = {}) => {
      const names = outputs ?? [`${type}_${operators.length}`];
      const ids = names.map((name) => add({ name, dtype, shape }));
      const version = domain === '' ? opset : 1;
      operators.push({ name: names[0] as string, type, domain, version, inputs: from, outputs: ids, attributes });
      return ids[0] as TensorId;
    },
    capture: (name, shape, dtype = 'unknown') => {
      const tensor = add({ name, dtype, shape });
      captures.push({ tensor, name });
      return tensor;
    },
    id: (name) => tensors.findIndex((tensor) => tensor.name === name),
    build: (...outputs) => ({
      dialect: 'onnx',
      name: 'built',
      tensors,
      operators,
      inputs,
      outputs,
      subgraphs: [],
      captures,
      notes: [],
      extras: {},
    }),
  };
}

/** The types of a graph's operators, in order. */
export function typesOf(graph: Graph): readonly string[] {
  return graph.operators.map((operator) => operator.type);
}

/** Numbers that look random and are always the same: uniform in −1 … 1 (xorshift32). */
export function noise(count: number, seed = 1): Float32Array {
  let state = seed * 2_654_435_761 || 1;
  return Float32Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state | 0) / 2 ** 31;
  });
}
