import type { DataType } from '../../src/graph/data-type.ts';
import { emptyGraph } from '../../src/graph/empty-graph.ts';
import type { Attribute, Dialect, Graph, Operator, Shape, Tensor } from '../../src/graph/graph.ts';

/** A tensor that is computed. */
export function computed(name: string, shape: Shape, dtype: DataType = 'int8'): Tensor {
  return { name, shape, dtype };
}

/** A constant of zeros, one scale per element of `scales`. */
export function constant(name: string, shape: readonly number[], dtype: DataType = 'int8', scales = 0): Tensor {
  const bytes = { float32: 4, int32: 4, int64: 8 }[dtype as string] ?? 1;
  const quantization = {
    scale: new Array<number>(scales).fill(1),
    zeroPoint: new Array<number>(scales).fill(0),
    axis: 0,
  };
  return {
    name,
    shape,
    dtype,
    data: new Uint8Array(shape.reduce((product, extent) => product * extent, bytes)),
    ...(scales === 0 ? {} : { quantization }),
  };
}

/** An operator by positions of its tensors; numbers become integer attributes, strings string ones. */
export function operator(
  type: string,
  inputs: readonly (number | null)[],
  outputs: readonly number[],
  attributes: Readonly<Record<string, number | string | readonly number[]>> = {},
  domain = '',
): Operator {
  const attribute = (value: number | string | readonly number[]): Attribute => {
    if (typeof value === 'number') return { kind: 'int', value };
    return typeof value === 'string' ? { kind: 'string', value } : { kind: 'ints', value };
  };
  const entries = Object.entries(attributes).map(([name, value]) => [name, attribute(value)] as const);
  return { name: type, type, domain, version: 1, inputs, outputs, attributes: Object.fromEntries(entries) };
}

/** A graph of tensors and operators. */
export function graphOf(
  dialect: Dialect,
  tensors: readonly Tensor[],
  operators: readonly Operator[],
  inputs: readonly number[],
  outputs: readonly number[],
): Graph {
  return { ...emptyGraph(dialect, 'test'), tensors, operators, inputs, outputs };
}
