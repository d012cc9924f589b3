import type { DataType } from '../../graph/data-type.ts';

/** `TensorProto.DataType` of every element type of ONNX 1.23 that has a name here. The 6-bit floats (27, 28) have none and read as `unknown`. */
export const onnxDataTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
  float4e2m1: 23,
  float8e8m0: 24,
  uint2: 25,
  int2: 26,
} as const satisfies Partial<Record<DataType, number>>;

const byCode: ReadonlyMap<number, DataType> = new Map(
  Object.entries(onnxDataTypes).map(([dtype, code]) => [code, dtype as DataType]),
);

/** The element type that an ONNX code stands for; `unknown` for 0 and codes without a name here. */
export function dataTypeOf(code: number | bigint | undefined): DataType {
  return (typeof code === 'number' ? byCode.get(code) : undefined) ?? 'unknown';
}

/** The ONNX code of an element type; `undefined` where ONNX has none (`resource`, `variant`, `unknown`). */
export function codeOf(dtype: DataType): number | undefined {
  return (onnxDataTypes as Partial<Record<DataType, number>>)[dtype];
}
