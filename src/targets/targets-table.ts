import { markdownTable } from 'markdown-table';
import type { Board } from './board.ts';
import { defaultTarget } from './default-target.ts';
import { loadBoards } from './load.ts';
import { withMarkedSection } from './marked-section.ts';

/** Boards that a row names. */
const named = 4;

/** A text with the table of boards between its two marks made anew. @throws RangeError when the marks are missing. */
export function withTargetsTable(text: string): string {
  return withMarkedSection(text, 'targets', targetsTable());
}

/** The boards by families as a Markdown table: how many, some of them, and their runtimes. */
function targetsTable(): string {
  const families = new Map<string, readonly Board[]>();
  for (const board of loadBoards().values()) {
    const family = familyOf(board);
    families.set(family, [...(families.get(family) ?? []), board]);
  }
  const rows = [...families]
    .sort(([, left], [, right]) => right.length - left.length)
    .map(([family, boards]) => [
      family,
      String(boards.length),
      `${[...boards]
        .sort((left, right) => Number(right.id === defaultTarget) - Number(left.id === defaultTarget))
        .slice(0, named)
        .map(({ id }) => `\`${id}\`${id === defaultTarget ? ' (default)' : ''}`)
        .join(', ')}${boards.length > named ? ' …' : ''}`,
      [...new Set(boards.flatMap(({ runtimes }) => Object.keys(runtimes)))].join(', '),
    ]);
  return markdownTable([['family', 'boards', 'such as', 'runtimes'], ...rows], { align: ['l', 'r', 'l', 'l'] });
}

/** What people look for a board under: what accelerates it, else its core. */
function familyOf({ core, runtimes, vendor }: Board): string {
  const accelerators = Object.values(runtimes).flatMap(({ accelerator }) => accelerator?.id ?? []);
  if ('tensorrt' in runtimes) return 'NVIDIA Jetson';
  if ('ethos-u' in runtimes) return 'Arm Ethos-U NPU';
  if (vendor.startsWith('Synaptics')) return 'Synaptics Astra';
  if (accelerators.length > 0) return "Makers' own NPUs";
  const [, profile] = /^cortex-([ma])/.exec(core.id) ?? [];
  if (profile === 'a') return 'Cortex-A under Linux';
  if (profile === 'm') return core.title.replace(/^Arm /, '');
  return vendor.startsWith('Espressif') ? 'Espressif ESP32' : 'RISC-V';
}
