import { readFileSync } from 'node:fs';

/** A schema as its file writes it: `export const metricSchema = z.strictObject({ … });`, with its doc comment. */
export interface SchemaSource {
  readonly name: string;
  readonly file: string;
  readonly doc: string;
  /** What stands behind the equals sign. */
  readonly expression: string;
}

/** A key of an object schema. */
export interface KeySource {
  readonly key: string;
  readonly doc: string;
  readonly expression: string;
}

/** A call chain taken apart: `z.array(x).max(3)` is `z` and the calls `array(x)`, `max(3)`. */
export interface Chain {
  readonly root: string;
  readonly calls: readonly { readonly name: string; readonly argument: string }[];
}

const docComment = String.raw`(?:/\*\*((?:(?!\*/)[\s\S])*)\*/\n\s*)?`;

/** Every constant of a file whose name ends in `Schema`, or that is a list of words, by its name. Comments and formatting are those of the linter. */
export function schemasIn(file: string): ReadonlyMap<string, SchemaSource> {
  const found = new Map<string, SchemaSource>();
  const pattern = new RegExp(
    String.raw`^${docComment}(?:export )?const (\w+) = ([\s\S]*?);\n(?=\n|export|const|/\*\*|$)`,
    'gm',
  );
  for (const [, doc, name = '', expression = ''] of readFileSync(file, 'utf8').matchAll(pattern)) {
    found.set(name, { name, file, doc: plainDoc(doc), expression });
  }
  return found;
}

/** The keys of `{ a: …, b: … }`. */
export function keysOf(literal: string): readonly KeySource[] {
  const entry = new RegExp(String.raw`^\s*${docComment}(\w+):\s*([\s\S]+?)\s*$`);
  return splitAtCommas(literal.trim().slice(1, -1)).flatMap((part) => {
    const [, doc, key = '', expression = ''] = entry.exec(part) ?? [];
    return key === '' ? [] : [{ key, doc: plainDoc(doc), expression }];
  });
}

/** Takes an expression of schemas apart. */
export function chainOf(expression: string): Chain {
  const [root = ''] = /^\w+/.exec(expression) ?? [];
  const calls: { name: string; argument: string }[] = [];
  let at = root.length;
  for (;;) {
    const [before, name] = /^\s*\.(\w+)\(/.exec(expression.slice(at)) ?? [];
    if (before === undefined || name === undefined) return { root, calls };
    const from = at + before.length;
    at = closing(expression, from);
    calls.push({ name, argument: expression.slice(from, at - 1).trim() });
  }
}

/** What is between commas that stand in no brackets, quotes or comments. */
export function splitAtCommas(text: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    at = skipped(text, at);
    if (text[at] === ',') {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)].filter((part) => part.trim() !== '');
}

/** The place behind the bracket that closes the one before `from`. */
function closing(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    at = skipped(text, at);
    if (/[)\]}]/.test(text[at] ?? '')) return at + 1;
  }
  return text.length;
}

/** The place itself, or where a comment, a quotation or a bracket that begins there has its end. */
function skipped(text: string, at: number): number {
  if (text.startsWith('/*', at)) return skipped(text, text.indexOf('*/', at) + 2);
  if (text[at] === "'") return skipped(text, text.indexOf("'", at + 1) + 1);
  if (text[at] === '/' && text[at - 1] === '(') return skipped(text, text.indexOf('/)', at) + 1);
  return /[([{]/.test(text[at] ?? '') ? skipped(text, closing(text, at + 1)) : at;
}

function plainDoc(doc = ''): string {
  return doc
    .replace(/^\s*\* ?/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
