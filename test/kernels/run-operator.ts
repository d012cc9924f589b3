import type { DataType } from '../../src/graph/data-type.ts';
import type { Attribute, Tensor } from '../../src/graph/graph.ts';
import type { Interpreter } from '../../src/kernels/run-graph.ts';
import { openInterpreter } from '../../src/kernels/run-graph.ts';
import type { TypedArray } from '../../src/kernels/values.ts';
import { zeros } from '../../src/kernels/values.ts';
import { tfliteGraph, tfliteOperator } from '../support/tflite-models.ts';

/** A tensor of a one-operator graph. With `constant`, `values` are in the file; without, they are what the graph is run on. */
export interface Operand {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly values?: readonly number[];
  readonly scale?: number | readonly number[];
  readonly zeroPoint?: number;
  readonly axis?: number;
  readonly constant?: boolean;
  readonly variable?: boolean;
}

/** What a graph is run on. */
export function given(
  dtype: Operand['dtype'],
  shape: readonly number[],
  values: readonly number[] = [],
  more: Partial<Operand> = {},
): Operand {
  return { dtype, shape, values, ...more };
}

/** What is in the file. */
export function constant(
  dtype: Operand['dtype'],
  shape: readonly number[],
  values: readonly number[],
  more: Partial<Operand> = {},
): Operand {
  return { ...given(dtype, shape, values, more), constant: true };
}

/** Attributes in short: numbers are integers, `{ float }` floats. */
export type Attributes = Readonly<Record<string, number | string | boolean | { readonly float: number }>>;

/** Prepares a graph of one operator. `null` is an input that is left out. */
export function openOperator(
  type: string,
  attributes: Attributes,
  inputs: readonly (Operand | null)[],
  output: Operand,
): Interpreter {
  const given = inputs.filter((operand) => operand !== null);
  const tensors = [...given, output].map(tensorOf);
  let next = 0;
  const ids = inputs.map((operand) => (operand === null ? null : next++));
  return openInterpreter(
    tfliteGraph({
      tensors,
      operators: [tfliteOperator(type, { inputs: ids, outputs: [given.length], attributes: attributesOf(attributes) })],
      inputs: given.flatMap((operand, id) => (isGiven(operand) ? [id] : [])),
      outputs: [given.length],
    }),
  );
}

/** The output of one operator, run once. */
export function runOperator(
  type: string,
  attributes: Attributes,
  inputs: readonly (Operand | null)[],
  output: Operand,
): readonly number[] {
  const interpreter = openOperator(type, attributes, inputs, output);
  const given = inputs.filter((operand) => operand !== null).filter(isGiven);
  const [result] = interpreter.run(given.map(({ dtype, values }) => arrayOf(dtype, values ?? [])));
  return Array.from(result as ArrayLike<number | bigint>, Number);
}

/** Elements of a type. */
function arrayOf(dtype: DataType, values: readonly number[]): TypedArray {
  const array = zeros(dtype, values.length);
  if (array === undefined) throw new Error(`no array for ${dtype}`);
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) array.set(values.map(BigInt));
  else array.set(values);
  return array;
}

const isGiven = ({ constant, variable }: Operand) => constant !== true && variable !== true;

function tensorOf(operand: Operand, index: number): Tensor {
  const { dtype, shape, values, scale, zeroPoint = 0, axis = 0, constant, variable } = operand;
  const scales = typeof scale === 'number' ? [scale] : scale;
  return {
    name: `t${index}`,
    dtype,
    shape,
    ...(constant === true ? { data: bytesOf(dtype, values ?? []) } : {}),
    ...(variable === true ? { variable } : {}),
    ...(scales === undefined
      ? {}
      : { quantization: { scale: scales.map(Math.fround), zeroPoint: scales.map(() => zeroPoint), axis } }),
  };
}

function bytesOf(dtype: DataType, values: readonly number[]): Uint8Array {
  if (dtype !== 'int4') return new Uint8Array(arrayOf(dtype, values).buffer);
  const bytes = new Uint8Array(Math.ceil(values.length / 2));
  for (const [index, value] of values.entries()) {
    bytes[index >> 1] = (bytes[index >> 1] ?? 0) | ((value & 15) << (4 * (index & 1)));
  }
  return bytes;
}

function attributesOf(attributes: Attributes): Readonly<Record<string, Attribute>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]): [string, Attribute] => {
      if (typeof value === 'number') return [name, { kind: 'int', value }];
      if (typeof value === 'string') return [name, { kind: 'string', value }];
      if (typeof value === 'boolean') return [name, { kind: 'bool', value }];
      return [name, { kind: 'float', value: value.float }];
    }),
  );
}
