import type { DataType } from '../../src/graph/data-type.ts';
import type { Attribute, Graph, Tensor } from '../../src/graph/graph.ts';
import { openInterpreter } from '../../src/kernels/run-graph.ts';
import type { TypedArray } from '../../src/kernels/values.ts';
import { zeros } from '../../src/kernels/values.ts';
import { tfliteGraph, tfliteOperator } from './tflite-models.ts';

/** A tensor of a case: `values` are what it holds, or what an output should hold. */
export interface CaseTensor {
  readonly dtype?: DataType;
  readonly shape: readonly number[];
  readonly values?: readonly (number | bigint)[];
  /** An input that the file holds. */
  readonly constant?: boolean;
  readonly scale?: number;
  readonly zeroPoint?: number;
}

/** One operator on its own. */
export interface Case {
  readonly type: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, Attribute['value']>>;
  readonly inputs: readonly CaseTensor[];
  readonly outputs: readonly CaseTensor[];
}

/** The graph of one operator; its inputs that are not constants are the graph's, in order. */
export function graphOf({ type, domain = '', attributes = {}, inputs, outputs }: Case): Graph {
  const ids = inputs.map((_, index) => index);
  const results = outputs.map((_, index) => inputs.length + index);
  return tfliteGraph({
    tensors: [
      ...inputs.map((tensor, index) => tensorOf(tensor, `input ${index}`)),
      ...outputs.map((tensor, index) => tensorOf({ ...tensor, constant: false }, `output ${index}`)),
    ],
    operators: [
      tfliteOperator(type, {
        domain,
        inputs: ids,
        outputs: results,
        attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)])),
      }),
    ],
    inputs: ids.filter((index) => inputs[index]?.constant !== true),
    outputs: results,
  });
}

/** What the operator computes: the elements of each output. */
export function outputsOf(one: Case): (number | bigint)[][] {
  const given = one.inputs.filter(({ constant }) => constant !== true).map(arrayOf);
  return openInterpreter(graphOf(one))
    .run(given)
    .map((values) => Array.from(values as ArrayLike<number | bigint>));
}

/** The elements of a tensor of a case, zeros where it has none. */
function arrayOf({ dtype = 'float32', shape, values }: CaseTensor): TypedArray {
  const array = zeros(
    dtype,
    shape.reduce((product, extent) => product * extent, 1),
  );
  if (array === undefined) throw new RangeError(`no array for ${dtype}`);
  const given: readonly unknown[] = values ?? [];
  if (values !== undefined && given.length !== array.length)
    throw new RangeError(`${given.length} values for [${shape}]`);
  const is64 = array instanceof BigInt64Array || array instanceof BigUint64Array;
  array.set((is64 ? (values ?? []).map(BigInt) : (values ?? [])) as never);
  return array;
}

function tensorOf(tensor: CaseTensor, name: string): Tensor {
  const { dtype = 'float32', shape, constant, scale, zeroPoint = 0 } = tensor;
  const values = arrayOf(tensor);
  return {
    name,
    dtype,
    shape,
    ...(constant === true ? { data: new Uint8Array(values.buffer) } : {}),
    ...(scale === undefined ? {} : { quantization: { scale: [Math.fround(scale)], zeroPoint: [zeroPoint], axis: 0 } }),
  };
}

function attributeOf(value: Attribute['value']): Attribute {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'boolean') return { kind: 'bool', value };
  if (typeof value === 'string') return { kind: 'string', value };
  if (value instanceof Uint8Array) return { kind: 'bytes', value };
  return { kind: 'ints', value: value as readonly number[] };
}
