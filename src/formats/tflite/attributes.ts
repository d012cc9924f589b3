import type { Attribute } from '../../graph/graph.ts';
import type { Field, TableType } from '../flatbuffer/schema.ts';
import type { TableValue, Value } from '../flatbuffer/value.ts';
import { tableType } from './schema/schema.ts';

/** An options table's fields as attributes: enums by name, a list of booleans as 0 and 1, absent lists and strings left out. */
export function attributesOf(table: string, options: TableValue): Record<string, Attribute> {
  const attributes: Record<string, Attribute> = {};
  for (const field of tableType(table).fields) {
    const value = options[field.name];
    if (value !== undefined) attributes[field.name] = attributeOf(field, value);
  }
  return attributes;
}

/** The options table that has these attributes; `unfit` are those that the table has no field for, or one of another kind. */
export function optionsOf(
  table: TableType,
  attributes: Readonly<Record<string, Attribute>>,
): { readonly options: TableValue; readonly unfit: readonly string[] } {
  const options: Record<string, Value> = {};
  const unfit: string[] = [];
  const fields = new Map(table.fields.map((field) => [field.name, field]));
  for (const [name, attribute] of Object.entries(attributes)) {
    const field = fields.get(name);
    const value = field === undefined ? undefined : fieldValue(field, attribute);
    if (value === undefined) unfit.push(name);
    else options[name] = value;
  }
  return { options, unfit };
}

function attributeOf({ type }: Field, value: Value): Attribute {
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'boolean') return { kind: 'bool', value };
  if (typeof value === 'number') {
    return { kind: type.kind === 'scalar' && type.scalar === 'float' ? 'float' : 'int', value };
  }
  if (value instanceof Uint8Array) return { kind: 'bytes', value };
  const element = type.kind === 'vector' ? type.element : type;
  if (element.kind === 'string' || element.kind === 'enum') {
    return { kind: 'strings', value: (value as readonly (string | number)[]).map(String) };
  }
  const numbers = value as readonly number[];
  return { kind: element.kind === 'scalar' && element.scalar === 'float' ? 'floats' : 'ints', value: numbers };
}

/** The field's value; `undefined` where the attribute is of another kind, or an enumerator that the schema does not have. */
function fieldValue({ type }: Field, attribute: Attribute): Value | undefined {
  const { kind, value } = attribute;
  if (type.kind === 'string') return kind === 'string' ? value : undefined;
  if (type.kind === 'enum') {
    if (kind === 'int') return value;
    return kind === 'string' && type.enumeration.values.includes(value) ? value : undefined;
  }
  if (type.kind === 'scalar') {
    if (type.scalar === 'bool') return kind === 'bool' ? value : kind === 'int' ? value !== 0 : undefined;
    if (type.scalar === 'float') return kind === 'float' || kind === 'int' ? value : undefined;
    return kind === 'int' && Number.isInteger(value) ? value : undefined;
  }
  if (type.kind !== 'vector') return undefined;
  const { element } = type;
  if (element.kind === 'enum') {
    if (kind !== 'strings') return undefined;
    const values = value.map((item) => (/^-?\d+$/.test(item) ? Number(item) : item));
    return values.every((item) => typeof item === 'number' || element.enumeration.values.includes(item))
      ? values
      : undefined;
  }
  if (element.kind !== 'scalar') return undefined;
  if (element.scalar === 'ubyte') return kind === 'bytes' ? value : undefined;
  if (element.scalar === 'float') return kind === 'floats' || kind === 'ints' ? value : undefined;
  return kind === 'ints' && value.every(Number.isInteger) ? value : undefined;
}
