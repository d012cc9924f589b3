import type { ModelDiff } from '../diff/model-diff.ts';
import { changedColumns, columnDelta, diffColumns, toldRows } from './diff-rows.ts';
import { plain } from './escape.ts';
import { textTable } from './text-table.ts';

const mostRows = 15;

/** What happened to a model, a line each; for a terminal. */
export function happenedText({ summary }: ModelDiff): string {
  return summary.map(({ text }) => plain(text, 600)).join('\n');
}

/** The operators that changed with what each costs, worst first; for a terminal. Empty where none did. */
export function diffTable(diff: ModelDiff, width: number): string {
  const { rows, more } = toldRows(diff, mostRows, 1);
  const columns = changedColumns(diff);
  if (rows.length === 0) return '';
  const totals = { deltas: Object.fromEntries(columns.map((metric) => [metric, diff.totals[metric]?.delta ?? 0])) };
  const table = textTable(
    [
      { title: '' },
      { title: 'Operator', flexible: true },
      { title: 'Type', flexible: true },
      { title: 'What', flexible: true },
      ...columns.map((metric) => ({ title: diffColumns[metric].title, align: 'right' as const })),
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
    width,
  );
  const rest = more === 0 ? '' : `\n… ${more} more operators that differ; --json has all of them`;
  return `${table}${rest}`;
}
