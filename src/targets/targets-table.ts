import { markdownTable } from 'markdown-table';
import { formatValue } from '../format.ts';
import { defaultTarget } from './default-target.ts';
import { loadBoards } from './load.ts';

const begin = '<!-- targets: begin -->';
const end = '<!-- targets: end -->';

/** A text with the table of boards between its two marks made anew. @throws RangeError when the marks are missing. */
export function withTargetsTable(text: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new RangeError('the marks of the table of targets are missing');
  return `${text.slice(0, from + begin.length)}\n${targetsTable()}\n${text.slice(to)}`;
}

/** The boards as a Markdown table: id, core, clock, memory, runtimes. */
function targetsTable(): string {
  const rows = [...loadBoards().values()].map((board) => [
    `\`${board.id}\`${board.id === defaultTarget ? ' (default)' : ''}`,
    board.core.title.replace(/^Arm /, ''),
    `${board.clockHz.value / 1e6} MHz`,
    formatValue(board.ram.value, 'B'),
    formatValue(board.flash.value, 'B'),
    Object.keys(board.runtimes).join(', '),
  ]);
  const header = ['board', 'core', 'clock', 'RAM', 'flash', 'runtimes'];
  return markdownTable([header, ...rows], { align: ['l', 'l', 'r', 'r', 'r', 'l'] });
}
