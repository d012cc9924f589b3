import { formatValue } from '../basics/format.ts';
import { jsonText } from '../report/json-text.ts';
import { paintWith, type TextOptions } from '../report/look.ts';
import { type Column, textTable } from '../report/text-table.ts';
import { wrapLine } from '../report/wrap.ts';
import type { Board } from '../targets/board.ts';
import { defaultTarget } from '../targets/default-target.ts';
import { loadBoards } from '../targets/load.ts';
import { missingPowerText } from '../targets/missing-power.ts';
import { statedNumbers, statedValue } from '../targets/numbers.ts';
import type { Output } from './output.ts';
import { readTarget } from './target-option.ts';

/** `edge-ready targets [T]`: lists the boards, or explains one, also of the user's by its file or the configuration's name for it, every number with its source. */
export async function targetsCommand(
  text: string | undefined,
  options: { readonly config?: string; readonly json?: true },
  output: Output,
): Promise<void> {
  if (text === undefined) {
    const boards = [...loadBoards().values()];
    output.result(options.json ? jsonText(boards) : listText(boards, output.resultOptions ?? {}));
    return;
  }
  const { board } = await readTarget({ ...options, target: text });
  output.result(options.json ? jsonText(board) : boardText(board, output.resultOptions ?? {}));
}

const columns: readonly Column[] = [
  { title: 'target' },
  { title: 'board', flexible: true, optional: 2 },
  { title: 'core', flexible: true, optional: 1 },
  { title: 'clock', align: 'right' },
  { title: 'RAM', align: 'right' },
  { title: 'flash', align: 'right' },
  { title: 'runtimes', wrap: true },
];

function listText(boards: readonly Board[], options: TextOptions): string {
  const rows = boards.map((board) => [
    board.id,
    board.title,
    board.core.title,
    `${board.clockHz.value / 1e6} MHz`,
    formatValue(board.ram.value, 'B'),
    formatValue(board.flash.value, 'B'),
    Object.keys(board.runtimes).join(', '),
  ]);
  const words = `The default is ${defaultTarget}. A target is board or board/runtime; edge-ready targets ID explains one.`;
  return `${textTable(columns, rows, options)}\n\n${wrapLine(words, options)}\n`;
}

function boardText(board: Board, options: TextOptions): string {
  const { strong, line } = {
    strong: (text: string) => paintWith(options)('strong', text),
    line: (text: string) => wrapLine(text, options),
  };
  const { sources, core, ...own } = board;
  const { sources: coreSources, ...coreOwn } = core;
  const missing = missingPowerText(board);
  const runtimes = Object.keys(board.runtimes).map((id) => (id === board.defaultRuntime ? `${id} (default)` : id));
  return `${[
    strong(`${board.title} (${board.id}), ${board.vendor}`),
    line(board.about),
    ...(board.notModelled === undefined ? [] : [line(board.notModelled)]),
    line(`Runtimes: ${runtimes.join(', ')}`),
    '',
    numberTable(own, options),
    ...(missing === undefined ? [] : ['', line(missing)]),
    '',
    strong(`Core: ${core.title} (${core.architecture})`),
    ...Object.entries(core.kernelLibraries).map(([name, { kernels, unit, source }]) =>
      line(`  ${name}: costs of ${Object.keys(kernels).length} kernels in ${unit} (${source})`),
    ),
    numberTable(coreOwn, options),
    '',
    strong('Sources'),
    ...Object.entries({ ...coreSources, ...sources }).map(([key, sentence]) => line(`  ${key}: ${sentence}`)),
  ].join('\n')}\n`;
}

/** A row for every number of a board's or a core's file that has a source. */
function numberTable(content: unknown, options: TextOptions): string {
  const rows = statedNumbers(content).map((number) => [
    `  ${number.path}`,
    statedValue(number, (bytes) => formatValue(bytes, 'B')),
    number.source,
    number.conditions ?? '',
  ]);
  const titles =
    rows.length === 0 ? ['', '', '', ''] : ['', 'value', 'source', rows.some((row) => row[3] !== '') ? 'under' : ''];
  return textTable(
    [
      { title: titles[0] ?? '', flexible: true },
      { title: titles[1] ?? '', align: 'right' },
      { title: titles[2] ?? '' },
      { title: titles[3] ?? '', wrap: true },
    ],
    rows,
    options,
  );
}
