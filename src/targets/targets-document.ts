import { markdownTable } from 'markdown-table';
import { formatValue } from '../format.ts';
import type { Board } from './board.ts';
import { loadBoards } from './load.ts';
import { statedNumbers, statedValue } from './numbers.ts';

/** docs/targets.md: every board with every number of its file and where that comes from. */
export function targetsDocument(): string {
  const boards = [...loadBoards().values()];
  return `<!-- Written by npm run docs from src/targets/boards/*.yml and src/targets/cores/*.yml. -->
# Boards

A target is a board, or a board and a runtime: \`nucleo-l4r5zi\`, \`nucleo-l4r5zi/st-edge-ai\`. \`edge-ready targets ID\` prints what is here.
A board is a file of data, each number with its source; what nobody has published is called an estimate there, and why.
Errors are mean relative errors on models and boards that were left out when coefficients were taken: [estimates.md](estimates.md).

${markdownTable([['board', 'core', 'runtimes'], ...boards.map((board) => [`[${board.id}](#${board.id})`, board.core.title, runtimesOf(board)])])}

${boards.map(boardSection).join('\n\n')}
`;
}

function boardSection(board: Board): string {
  const { core, sources, ...own } = board;
  const rows = statedNumbers(own).map((number) => [
    number.path,
    statedValue(number, (bytes) => formatValue(bytes, 'B')),
    number.conditions ?? '',
    cell(sources[number.source] ?? core.sources[number.source] ?? number.source),
  ]);
  const libraries = Object.values(board.runtimes).flatMap(({ kernelLibrary }) => {
    const library = core.kernelLibraries[kernelLibrary ?? ''];
    if (library === undefined) return [];
    const count = Object.keys(library.kernels).length;
    return [
      [
        `core ${core.id}, ${kernelLibrary}`,
        `${count} kernels in ${library.unit}`,
        '',
        cell(coreSource(board, library.source)),
      ],
    ];
  });
  return `## ${board.id}

${board.title}, ${board.vendor}. ${board.about} ${core.title}; runtimes ${runtimesOf(board)}, of which ${board.defaultRuntime} is the default.

${markdownTable([['what', 'value', 'under', 'source'], ...rows, ...libraries], { align: ['l', 'r', 'l', 'l'], alignDelimiters: false, padding: true })}`;
}

/** The sentence behind a source of the core, or of the core whose kernels it shares; its key where that file is another. */
function coreSource({ core }: Board, key: string): string {
  return core.sources[key] ?? `as on ${core.kernelsOf ?? core.id}`;
}

const runtimesOf = (board: Board) => Object.keys(board.runtimes).join(', ');
const cell = (text: string) => text.replaceAll('|', '\\|');
