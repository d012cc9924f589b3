/** A table as it is in the file: scalars always (the schema's default where the file is silent), all else only where present. */
export interface TableValue {
  readonly [field: string]: Value | undefined;
}

/** A union's value: which table, and the table. */
export interface UnionValue {
  readonly type: string;
  readonly value: TableValue;
}

/** What a field holds. Enums are their names; an enumerator that the schema does not have is its number. Byte vectors are bytes. */
export type Value =
  | number
  | boolean
  | string
  | Uint8Array
  | readonly number[]
  | readonly (string | number)[]
  | readonly TableValue[]
  | TableValue
  | UnionValue;
