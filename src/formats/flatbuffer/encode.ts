import { Builder } from 'flatbuffers';
import type { ElementType, Field, FieldType, ScalarName, Schema, TableType } from './schema.ts';
import { scalarBytes } from './schema.ts';
import type { TableValue, UnionValue, Value } from './value.ts';

/** A file that is being written. Equal parts (shapes, options, quantisation …) are written once: `parts` has their places. */
export interface Encoding {
  readonly schema: Schema;
  readonly builder: Builder;
  readonly parts: Map<string, number>;
}

const utf8 = new TextEncoder();

/** An empty file, with room for about `bytes`. */
export function encoding(schema: Schema, bytes: number): Encoding {
  return { schema, builder: new Builder(Math.max(1024, bytes)), parts: new Map() };
}

/** Writes a table and what belongs to it; scalars that are the schema's default take no room. @returns its place */
export function encodeTable(encoding: Encoding, type: TableType, table: TableValue): number {
  const { builder } = encoding;
  const slots = type.fields.flatMap((field) => encodeField(encoding, field, table[field.name]));
  const shared = !encoding.schema.neverShared.has(type.name);
  const key = shared
    ? `${type.name}(${slots.map(({ slot, kind, value }) => `${slot}:${kind}${text(value)}`).join()})`
    : '';
  const known = shared ? encoding.parts.get(key) : undefined;
  if (known !== undefined) return known;
  builder.startObject(type.slots);
  // Widest first, as flatc's own writers do: no padding between fields.
  for (const width of [8, 4, 2, 1]) {
    for (const { slot, kind, value } of slots) {
      if ((kind === 'offset' ? 4 : scalarBytes[kind]) !== width) continue;
      if (kind === 'offset') builder.addOffset(value);
      else addScalar(builder, kind, value);
      builder.slot(slot);
    }
  }
  const place = builder.endObject();
  if (shared) encoding.parts.set(key, place);
  return place;
}

/** Writes bytes whose first is at a multiple of `align`. @returns their place */
function encodeBytes(encoding: Encoding, bytes: Uint8Array, align: number): number {
  encoding.builder.startVector(1, bytes.length, Math.max(1, align));
  return encoding.builder.createByteVector(bytes);
}

interface SlotValue {
  readonly slot: number;
  readonly kind: ScalarName | 'offset';
  readonly value: number;
}

function encodeField(encoding: Encoding, field: Field, value: Value | undefined): readonly SlotValue[] {
  const { type, slot } = field;
  if (value === undefined) return [];
  if (type.kind === 'union') {
    const { type: member, value: table } = value as UnionValue;
    const code = encoding.schema.unions.get(type.union)?.indexOf(member) ?? -1;
    if (code < 1) throw new RangeError(`${type.union} has no ${member}`);
    const place = encodeTable(encoding, encoding.schema.tableType(member), table);
    return [
      { slot, kind: 'ubyte', value: code },
      { slot: slot + 1, kind: 'offset', value: place },
    ];
  }
  if (type.kind === 'scalar' || type.kind === 'enum') {
    const number = scalarOf(type, value as number | boolean | string);
    return Object.is(number, field.fallback)
      ? []
      : [{ slot, kind: type.kind === 'enum' ? type.enumeration.base : type.scalar, value: number }];
  }
  return [{ slot, kind: 'offset', value: encodePart(encoding, type, value, field.align) }];
}

function encodePart(encoding: Encoding, type: FieldType, value: Value, align = 0): number {
  if (type.kind === 'table') return encodeTable(encoding, encoding.schema.tableType(type.table), value as TableValue);
  if (type.kind === 'string')
    return encodeOnce(encoding, `"${value as string}`, () => encodeString(encoding, value as string));
  if (type.kind !== 'vector') throw new RangeError(`a ${type.kind} is no part of its own`);
  return encodeVector(encoding, type.element, value, align);
}

function encodeVector(encoding: Encoding, element: ElementType, value: Value, align: number): number {
  if (value instanceof Uint8Array) return encodeBytes(encoding, value, align);
  const items = value as readonly (Value & (number | string | TableValue))[];
  if (element.kind === 'scalar' || element.kind === 'enum') {
    const kind = element.kind === 'enum' ? element.enumeration.base : element.scalar;
    const numbers = items.map((item) => scalarOf(element, item as number | string));
    const key = `[${kind} ${align} ${numbers.map(text).join()}`;
    return encodeOnce(encoding, key, () =>
      vectorOf(encoding.builder, scalarBytes[kind], numbers, align, (item) => addScalar(encoding.builder, kind, item)),
    );
  }
  const places = items.map((item) => encodePart(encoding, element, item));
  return vectorOf(encoding.builder, 4, places, 4, (place) => encoding.builder.addOffset(place));
}

function vectorOf(
  builder: Builder,
  elementBytes: number,
  items: readonly number[],
  align: number,
  add: (item: number) => void,
): number {
  builder.startVector(elementBytes, items.length, Math.max(align, elementBytes));
  for (let index = items.length - 1; index >= 0; index--) add(items[index] as number);
  return builder.endVector();
}

function encodeOnce(encoding: Encoding, key: string, write: () => number): number {
  const known = encoding.parts.get(key);
  if (known !== undefined) return known;
  const place = write();
  encoding.parts.set(key, place);
  return place;
}

function encodeString(encoding: Encoding, value: string): number {
  return encoding.builder.createString(utf8.encode(value));
}

/** The number that stands for a scalar or an enumerator in the file. @throws RangeError for a name that the enum does not have */
function scalarOf(type: Extract<ElementType, { kind: 'scalar' | 'enum' }>, value: number | boolean | string): number {
  if (typeof value !== 'string') return Number(value);
  const found = type.kind === 'enum' ? type.enumeration.values.indexOf(value) : -1;
  if (found < 0) throw new RangeError(`"${value}" is no ${type.kind === 'enum' ? type.enumeration.name : type.scalar}`);
  return found;
}

function addScalar(builder: Builder, scalar: ScalarName, value: number): void {
  switch (scalar) {
    case 'float':
      builder.addFloat32(value);
      break;
    case 'long':
    case 'ulong':
      builder.addInt64(BigInt.asIntN(64, BigInt(value)));
      break;
    default: {
      const bytes = scalarBytes[scalar];
      if (bytes === 1) builder.addInt8(value);
      else if (bytes === 2) builder.addInt16(value);
      else builder.addInt32(value);
    }
  }
}

/** Distinguishes -0 from 0. */
function text(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
