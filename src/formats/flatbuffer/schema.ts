import { formatLimits } from '../limits.ts';

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

/** Tables as the schema language names them: a field is `name: type = default`, its place in the list is its slot, a union takes two. */
export interface SchemaFacts {
  readonly enums: Readonly<Record<string, { readonly base: string; readonly values: readonly string[] }>>;
  /** The members of each union, in the order of their type codes; 0 is `NONE`. */
  readonly unions: Readonly<Record<string, readonly string[]>>;
  readonly tables: Readonly<Record<string, readonly string[]>>;
}

/** What readers and writers of a format make of its schema beside the facts. */
export interface SchemaUse {
  /** Enumerations that are kept as their numbers. */
  readonly asNumbers?: Readonly<Record<string, ScalarName>>;
  /** Most elements that a vector, `Table.field`, may have; others end at `formatLimits.values`. */
  readonly longestVectors?: Readonly<Record<string, number>>;
  /** Tables that are somebody's own even when another is equal: runtimes count them. */
  readonly neverShared?: ReadonlySet<string>;
}

/** The schema of a format whose files are flatbuffers. */
export interface Schema {
  readonly tables: ReadonlyMap<string, TableType>;
  readonly unions: ReadonlyMap<string, readonly string[]>;
  readonly neverShared: ReadonlySet<string>;
  /** The table of this name. @throws RangeError when the schema has none, which is a bug */
  readonly tableType: (name: string) => TableType;
  /** The enumeration of this name. @throws RangeError when the schema has none, which is a bug */
  readonly enumType: (name: string) => EnumType;
  readonly longestVector: (table: TableType, field: Field) => number;
}

const scalarNames = new Set<string>(Object.keys(scalarBytes));

/** @throws RangeError when a line is no field, which is a bug */
export function parseSchema(facts: SchemaFacts, use: SchemaUse = {}): Schema {
  const enums = new Map(
    Object.entries(facts.enums).map(([name, { base, values }]) => [name, { name, base: base as ScalarName, values }]),
  );
  const unions = new Map(Object.entries(facts.unions));
  const elementType = (name: string): ElementType => {
    if (name === 'string') return { kind: 'string' };
    const scalar = use.asNumbers?.[name] ?? (scalarNames.has(name) ? (name as ScalarName) : undefined);
    if (scalar !== undefined) return { kind: 'scalar', scalar };
    const enumeration = enums.get(name);
    if (enumeration !== undefined) return { kind: 'enum', enumeration };
    return unions.has(name) ? { kind: 'union', union: name } : { kind: 'table', table: name };
  };
  const tables = new Map(
    Object.entries(facts.tables).map(([name, lines]) => [name, parseTable(name, lines, elementType)]),
  );
  return {
    tables,
    unions,
    neverShared: use.neverShared ?? new Set(),
    tableType: (name) => found(tables, name, 'table'),
    enumType: (name) => found(enums, name, 'enum'),
    longestVector: (table, { name }) => use.longestVectors?.[`${table.name}.${name}`] ?? formatLimits.values,
  };
}

function found<T>(all: ReadonlyMap<string, T>, name: string, what: string): T {
  const one = all.get(name);
  if (one === undefined) throw new RangeError(`the schema has no ${what} ${name}`);
  return one;
}

function parseTable(name: string, lines: readonly string[], elementType: (name: string) => ElementType): TableType {
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

function fallbackOf(element: ElementType, text: string | undefined): number {
  if (text === undefined) return 0;
  if (element.kind === 'enum' && !/^-?\d/.test(text)) return element.enumeration.values.indexOf(text);
  return text === 'true' ? 1 : Number(text);
}
