import { concreteShape, elementCount } from '../graph/access.ts';
import type { DataType } from '../graph/data-type.ts';
import type { Quantization, Tensor } from '../graph/graph.ts';

/** Elements of a tensor at run time. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** A tensor at run time: what the graph says of it, and its elements, which stay in the same array for the interpreter's life. */
export interface Value {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /**
   * Row-major elements. `bool` is one `Uint8Array` element each, `int4` one sign-extended `Int8Array` element each, `float16` its bits in a
   * `Uint16Array`, `resource` the resource's number in an `Int32Array`. Read-only where `constant`.
   */
  readonly values: TypedArray;
  readonly constant: boolean;
  readonly quantization: Quantization | undefined;
  /** The first scale and zero point; 0 and 0 where the tensor is not quantised, as in TensorFlow Lite Micro's `TfLiteTensor::params`. */
  readonly scale: number;
  readonly zeroPoint: number;
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  int4: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  resource: Int32Array,
} as const;

/** Zeroed elements of a type; `undefined` for types that no kernel computes with. */
export function zeros(dtype: DataType, elements: number): TypedArray | undefined {
  const array = Object.hasOwn(arrays, dtype) ? arrays[dtype as keyof typeof arrays] : undefined;
  return array === undefined ? undefined : new array(elements);
}

/** The tensor as a value of its own: a constant's content is copied only where the file does not align it, anything else starts as zeros. `undefined` where shape or type say too little. */
export function makeValue(tensor: Tensor): Value | undefined {
  const shape = concreteShape(tensor.shape);
  const elements = elementCount(tensor);
  if (shape === undefined || elements === undefined) return undefined;
  const values =
    tensor.data === undefined ? zeros(tensor.dtype, elements) : decode(tensor.dtype, tensor.data, elements);
  if (values === undefined) return undefined;
  return {
    name: tensor.name,
    dtype: tensor.dtype,
    shape,
    values,
    constant: tensor.data !== undefined,
    quantization: tensor.quantization,
    scale: tensor.quantization?.scale[0] ?? 0,
    zeroPoint: tensor.quantization?.zeroPoint[0] ?? 0,
  };
}

function decode(dtype: DataType, data: Uint8Array, elements: number): TypedArray | undefined {
  if (dtype === 'int4') {
    // Two elements a byte, the first in the low nibble.
    return Int8Array.from({ length: elements }, (_, index) => {
      const byte = data[index >> 1] ?? 0;
      return ((index & 1 ? byte >> 4 : byte) << 28) >> 28;
    });
  }
  const array = Object.hasOwn(arrays, dtype) ? arrays[dtype as keyof typeof arrays] : undefined;
  if (array === undefined) return undefined;
  const bytes = elements * array.BYTES_PER_ELEMENT;
  if (data.byteOffset % array.BYTES_PER_ELEMENT === 0) {
    return new array(data.buffer as ArrayBuffer, data.byteOffset, elements);
  }
  return new array(data.slice(0, bytes).buffer as ArrayBuffer);
}

/** Little-endian elements of the type of `like`; a rest that fills none is left out. */
export function elementsFrom<T extends TypedArray>(like: T, bytes: Uint8Array): T {
  const type = like.constructor as new (buffer: ArrayBuffer) => T;
  const whole = bytes.length - (bytes.length % like.BYTES_PER_ELEMENT);
  return new type(bytes.slice(0, whole).buffer as ArrayBuffer);
}
