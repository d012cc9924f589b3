import { markdownTable } from 'markdown-table';
import { formatValue } from '../format.ts';
import { withMarkedSection } from '../marked-section.ts';
import { defaultTarget } from './default-target.ts';
import { loadBoards } from './load.ts';

/** A text with the table of boards between its two marks made anew. @throws RangeError when the marks are missing. */
export function withTargetsTable(text: string): string {
  return withMarkedSection(text, 'targets', targetsTable());
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
