import type { TextOptions } from './look.ts';
import { columnsOf } from './shorten.ts';

/** Lines of at most so many columns, broken between words where that can be. */
export function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A line of text within the width, what it goes on with indented further than it begins. Its beginning may be indented. */
export function wrapLine(text: string, { width = Number.POSITIVE_INFINITY }: TextOptions): string {
  const indent = /^ */.exec(text)?.[0] ?? '';
  return wrapWords(text.slice(indent.length), Math.max(20, width - indent.length - 2))
    .map((line, index) => `${indent}${index === 0 ? '' : '  '}${line}`)
    .join('\n');
}
