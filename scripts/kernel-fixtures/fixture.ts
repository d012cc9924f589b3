import { bytesOf, type DataType, elementBits } from '../../src/graph/data-type.ts';
import { emptyGraph } from '../../src/graph/empty-graph.ts';
import type { Attribute, Graph, Operator, Shape, Tensor } from '../../src/graph/graph.ts';
import { generator, nextInteger } from './generator.ts';

/** A tensor of a fixture. Tensors are told apart by identity: what no operator gives is an input, what none takes an output. */
export interface Part {
  readonly dtype: DataType;
  readonly shape: Shape;
  readonly scale?: readonly number[];
  readonly zeroPoint?: readonly number[];
  readonly axis?: number;
  readonly variable?: boolean;
  /** Its content is in the file. */
  readonly data?: Uint8Array;
}

/** An operator of a fixture; `null` is an input that is left out. */
export interface Step {
  readonly type: string;
  readonly domain: string;
  readonly inputs: readonly (Part | null)[];
  readonly outputs: readonly Part[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly intermediates?: readonly Part[];
}

/** A model that runs: operators side by side or one after another. */
export interface Fixture {
  /** File name without its ending. */
  readonly name: string;
  readonly steps: readonly Step[];
  /** Invocations one after another; more than one where there is state. */
  readonly invocations?: number;
  readonly subgraphs?: readonly Graph[];
}

/** Numbers are integers, `{ float }` floats, lists integers. */
export type Options = Readonly<
  Record<string, number | string | boolean | Uint8Array | readonly number[] | { readonly float: number }>
>;

type More = Partial<Omit<Part, 'dtype' | 'shape' | 'scale' | 'zeroPoint' | 'data'>>;

/** A tensor that is given or computed; with a scale it is quantised. */
export function part(dtype: DataType, shape: Shape, scale?: number, zeroPoint = 0, more: More = {}): Part {
  return {
    dtype,
    shape,
    ...(scale === undefined ? {} : { scale: [Math.fround(scale)], zeroPoint: [zeroPoint] }),
    ...more,
  };
}

/** A constant of these numbers. */
export function numbers(dtype: DataType, values: readonly number[], shape: readonly number[] = [values.length]): Part {
  return { dtype, shape, data: encode(dtype, values) };
}

/** A constant of numbers that look random; those of floats are in [-1, 1). With scales it is quantised, along `axis` where there are several. */
export function noise(
  dtype: DataType,
  shape: readonly number[],
  scale: readonly number[] = [],
  axis = 0,
  zeroPoint = 0,
): Part {
  const next = generator(shape.reduce((sum, extent) => 31 * sum + extent, 7));
  const length = shape.reduce((product, extent) => product * extent, 1);
  const values = Array.from({ length }, () => {
    if (dtype === 'float32') return (next() >>> 20) / 2048 - 1;
    const value = nextInteger(dtype, next);
    // CMSIS-NN and the reference agree about weights without -128.
    return dtype === 'int8' ? Math.max(value, -127) : value;
  });
  return {
    dtype,
    shape,
    data: encode(dtype, values),
    ...(scale.length === 0 ? {} : { scale: scale.map(Math.fround), zeroPoint: scale.map(() => zeroPoint), axis }),
  };
}

/** An operator by its type, tensors and options. */
export function step(
  type: string,
  inputs: readonly (Part | null)[],
  outputs: readonly Part[],
  options: Options = {},
  domain = '',
): Step {
  const attributes = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, attributeOf(value)]));
  return { type, domain, inputs, outputs, attributes };
}

/** The graph of a fixture. */
export function graphOfSteps(steps: readonly Step[], subgraphs: readonly Graph[] = []): Graph {
  const parts: Part[] = [];
  const idOf = (one: Part): number => {
    const known = parts.indexOf(one);
    return known >= 0 ? known : parts.push(one) - 1;
  };
  const operators = steps.map(
    ({ type, domain, inputs, outputs, attributes, intermediates }): Operator => ({
      name: '',
      type,
      domain,
      version: 1,
      inputs: inputs.map((one) => (one === null ? null : idOf(one))),
      outputs: outputs.map(idOf),
      attributes,
      ...(intermediates === undefined ? {} : { intermediates: intermediates.map(idOf) }),
    }),
  );
  const given = new Set(operators.flatMap(({ outputs }) => outputs));
  const taken = new Set(operators.flatMap(({ inputs }) => inputs));
  const ids = parts.map((_, id) => id);
  return {
    ...emptyGraph('tflite', ''),
    tensors: parts.map(tensorOf),
    operators,
    inputs: ids.filter(
      (id) => !given.has(id) && taken.has(id) && parts[id]?.data === undefined && !parts[id]?.variable,
    ),
    outputs: ids.filter((id) => given.has(id) && !taken.has(id)),
    subgraphs,
  };
}

function tensorOf({ dtype, shape, scale, zeroPoint = [], axis = 0, variable, data }: Part): Tensor {
  return {
    name: '',
    dtype,
    shape,
    ...(data === undefined ? {} : { data }),
    ...(variable === true ? { variable } : {}),
    ...(scale === undefined ? {} : { quantization: { scale, zeroPoint, axis } }),
  };
}

function attributeOf(value: Options[string]): Attribute {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'boolean') return { kind: 'bool', value };
  if (value instanceof Uint8Array) return { kind: 'bytes', value };
  return 'float' in value ? { kind: 'float', value: Math.fround(value.float) } : { kind: 'ints', value };
}

function encode(dtype: DataType, values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(bytesOf(dtype, values.length));
  const view = new DataView(bytes.buffer);
  const width = elementBits(dtype) / 8;
  for (const [index, value] of values.entries()) {
    if (dtype === 'float32') view.setFloat32(4 * index, value, true);
    else if (width < 1) bytes[index >> 1] = (bytes[index >> 1] ?? 0) | ((value & 15) << (4 * (index & 1)));
    else if (width === 8) view.setBigInt64(8 * index, BigInt(value), true);
    else if (width === 4) view.setInt32(4 * index, value, true);
    else if (width === 2) view.setInt16(2 * index, value, true);
    else view.setInt8(index, value);
  }
  return bytes;
}
