import { concreteShape } from '../access.ts';
import type { DataType } from '../data-type.ts';
import type { Tensor } from '../graph.ts';

/** Arrays whose elements are a tensor's elements. `bool` is 0 or 1; `float16` and `bfloat16` are their bits. */
export type Elements =
  | Float64Array
  | Float32Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array
  | BigInt64Array
  | BigUint64Array;

/** The content of a constant tensor, row-major. */
export interface ConstantValue {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly elements: Elements;
}

const arrayOf = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Element types whose constants can be taken apart element by element. */
export type CountableType = keyof typeof arrayOf;

/** True for element types that {@link newElements} has an array for. */
export function isCountable(dtype: DataType): dtype is CountableType {
  return dtype in arrayOf;
}

/** `count` zero elements of a type. @throws RangeError for types that are packed or have no fixed size. */
export function newElements(dtype: DataType, count: number): Elements {
  if (!isCountable(dtype)) throw new RangeError(`no element array for ${dtype}`);
  return new arrayOf[dtype](count);
}

/** Product of extents. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** The content of a constant tensor; `undefined` for computed tensors, packed types, strings, and sizes that do not fit the shape. */
export function contentOf(tensor: Tensor): ConstantValue | undefined {
  const shape = concreteShape(tensor.shape);
  if (tensor.data === undefined || shape === undefined || !isCountable(tensor.dtype)) return undefined;
  const ArrayType = arrayOf[tensor.dtype];
  const count = countOf(shape);
  if (tensor.data.byteLength !== count * ArrayType.BYTES_PER_ELEMENT) return undefined;
  // A copy: the file's bytes need not lie on a multiple of the element size.
  return { dtype: tensor.dtype, shape, elements: new ArrayType(tensor.data.slice().buffer) };
}

/** As {@link contentOf}, on the tensor's own bytes where they lie right: not to be written to. */
export function viewOf(tensor: Tensor): ConstantValue | undefined {
  const shape = concreteShape(tensor.shape);
  if (tensor.data === undefined || shape === undefined || !isCountable(tensor.dtype)) return undefined;
  const ArrayType = arrayOf[tensor.dtype];
  const { buffer, byteOffset, byteLength } = tensor.data;
  const count = countOf(shape);
  if (byteOffset % ArrayType.BYTES_PER_ELEMENT !== 0) return contentOf(tensor);
  if (byteLength !== count * ArrayType.BYTES_PER_ELEMENT) return undefined;
  return { dtype: tensor.dtype, shape, elements: new ArrayType(buffer as ArrayBuffer, byteOffset, count) };
}

/** A constant tensor with this content. */
export function tensorOf(name: string, value: ConstantValue): Tensor {
  const { elements } = value;
  const data = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
  return { name, dtype: value.dtype, shape: value.shape, data };
}

/** A constant from plain numbers; 64-bit integers are converted. */
export function constantOf(dtype: DataType, shape: readonly number[], numbers: ArrayLike<number>): ConstantValue {
  const elements = newElements(dtype, numbers.length);
  if (isBigElements(elements)) {
    // As a double the largest int64 ("to the end" in Slice) is 2^63, which would wrap to the smallest.
    const largest = elements instanceof BigInt64Array ? 2n ** 63n - 1n : 2n ** 64n - 1n;
    for (let i = 0; i < numbers.length; i++) {
      const integer = BigInt(Math.trunc(numbers[i] as number));
      elements[i] = integer > largest ? largest : integer;
    }
  } else {
    elements.set(numbers);
  }
  return { dtype, shape, elements };
}

/** True for arrays of 64-bit integers. */
export function isBigElements(elements: Elements): elements is BigInt64Array | BigUint64Array {
  return elements instanceof BigInt64Array || elements instanceof BigUint64Array;
}

/** The elements as numbers; 64-bit integers lose what a double cannot hold. `undefined` for 16-bit floats. */
export function numbersOf(value: ConstantValue): readonly number[] | undefined {
  const numbers = numbersIn(value);
  return numbers === undefined || Array.isArray(numbers) ? numbers : Array.from(numbers);
}

/** As {@link numbersOf}, without a copy where the elements are numbers already: what weights are read with. */
export function numbersIn({ dtype, elements }: ConstantValue): ArrayLike<number> | undefined {
  if (dtype === 'float16' || dtype === 'bfloat16') return undefined;
  return isBigElements(elements) ? Array.from(elements, Number) : elements;
}
