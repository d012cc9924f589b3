import { nameOf } from './rule.ts';
import type { SupportRow } from './support-schema.ts';

/** The types that kernels compute in, in the order of the table's columns. */
export const dataTypeNames = [
  'float32',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint32',
  'bool',
] as const satisfies readonly string[];

/** For each column whether the kernel computes in that type; a row without any restriction takes all. */
export function typeCells(row: SupportRow): readonly string[] {
  const types = computedTypes(row);
  return dataTypeNames.map((name) => (types === undefined || types.includes(name) ? '✓' : ''));
}

/** Types of the tensor that decides; where it may have any, those of the other tensors that hold data. */
export function computedTypes(row: SupportRow): readonly string[] | undefined {
  const deciding = row.data ?? nameOf(row.inputs[0] ?? row.outputs[0] ?? '');
  for (const name of [deciding, 'output']) {
    const combined = row.combinations?.flatMap((combination) => combination[name] ?? []) ?? [];
    const types = row.types?.[name] ?? row.assumed?.[name] ?? (combined.length === 0 ? undefined : combined);
    if (types !== undefined) return types;
  }
  return undefined;
}
