import { plain } from './escape.ts';

/** How a column stands. A `flexible` column is shortened in the middle when the table is too wide. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly flexible?: boolean;
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
  return cells
    .map((row) =>
      row
        .map((text, index) => pad(plain(text, widths[index] ?? 0), widths[index] ?? 0, columns[index]?.align ?? 'left'))
        .join(' '.repeat(gap))
        .trimEnd(),
    )
    .join('\n');
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
