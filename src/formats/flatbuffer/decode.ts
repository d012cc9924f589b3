import { formatLimits } from '../limits.ts';
import type { CheckedBytes } from './bytes.ts';
import { DamageError, need, scalarAt, spend, targetOf, vectorAt } from './bytes.ts';
import type { ElementType, EnumType, Field, FieldType, ScalarName, Schema, TableType } from './schema.ts';
import { scalarBytes } from './schema.ts';
import type { TableValue, UnionValue, Value } from './value.ts';

/** A file that is being read, where in it, and what was found that cannot be written back. */
export interface Decoding {
  readonly schema: Schema;
  readonly source: CheckedBytes;
  /** Fields and indices that lead to what is being read. */
  readonly path: (string | number)[];
  /** Called with what is not understood and would be lost in writing. */
  readonly lost: (where: string, what: string) => void;
}

/** Fields and indices on the way to a table, most of all; a graph inside an operator takes five. */
const deepestPath = 500;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The path as text, `subgraphs[0].tensors[3].name`. */
export function pathText(path: readonly (string | number)[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

/** The table at `at`. @throws DamageError when something in it points outside the file or passes a limit */
export function decodeTable(decoding: Decoding, type: TableType, at: number): TableValue {
  const { source, path } = decoding;
  if (path.length > deepestPath) throw new DamageError('is nested too deep');
  spend(source, 1 + type.fields.length);
  const slotOf = readVtable(decoding, type, at);
  const table: Record<string, Value> = {};
  for (const field of type.fields) {
    path.push(field.name);
    const value = decodeField(decoding, type, field, slotOf);
    if (value !== undefined) table[field.name] = value;
    path.pop();
  }
  return table;
}

/** Gives each slot's position in the file, 0 where the field is absent; names slots that the schema does not have. */
function readVtable(decoding: Decoding, type: TableType, at: number): (slot: number) => number {
  const { source } = decoding;
  const vtable = at - scalarAt(source, 'int', at);
  const bytes = scalarAt(source, 'ushort', vtable);
  if (bytes < 4 || bytes % 2 !== 0) throw new DamageError('has no valid table');
  need(source, vtable, bytes);
  const slots = (bytes - 4) / 2;
  const slotOf = (slot: number) => {
    const offset = slot < slots ? scalarAt(source, 'ushort', vtable + 4 + 2 * slot) : 0;
    return offset === 0 ? 0 : at + offset;
  };
  for (let slot = type.slots; slot < slots; slot++) {
    if (slotOf(slot) !== 0)
      decoding.lost(pathText(decoding.path), `${type.name} has a field ${slot} of a newer schema`);
  }
  return slotOf;
}

function decodeField(
  decoding: Decoding,
  table: TableType,
  field: Field,
  slotOf: (slot: number) => number,
): Value | undefined {
  const { type, slot } = field;
  if (type.kind === 'union') return decodeUnion(decoding, type.union, slotOf(slot), slotOf(slot + 1));
  const at = slotOf(slot);
  if (at !== 0) return decodeValue(decoding, type, at, decoding.schema.longestVector(table, field));
  if (field.deprecated) return undefined;
  if (type.kind === 'scalar') return type.scalar === 'bool' ? field.fallback !== 0 : field.fallback;
  return type.kind === 'enum' ? enumerator(type.enumeration, field.fallback) : undefined;
}

function decodeUnion(decoding: Decoding, union: string, typeAt: number, valueAt: number): UnionValue | undefined {
  const { source, path } = decoding;
  const code = typeAt === 0 ? 0 : scalarAt(source, 'ubyte', typeAt);
  if (code === 0) {
    if (valueAt !== 0) decoding.lost(pathText(path), `a ${union} has a value but no type`);
    return undefined;
  }
  const type = decoding.schema.unions.get(union)?.[code];
  if (type === undefined) {
    decoding.lost(pathText(path), `${union} ${code} is of a newer schema`);
    return undefined;
  }
  if (valueAt === 0) {
    decoding.lost(pathText(path), `${type} has no value`);
    return undefined;
  }
  return { type, value: decodeTable(decoding, decoding.schema.tableType(type), targetOf(source, valueAt)) };
}

function decodeValue(
  decoding: Decoding,
  type: FieldType,
  at: number,
  longest: number = formatLimits.values,
): Exclude<Value, UnionValue> {
  const { source } = decoding;
  switch (type.kind) {
    case 'scalar': {
      const value = decodeScalar(decoding, type.scalar, at);
      return type.scalar === 'bool' ? value !== 0 : value;
    }
    case 'enum':
      return enumerator(type.enumeration, scalarAt(source, type.enumeration.base, at));
    case 'string':
      return decodeString(decoding, targetOf(source, at));
    case 'table':
      return decodeTable(decoding, decoding.schema.tableType(type.table), targetOf(source, at));
    case 'vector':
      return decodeVector(decoding, type.element, targetOf(source, at), longest);
    case 'union':
      throw new RangeError('a union is decoded from its two slots');
  }
}

function decodeVector(
  decoding: Decoding,
  element: ElementType,
  at: number,
  longest: number,
): Exclude<Value, UnionValue> {
  const { source, path } = decoding;
  const scalar =
    element.kind === 'scalar' ? element.scalar : element.kind === 'enum' ? element.enumeration.base : 'uint';
  const elementBytes = scalarBytes[scalar];
  const { start, length } = vectorAt(source, at, elementBytes);
  if (scalar === 'ubyte' && element.kind === 'scalar') return source.bytes.subarray(start, start + length);
  if (length > longest) throw new DamageError(`has ${length} elements, over the limit of ${longest}`);
  spend(source, length);
  const items = <T>(item: (at: number) => T): T[] => {
    const list: T[] = [];
    for (let index = 0; index < length; index++) {
      path.push(index);
      list.push(item(start + index * elementBytes));
      path.pop();
    }
    return list;
  };
  switch (element.kind) {
    case 'scalar':
      return items((position) => decodeScalar(decoding, element.scalar, position));
    case 'enum':
      return items((position) => enumerator(element.enumeration, scalarAt(source, scalar, position)));
    case 'string':
      return items((position) => decodeString(decoding, targetOf(source, position)));
    case 'table':
      return items((position) =>
        decodeTable(decoding, decoding.schema.tableType(element.table), targetOf(source, position)),
      );
    case 'union':
      throw new RangeError('the schema has no vectors of unions');
  }
}

function decodeScalar(decoding: Decoding, scalar: ScalarName, at: number): number {
  const value = scalarAt(decoding.source, scalar, at);
  if (scalarBytes[scalar] === 8 && !Number.isSafeInteger(value)) {
    decoding.lost(pathText(decoding.path), 'an integer beyond 2^53');
  }
  return value;
}

function decodeString(decoding: Decoding, at: number): string {
  const { source, path } = decoding;
  const { start, length } = vectorAt(source, at, 1);
  if (length > formatLimits.nameBytes) {
    throw new DamageError(`has ${length} characters, over the limit of ${formatLimits.nameBytes}`);
  }
  spend(source, length);
  const bytes = source.bytes.subarray(start, start + length);
  try {
    return utf8.decode(bytes);
  } catch {
    decoding.lost(pathText(path), 'text that is not UTF-8');
    return lenientUtf8.decode(bytes);
  }
}

function enumerator(type: EnumType, value: number): string | number {
  return type.values[value] ?? value;
}
