import type { DataType } from '../graph/data-type.ts';

/**
 * The types that TensorFlow Lite graphs compute with, by ONNX's. Microcontrollers have no kernels for 64 bits: indexes and counts become int32,
 * which holds every extent that a tensor can have there; half and double precision become float32.
 */
const types: Readonly<Partial<Record<DataType, DataType>>> = {
  float32: 'float32',
  float64: 'float32',
  int64: 'int32',
  int32: 'int32',
  uint32: 'int32',
  uint64: 'int32',
  int16: 'int16',
  int8: 'int8',
  uint8: 'uint8',
  bool: 'bool',
};

/** The type that stands for an ONNX type; `undefined` where there is none. */
export function runtimeType(dtype: DataType): DataType | undefined {
  return types[dtype];
}

/** True for types whose constants are plain numbers. */
export function isRuntimeType(dtype: DataType): boolean {
  return types[dtype] !== undefined;
}
