/**
 * Bits per element of every element type that ONNX (`TensorProto.DataType`) and TensorFlow Lite (`TensorType`) know.
 * Types narrower than a byte are packed, the low bits first, as both formats store them. `0` means that an element has no fixed size.
 */
const bitsPerElement = {
  float64: 64,
  float32: 32,
  float16: 16,
  bfloat16: 16,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  float8e8m0: 8,
  float4e2m1: 4,
  int64: 64,
  int32: 32,
  int16: 16,
  int8: 8,
  int4: 4,
  int2: 2,
  uint64: 64,
  uint32: 32,
  uint16: 16,
  uint8: 8,
  uint4: 4,
  uint2: 2,
  bool: 8,
  complex64: 64,
  complex128: 128,
  string: 0,
  resource: 0,
  variant: 0,
  unknown: 0,
} as const;

/** The type of a tensor's elements, in the words of both formats. */
export type DataType = keyof typeof bitsPerElement;

/** Every element type, in the order of the table above. */
export const dataTypes = Object.keys(bitsPerElement) as readonly DataType[];

/** Bits that one element takes; 0 where an element has no fixed size (`string`, `resource`, `variant`, `unknown`). */
export function elementBits(dtype: DataType): number {
  return bitsPerElement[dtype];
}

/** Bytes that `elements` elements take, sub-byte types packed and rounded up to whole bytes. */
export function bytesOf(dtype: DataType, elements: number): number {
  return Math.ceil((elements * bitsPerElement[dtype]) / 8);
}
