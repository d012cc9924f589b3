import { stringify } from 'yaml';
import { z } from 'zod';
import { firstMistake } from '../basics/first-mistake.ts';
import { formatPercent } from '../basics/format.ts';
import { UserError } from '../errors.ts';
import { readTflite } from '../formats/tflite/read.ts';
import { measureModel } from '../measuring/measure.ts';
import { automatic } from '../optimize/recipe.ts';
import { jsonText } from '../report/json-text.ts';
import { type FittedBoard, fitBoard, type MeasuredRun } from '../runtimes/tflm/fit-board.ts';
import type { Board } from '../targets/board.ts';
import { openModelBeside } from './model-file.ts';
import type { Output } from './output.ts';
import { targetOption } from './target-option.ts';
import { readUserFile } from './user-file.ts';
import { writeWhole } from './write-whole.ts';

const resultsSchema = z.strictObject({
  device: z.string().max(200).optional(),
  results: z
    .array(
      z.strictObject({
        /** In the folder of the file of results, or below. */
        model: z.string(),
        latency: z.union([z.number().positive(), z.array(z.number().positive()).min(1)]),
      }),
    )
    .min(1),
});
type Results = z.infer<typeof resultsSchema>;

/**
 * `edge-ready calibrate RESULTS --target T --output FILE`: fits a board's cycles per instruction and its wait for weights to latencies that were measured on it,
 * and writes the board as a file for `targets: { mine: { file: … } }`.
 */
export async function calibrateCommand(
  file: string,
  options: { readonly target: string; readonly output?: string; readonly json?: true },
  output: Output,
): Promise<void> {
  const target = targetOption(options.target);
  if (target.runtime !== 'tflm') {
    throw new UserError(`Only boards with TensorFlow Lite Micro can be calibrated so far; ${target.id} is none.`);
  }
  const results = readResults(file);
  const runs: MeasuredRun[] = [];
  for (const { model, latency } of results.results) {
    const opened = openModelBeside(file, model);
    const { artifact } = await measureModel(opened, target, { recipe: automatic });
    runs.push({ label: model, graph: readTflite(artifact, model), milliseconds: median([latency].flat()) });
  }
  const fitted = fitBoard(runs, target.board);
  if (options.output !== undefined) {
    writeWhole(options.output, Buffer.from(boardText(target.board, fitted, results)));
    output.note(`${options.output}: name it in edge-ready.yml, targets: { mine: { file: ${options.output} } }`);
  }
  output.result(options.json ? jsonText(fitted) : describe(fitted, runs));
}

function readResults(file: string): Results {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder().decode(readUserFile(file)));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${file} is no JSON; it should hold {"results": [{"model": "a.tflite", "latency": [12.1, 12.3]}]}.`,
    );
  }
  const parsed = resultsSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new UserError(`${file}: ${firstMistake(parsed.error, 'the file')}.`);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.floor(sorted.length / 2)] ?? 0)) / 2;
}

/** The mean of the errors' sizes. */
function meanError({ errors }: FittedBoard): number {
  return errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length;
}

/** The board's file with the fitted coefficients and where they come from. */
function boardText(board: Board, fitted: FittedBoard, { device, results }: Results): string {
  const source = `Fitted by edge-ready calibrate to ${results.length} measured models${device === undefined ? '' : ` on ${device}`}.`;
  const rounded = (value: number) => Number(value.toPrecision(4));
  const tflm = {
    ...board.runtimes.tflm,
    cyclesPerInstruction: { value: rounded(fitted.cyclesPerInstruction), source: 'calibrated' },
    flashCyclesPerWeightByte: { value: rounded(fitted.flashCyclesPerWeightByte), source: 'calibrated' },
    latencyError: { value: rounded(meanError(fitted)), source: 'error' },
  };
  return stringify({
    ...board,
    core: board.core.id,
    runtimes: { ...board.runtimes, tflm },
    sources: {
      ...board.sources,
      calibrated: source,
      error: `The mean over the measured models, each predicted from the others${results.length === 1 ? ' (there is one only, so from the board as it was)' : ''}.`,
    },
  });
}

function describe(fitted: FittedBoard, runs: readonly MeasuredRun[]): string {
  const lines = runs.map(
    ({ label }, index) => `  ${label}: ${formatPercent(fitted.errors[index] ?? 0)} off, predicted from the others`,
  );
  return [
    `${fitted.cyclesPerInstruction.toPrecision(4)} cycles per instruction, ${fitted.flashCyclesPerWeightByte.toPrecision(4)} cycles per byte of weights`,
    ...lines,
    `${formatPercent(meanError(fitted))} off on average`,
  ].join('\n');
}
