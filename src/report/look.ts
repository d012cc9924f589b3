/** How a piece of text stands out on a terminal. */
export type Look = 'good' | 'warning' | 'bad' | 'faint' | 'strong';

/** What a terminal can show. */
export interface TextOptions {
  /** Columns; as many as it takes where nothing is said, as for a pipe or a file. */
  readonly width?: number;
  /** Whether it understands colours; not unless told. */
  readonly colour?: boolean;
}

/** Makes a piece of text stand out, where there is colour. */
export type Paint = (look: Look, text: string) => string;

/** Select Graphic Rendition of ECMA-48: what begins a look and what ends it. None hides or moves anything. */
const codes: Readonly<Record<Look, readonly [begin: number, end: number]>> = {
  good: [32, 39],
  warning: [33, 39],
  bad: [31, 39],
  faint: [2, 22],
  strong: [1, 22],
};

const sequence = (code: number) => `\u001b[${code}m`;

/** All that a painted text may have in it besides what can be read. */
export const paintSequences: readonly string[] = [...new Set(Object.values(codes).flat())].map(sequence);

/** A brush, or one without colour. */
export function paintWith({ colour = false }: TextOptions): Paint {
  if (!colour) return (_, text) => text;
  return (look, text) => (text === '' ? '' : `${sequence(codes[look][0])}${text}${sequence(codes[look][1])}`);
}

const lookOfWord: Readonly<Record<string, Look>> = {
  pass: 'good',
  fits: 'good',
  runs: 'good',
  info: 'faint',
  note: 'faint',
  warn: 'warning',
  warning: 'warning',
  fail: 'bad',
  error: 'bad',
};

/** How a verdict or a severity stands out; other words don't. */
export function lookOf(word: string): Look | undefined {
  return lookOfWord[word.toLowerCase()];
}

/** A text that begins with a verdict or a severity (`fail: …`, `PASS  …`), with that word painted. */
export function paintFirstWord(paint: Paint, line: string): string {
  const [, space = '', word = ''] = /^(\s*)([A-Za-z]+)/.exec(line) ?? [];
  const look = lookOf(word);
  return look === undefined ? line : `${space}${paint(look, word)}${line.slice(space.length + word.length)}`;
}
