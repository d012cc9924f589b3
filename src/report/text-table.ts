import { plain } from './escape.ts';

/** What the terminal can show. */
export interface TextOptions {
  /** Columns; 100 unless told. */
  readonly width?: number;
}

/** How a column stands. A `flexible` column is shortened in the middle when the table is too wide. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly flexible?: boolean;
  /** For the last column: what does not fit goes on in the next line. */
  readonly wrap?: boolean;
}

const narrowest = 12;
const gap = 2;

/**
 * A table for the terminal: columns two spaces apart, at most `width` columns wide as far as its flexible columns can give way.
 * Cells are one line each; what can't be seen in them is shown as U+FFFD, so that a name can't move the cursor.
 */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) =>
    columns.map((_, index) => plain(row[index] ?? '')),
  );
  const widths = fitWidths(
    columns,
    columns.map((_, index) => Math.max(...cells.map((row) => [...(row[index] ?? '')].length))),
    width,
  );
  const wrapped = columns.at(-1)?.wrap === true;
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + gap, 0);
  return cells
    .flatMap((row) => {
      const last = row.length - 1;
      const texts = row.map((text, index) => (wrapped && index === last ? text : plain(text, widths[index] ?? 0)));
      const lines = wrapped ? wrapWords(texts[last] ?? '', Math.max(narrowest, width - before)) : [texts[last] ?? ''];
      return lines.map((line, number) =>
        texts
          .map((text, index) => {
            const shown = index === last ? line : number === 0 ? text : '';
            return pad(shown, index === last && wrapped ? 0 : (widths[index] ?? 0), columns[index]?.align ?? 'left');
          })
          .join(' '.repeat(gap))
          .trimEnd(),
      );
    })
    .join('\n');
}

/** Lines of at most `width` characters, broken between words where that can be. */
function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && [...line].length + 1 + [...word].length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function fitWidths(columns: readonly Column[], natural: readonly number[], width: number): readonly number[] {
  const widths = [...natural];
  const flexible = columns.flatMap(({ flexible: gives }, index) => (gives ? [index] : []));
  let excess = widths.reduce((sum, each) => sum + each, 0) + gap * (columns.length - 1) - width;
  while (excess > 0) {
    const widest = flexible.reduce<number | undefined>((best, index) => {
      const candidate = widths[index] ?? 0;
      return candidate > narrowest && (best === undefined || candidate > (widths[best] ?? 0)) ? index : best;
    }, undefined);
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - [...text].length));
  return align === 'left' ? text + space : space + text;
}
