import { markdownTable } from 'markdown-table';
import { formatValue } from '../basics/format.ts';
import type { Board, Core } from './board.ts';
import { loadBoards } from './load.ts';
import { missingPowerText } from './missing-power.ts';
import { statedNumbers, statedValue } from './numbers.ts';

/** docs/targets.md: every board with every number of its file and where that comes from. */
export function targetsDocument(): string {
  const boards = [...loadBoards().values()];
  return `<!-- Written by npm run docs from src/targets/boards/*.yml and src/targets/cores/*.yml. -->
# Boards

A target is a board, or a board and a runtime: \`nucleo-l4r5zi\`, \`nucleo-l4r5zi/st-edge-ai\`. \`edge-ready targets ID\` prints what is here.
A board is a file of data, each number with its source; what nobody has published is called an estimate there, and why.
Errors are mean relative errors on models and boards that were left out when coefficients were taken: [estimates.md](estimates.md). What each runtime compiles to, refuses and is compiled by: [runtimes.md](runtimes.md).

${markdownTable([['board', 'core', 'runtimes'], ...boards.map((board) => [`[${board.id}](#${board.id})`, board.core.title, runtimesOf(board)])])}

${boards.map(boardSection).join('\n\n')}

## Cores

What kernels cost on a core is shared by the boards that carry it: src/targets/cores.

${[...new Map(boards.map(({ core }) => [core.id, core])).values()].map(coreSection).join('\n\n')}
`;
}

function boardSection(board: Board): string {
  const { core, sources, ...own } = board;
  const rows = statedNumbers(own).map((number) => [
    number.path,
    statedValue(number, (bytes) => formatValue(bytes, 'B')),
    number.conditions ?? '',
    number.source,
  ]);
  const sentences = Object.entries(sources).map(([key, sentence]) => `- ${key}: ${sentence}`);
  const missing = missingPowerText(board);
  return `## ${board.id}

${board.title}, ${board.vendor}. ${board.about}${board.notModelled === undefined ? '' : ` ${board.notModelled}`} ${core.title}; runtimes ${runtimesOf(board)}, of which ${board.defaultRuntime} is the default.

${markdownTable([['what', 'value', 'under', 'source'], ...rows], { align: ['l', 'r', 'l', 'l'], alignDelimiters: false })}
${missing === undefined ? '' : `\n${missing}\n`}
${sentences.join('\n')}`;
}

/** A core's costs: how many kernels or operators, where from, how far off. */
function coreSection(core: Core): string {
  const libraries = Object.entries(core.kernelLibraries).map(
    ([name, library]) =>
      `${name}, ${Object.keys(library.kernels).length} kernels in ${library.unit} (${library.source}), ±${Math.round(library.error.value * 1000) / 10} % on models that were not fitted (${library.error.source})`,
  );
  const costs = [...libraries, ...(core.roofline === undefined ? [] : ['a roofline for application cores'])];
  const shared = core.kernelsOf === undefined ? [] : [`Kernels are those of ${core.kernelsOf}.`];
  const sentences = Object.entries(core.sources).map(([key, sentence]) => `- ${key}: ${sentence}`);
  return `### ${core.title}

${[`Costs: ${costs.length === 0 ? 'none' : costs.join('; ')}.`, ...shared].join(' ')}

${sentences.join('\n')}`;
}

const runtimesOf = (board: Board) => Object.keys(board.runtimes).join(', ');
