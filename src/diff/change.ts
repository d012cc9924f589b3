import type { RowChange } from './model-diff.ts';

/** A change in words, within the length that the schema takes. */
export function change(what: RowChange['what'], text: string): RowChange {
  return { what, text: text.length > 400 ? `${text.slice(0, 399)}…` : text };
}
