import { markdownTable } from 'markdown-table';
import type { ModelDiff } from '../diff/model-diff.ts';
import type { Comparison } from '../judge/comparison.ts';
import { diffColumns } from './diff-columns.ts';
import { changedColumns, columnDelta, toldRows } from './diff-rows.ts';
import { cell, code } from './escape.ts';

const mostModels = 10;
const mostRows = 10;

/** A model that changed, with its diff on the first target that has one. */
interface Told {
  readonly model: string;
  readonly target: string;
  readonly diff: ModelDiff;
}

/** What happened to each model that changed, a line each: the first sentence, and how many more the fold has. */
export function happenedList(comparisons: readonly Comparison[]): string {
  const told = diffsOf(comparisons);
  const lines = told
    .slice(0, mostModels)
    .map(({ model, diff }) => `- ${code(model)}: ${cell(diff.summary[0]?.text ?? '', 300)}`);
  const rest = told.length - mostModels;
  return [...lines, ...(rest > 0 ? [`- … ${rest} more`] : [])].join('\n');
}

/** All that happened to each model, and its operators that differ with what each brought, worst first. */
export function diffSection(comparisons: readonly Comparison[]): string {
  const isOneTarget = new Set(comparisons.map(({ target }) => target)).size === 1;
  return diffsOf(comparisons)
    .slice(0, mostModels)
    .map(({ model, target, diff }) => {
      const where = isOneTarget ? '' : `, figures for ${code(target)}`;
      const sentences = diff.summary.map(({ text }) => `- ${cell(text, 600)}`).join('\n');
      return [`${code(model)}${where}`, sentences, rowsTable(diff)].filter((part) => part !== '').join('\n\n');
    })
    .join('\n\n');
}

/** A diff per model: that of the target which comes first, as the worst ones do. Files that did not change have nothing to tell. */
function diffsOf(comparisons: readonly Comparison[]): readonly Told[] {
  const first = new Map<string, Told>();
  for (const { model, target, diff, state } of comparisons) {
    if (diff === null || state === 'unchanged' || diff.summary[0]?.code === 'identical' || first.has(model)) continue;
    first.set(model, { model, target, diff });
  }
  return [...first.values()];
}

function rowsTable(diff: ModelDiff): string {
  const { rows, more } = toldRows(diff, mostRows);
  const columns = changedColumns(diff);
  if (rows.length === 0) return '';
  const table = markdownTable(
    [
      ['', 'Operator', 'What', ...columns.map((metric) => diffColumns[metric].title)],
      ...rows.map((row) => [
        row.mark,
        row.type === '' ? cell(row.name, 120) : `${code(row.name)} ${cell(row.type, 60)}`,
        cell(row.what, 160),
        ...columns.map((metric) => columnDelta(row, metric)),
      ]),
    ],
    { align: ['c', 'l', 'l', ...columns.map(() => 'r')], padding: false, alignDelimiters: false },
  );
  return more === 0
    ? table
    : `${table}\n\n… ${more} more ${more === 1 ? 'operator that differs' : 'operators that differ'}; the report has all.`;
}
