import facts from './schema.json' with { type: 'json' };

/** Scalars of a flatbuffer, by the schema language's names. */
export type ScalarName = 'bool' | 'byte' | 'ubyte' | 'short' | 'ushort' | 'int' | 'uint' | 'float' | 'long' | 'ulong';

/** Bytes that a scalar takes (flatbuffers.dev, "Schema language"). */
export const scalarBytes: Readonly<Record<ScalarName, number>> = {
  bool: 1,
  byte: 1,
  ubyte: 1,
  short: 2,
  ushort: 2,
  int: 4,
  uint: 4,
  float: 4,
  long: 8,
  ulong: 8,
};

/** An enumeration: its scalar, and the names of 0, 1, 2 … */
export interface EnumType {
  readonly name: string;
  readonly base: ScalarName;
  readonly values: readonly string[];
}

/** What a field holds when it is not a vector. */
export type ElementType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarName }
  | { readonly kind: 'enum'; readonly enumeration: EnumType }
  | { readonly kind: 'string' }
  | { readonly kind: 'table'; readonly table: string }
  | { readonly kind: 'union'; readonly union: string };

export type FieldType = ElementType | { readonly kind: 'vector'; readonly element: ElementType };

export interface Field {
  readonly name: string;
  /** Its place in the table's vtable; a union's type is at `slot`, its value at `slot + 1`. */
  readonly slot: number;
  readonly type: FieldType;
  /** What a scalar is when the file does not say. */
  readonly fallback: number;
  /** No longer written by converters; read where it is present. */
  readonly deprecated: boolean;
  /** Alignment of a vector's first element, where the schema forces more than the element's own. */
  readonly align: number;
}

export interface TableType {
  readonly name: string;
  readonly fields: readonly Field[];
  /** Slots that the schema knows: a file that uses more was written by a newer one. */
  readonly slots: number;
}

const scalarNames = new Set<string>(Object.keys(scalarBytes));

const enums: ReadonlyMap<string, EnumType> = new Map(
  Object.entries(facts.enums).map(([name, { base, values }]) => [name, { name, base: base as ScalarName, values }]),
);

/** The members of each union, in the order of their type codes; 0 is `NONE`. */
export const unions: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(facts.unions));

/** The tables of the TensorFlow Lite schema, by name. */
export const tables: ReadonlyMap<string, TableType> = new Map(
  Object.entries(facts.tables as Readonly<Record<string, readonly string[]>>).map(([name, lines]) => [
    name,
    parseTable(name, lines),
  ]),
);

/** The table of this name. @throws RangeError when the schema has none, which is a bug */
export function tableType(name: string): TableType {
  const table = tables.get(name);
  if (table === undefined) throw new RangeError(`the TensorFlow Lite schema has no table ${name}`);
  return table;
}

/** The enumeration of this name. @throws RangeError when the schema has none, which is a bug */
export function enumType(name: string): EnumType {
  const found = enums.get(name);
  if (found === undefined) throw new RangeError(`the TensorFlow Lite schema has no enum ${name}`);
  return found;
}

function parseTable(name: string, lines: readonly string[]): TableType {
  let slot = 0;
  const fields = lines.map((line): Field => {
    const match = /^(\w+): (\[?)(\w+)\]?(?: = (\S+))?(?: \((?:align (\d+)|(deprecated))\))?$/.exec(line);
    if (match === null) throw new RangeError(`schema.json, ${name}: "${line}" is not a field`);
    const [, field = '', bracket, typeName = '', fallback, align, deprecated] = match;
    const element = elementType(typeName);
    const type: FieldType = bracket === '' ? element : { kind: 'vector', element };
    const at = slot;
    slot += type.kind === 'union' ? 2 : 1;
    return {
      name: field,
      slot: at,
      type,
      fallback: fallbackOf(element, fallback),
      deprecated: deprecated !== undefined,
      align: Number(align ?? 0),
    };
  });
  return { name, fields, slots: slot };
}

function elementType(name: string): ElementType {
  if (name === 'string') return { kind: 'string' };
  if (scalarNames.has(name)) return { kind: 'scalar', scalar: name as ScalarName };
  const enumeration = enums.get(name);
  if (enumeration !== undefined) return { kind: 'enum', enumeration };
  if (unions.has(name)) return { kind: 'union', union: name };
  // BuiltinOperator is kept as its number: `operators.ts` names it.
  return name === 'BuiltinOperator' ? { kind: 'scalar', scalar: 'int' } : { kind: 'table', table: name };
}

function fallbackOf(element: ElementType, text: string | undefined): number {
  if (text === undefined) return 0;
  if (element.kind === 'enum' && !/^-?\d/.test(text)) return element.enumeration.values.indexOf(text);
  return text === 'true' ? 1 : Number(text);
}
