import facts from './schema.json' with { type: 'json' };
import { unions } from './schema.ts';

/** `BuiltinOperator` code of an operator that is named by its custom code. */
export const customCode = 32;

/** The code in the one-byte field that says: look at the wider field (schema version 3a). */
export const placeholderCode = 127;

const operators = (facts.operators as readonly string[]).map((line) => {
  const [name = '', options] = line.split(': ');
  return { name, options };
});

const codes: ReadonlyMap<string, number> = new Map(operators.map(({ name }, code) => [name, code]));

/** Names of all builtin operators, by code. */
export const builtinOperators: readonly string[] = operators.map(({ name }) => name);

/** The builtin operator's name; `UNKNOWN_<code>` for a code that the schema does not have. */
export function operatorName(code: number): string {
  return operators[code]?.name ?? `UNKNOWN_${code}`;
}

/** The code of a name that `operatorName` gave; `undefined` for every other text. */
export function operatorCode(name: string): number | undefined {
  const code = codes.get(name);
  if (code !== undefined) return code;
  const unknown = /^UNKNOWN_(\d{1,9})$/.exec(name);
  return unknown === null ? undefined : Number(unknown[1]);
}

/** The options table that converters write for a builtin operator; `undefined` where it has none. */
export function usualOptions(name: string): string | undefined {
  const code = codes.get(name);
  return code === undefined ? undefined : operators[code]?.options;
}

/** In which of an operator's two unions an options table is, and its type code there; `undefined` when it is in neither. */
export function optionsPlace(
  table: string,
): { readonly union: 'BuiltinOptions' | 'BuiltinOptions2'; readonly code: number } | undefined {
  for (const union of ['BuiltinOptions', 'BuiltinOptions2'] as const) {
    const code = unions.get(union)?.indexOf(table) ?? -1;
    if (code > 0) return { union, code };
  }
  return undefined;
}
