import type { DataType } from '../../graph/data-type.ts';
import { dataTypes } from '../../graph/data-type.ts';

const known = new Set<string>(dataTypes);

/**
 * The element type that a `TensorType` enumerator names (`FLOAT32` → `float32`, `FLOAT8_E4M3FN` → `float8e4m3fn`).
 * `undefined` for one that the schema does not have.
 */
export function dataTypeOf(tensorType: string | number): DataType | undefined {
  const name = String(tensorType).toLowerCase().replace('float8_', 'float8');
  return known.has(name) ? (name as DataType) : undefined;
}

/** The `TensorType` enumerator of an element type. It need not be one that the schema has. */
export function tensorTypeOf(dtype: DataType): string {
  return dtype.toUpperCase().replace(/^FLOAT8(?=E)/, 'FLOAT8_');
}
