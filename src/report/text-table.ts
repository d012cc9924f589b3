import { type Look, type Paint, paintWith, type TextOptions } from './look.ts';
import { columnsOf, shorten } from './shorten.ts';
import { wrapWords } from './wrap.ts';

/** How a column stands. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Shortened in the middle when the table is too wide. */
  readonly flexible?: boolean;
  /** Left out when the table is still too wide, the highest first. */
  readonly optional?: number;
  /** For the last column: what does not fit goes on in the next line. */
  readonly wrap?: boolean;
}

/** A text, or one that stands out. */
type Cell = string | { readonly text: string; readonly look: Look | undefined };

/** A row by columns, or a heading across all of them: a name, which gives way, and what stands behind it. */
export type Row = readonly Cell[] | { readonly heading: string; readonly end: Cell };

/** A flexible column is no narrower than this before a column is left out, and no narrower than that in the end. */
const comfortable = 16;
const narrowest = 8;
const gap = 2;

/**
 * A table for the terminal: columns two spaces apart, within the width as far as its columns can give way; whole where there is none.
 * Cells are one line each; what can't be seen in them is shown as U+FFFD, so that a name can't move the cursor.
 */
export function textTable(columns: readonly Column[], rows: readonly Row[], options: TextOptions): string {
  const { width = Number.POSITIVE_INFINITY } = options;
  const paint = paintWith(options);
  const texts = rows.map((row) => ('heading' in row ? row : columns.map((_, index) => cellOf(row[index]))));
  const natural = columns.map(({ title }, index) =>
    Math.max(columnsOf(title), ...texts.map((row) => ('heading' in row ? 0 : columnsOf(row[index]?.text ?? '')))),
  );
  const shown = fitColumns(columns, natural, width);
  const line = (row: readonly TextCell[]) => rowLines(row, columns, shown, { width, paint });
  const titles = columns.map(({ title }): TextCell => ({ text: title, look: 'faint' }));
  return [
    ...(columns.every(({ title }) => title === '') ? [] : line(titles)),
    ...texts.flatMap((row) => ('heading' in row ? [headingLine(row, width, paint)] : line(row))),
  ].join('\n');
}

type TextCell = Exclude<Cell, string>;

/** A column that is shown, by its place among all, with its width. */
interface ShownColumn {
  readonly index: number;
  readonly width: number;
}

function cellOf(cell: Cell | undefined): TextCell {
  const { text, look } = typeof cell === 'object' ? cell : { text: cell ?? '', look: undefined };
  return { text: shorten(text, Number.POSITIVE_INFINITY), look };
}

function headingLine({ heading, end }: Exclude<Row, readonly Cell[]>, width: number, paint: Paint): string {
  const { text, look } = cellOf(end);
  const name = paint('strong', shorten(heading, Math.max(narrowest, width - columnsOf(text) - 2)));
  return `${name}: ${look === undefined ? text : paint(look, text)}`;
}

function rowLines(
  row: readonly TextCell[],
  columns: readonly Column[],
  shown: readonly ShownColumn[],
  { width, paint }: { readonly width: number; readonly paint: Paint },
): readonly string[] {
  const last = shown.at(-1);
  const wrapped = last !== undefined && columns[last.index]?.wrap === true ? last : undefined;
  const before = shown.slice(0, -1).reduce((sum, each) => sum + each.width + gap, 0);
  const rest =
    wrapped === undefined ? [] : wrapWords(row[wrapped.index]?.text ?? '', Math.max(narrowest, width - before));
  return Array.from({ length: Math.max(1, rest.length) }, (_, number) =>
    shown
      .map((column) => {
        const { text = '', look } = row[column.index] ?? {};
        const isWrapped = column === wrapped;
        const piece = isWrapped ? (rest[number] ?? '') : number === 0 ? shorten(text, column.width) : '';
        const space = ' '.repeat(
          Math.max(
            0,
            (isWrapped || (column === last && columns[column.index]?.align !== 'right') ? 0 : column.width) -
              columnsOf(piece),
          ),
        );
        const painted = look === undefined ? piece : paint(look, piece);
        return columns[column.index]?.align === 'right' ? space + painted : painted + space;
      })
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}

/** The columns that are shown: flexible ones give way first, then the least important are left out, then flexible ones give way further. */
function fitColumns(columns: readonly Column[], natural: readonly number[], width: number): readonly ShownColumn[] {
  let indices = [...columns.keys()];
  const widthsAt = (least: number) => indices.map((index) => leastWidth(columns[index], natural[index] ?? 0, least));
  while (tableWidth(widthsAt(comfortable)) > width) {
    const out = indices
      .filter((index) => columns[index]?.optional !== undefined)
      .toSorted((one, other) => (columns[other]?.optional ?? 0) - (columns[one]?.optional ?? 0))[0];
    if (out === undefined) break;
    indices = indices.filter((index) => index !== out);
  }
  const least = tableWidth(widthsAt(comfortable)) > width ? narrowest : comfortable;
  return shrink(columns, indices, { natural, width, least });
}

/** The widest flexible column gives way, one character at a time. */
function shrink(
  columns: readonly Column[],
  indices: readonly number[],
  { natural, width, least }: { readonly natural: readonly number[]; readonly width: number; readonly least: number },
): readonly ShownColumn[] {
  const widths = new Map(indices.map((index) => [index, natural[index] ?? 0]));
  let excess =
    tableWidth(
      [...widths.values()].map((each, position) =>
        columns[indices[position] ?? 0]?.wrap === true ? Math.min(each, comfortable) : each,
      ),
    ) - width;
  while (excess > 0) {
    const [widest] = indices
      .filter((index) => columns[index]?.flexible === true && (widths.get(index) ?? 0) > least)
      .toSorted((one, other) => (widths.get(other) ?? 0) - (widths.get(one) ?? 0));
    if (widest === undefined) break;
    widths.set(widest, (widths.get(widest) ?? 0) - 1);
    excess -= 1;
  }
  return [...widths].map(([index, each]) => ({ index, width: each }));
}

function leastWidth(column: Column | undefined, natural: number, least: number): number {
  return column?.flexible === true || column?.wrap === true ? Math.min(natural, least) : natural;
}

function tableWidth(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each, 0) + gap * Math.max(0, widths.length - 1);
}
