import { plain } from '../basics/plain.ts';
import type { ModelDiff } from '../diff/model-diff.ts';
import { diffColumns } from './diff-columns.ts';
import { changedColumns, columnDelta, toldRows } from './diff-rows.ts';
import type { TextOptions } from './look.ts';
import { textTable } from './text-table.ts';
import { wrapLine } from './wrap.ts';

const mostRows = 15;

/** What happened to a model, a line each; for a terminal. */
export function happenedText({ summary }: ModelDiff, options: TextOptions): string {
  return summary.map(({ text }) => wrapLine(plain(text, 600), options)).join('\n');
}

/** The operators that changed with what each costs, worst first; for a terminal. Empty where none did. */
export function diffTable(diff: ModelDiff, options: TextOptions): string {
  const { rows, more } = toldRows(diff, mostRows, 1);
  const columns = changedColumns(diff);
  if (rows.length === 0) return '';
  const totals = { deltas: Object.fromEntries(columns.map((metric) => [metric, diff.totals[metric]?.delta ?? 0])) };
  const table = textTable(
    [
      { title: '' },
      { title: 'Operator', flexible: true },
      { title: 'Type', flexible: true, optional: 10 },
      { title: 'What', flexible: true },
      ...columns.map((metric, index) => ({
        title: diffColumns[metric].title,
        align: 'right' as const,
        optional: index,
      })),
    ],
    [
      ...rows.map((row) => [
        row.mark,
        row.name,
        row.type,
        row.what,
        ...columns.map((metric) => columnDelta(row, metric)),
      ]),
      ...(columns.length === 0
        ? []
        : [['', 'in all', '', '', ...columns.map((metric) => columnDelta(totals, metric))]]),
    ],
    options,
  );
  const rest =
    more === 0
      ? ''
      : `\n… ${more} more ${more === 1 ? 'operator that differs' : 'operators that differ'}; --json has all`;
  return `${table}${rest}`;
}
