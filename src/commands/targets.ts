import { formatValue } from '../format.ts';
import { jsonText } from '../report/json-text.ts';
import { type Column, textTable } from '../report/text-table.ts';
import type { Board } from '../targets/board.ts';
import { defaultTarget } from '../targets/default-target.ts';
import { loadBoards } from '../targets/load.ts';
import type { Output } from './output.ts';
import { targetOption } from './target-option.ts';

/** `edge-ready targets [T]`: lists the boards, or explains one, also of the user's by its file, every number with its source. */
export function targetsCommand(text: string | undefined, options: { readonly json?: true }, output: Output): void {
  if (text === undefined) {
    const boards = [...loadBoards().values()];
    output.result(options.json ? jsonText(boards) : listText(boards));
    return;
  }
  const { board } = targetOption(text);
  output.result(options.json ? jsonText(board) : boardText(board));
}

const columns: readonly Column[] = [
  { title: 'target' },
  { title: 'board' },
  { title: 'core' },
  { title: 'clock', align: 'right' },
  { title: 'RAM', align: 'right' },
  { title: 'flash', align: 'right' },
  { title: 'runtimes' },
];

function listText(boards: readonly Board[]): string {
  const rows = boards.map((board) => [
    board.id,
    board.title,
    board.core.title,
    `${board.clockHz.value / 1e6} MHz`,
    formatValue(board.ram.value, 'B'),
    formatValue(board.flash.value, 'B'),
    Object.keys(board.runtimes).join(', '),
  ]);
  return `${textTable(columns, rows, 120)}\n\nThe default is ${defaultTarget}. A target is board or board/runtime; edge-ready targets ID explains one.\n`;
}

function boardText(board: Board): string {
  const lines = [`${board.title} (${board.id}), ${board.vendor}`, board.about, ''];
  const { sources, core, ...own } = board;
  lines.push(...numbers(own, ''), '', `Core: ${core.title} (${core.architecture})`);
  const { sources: coreSources, ...coreOwn } = core;
  lines.push(...numbers(coreOwn, ''), '', 'Sources');
  for (const [key, sentence] of Object.entries({ ...coreSources, ...sources })) lines.push(`  ${key}: ${sentence}`);
  return `${lines.join('\n')}\n`;
}

/** A line for every number of a board's data that has a source, with its path in the file. */
function numbers(value: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('value' in value && 'source' in value) {
    const conditions = 'conditions' in value ? `, ${value.conditions}` : '';
    return [`  ${path}: ${value.value} (${value.source}${conditions})`];
  }
  if ('source' in value && 'kernels' in value) {
    const { kernels, source, ...rest } = value;
    const count = Object.keys(kernels ?? {}).length;
    return [`  ${path}: costs of ${count} kernels (${source})`, ...numbers(rest, path)];
  }
  return Object.entries(value).flatMap(([key, inner]) => numbers(inner, path === '' ? key : `${path}.${key}`));
}
