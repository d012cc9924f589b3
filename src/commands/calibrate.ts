import * as z from 'zod';
import { firstMistake } from '../basics/first-mistake.ts';
import { UserError } from '../errors.ts';
import { measureModel } from '../measuring/measure.ts';
import { automatic } from '../optimize/recipe.ts';
import { jsonText } from '../report/json-text.ts';
import { calibratedCpu, calibratedKernels, hasCpuFactors, type MeasuredModel } from './calibrated-board.ts';
import { openModelBeside } from './model-file.ts';
import type { Output } from './output.ts';
import { readTarget, type TargetOptions } from './target-option.ts';
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
 * `edge-ready calibrate RESULTS --target T --output FILE`: fits a board's cycles per instruction and its wait for weights, or what its application core takes beside others
 * of its kind, to latencies that were measured on it, and writes the board as a file for `targets: { mine: { file: … } }`.
 */
export async function calibrateCommand(
  file: string,
  options: TargetOptions & { readonly output?: string; readonly json?: true },
  output: Output,
): Promise<void> {
  const target = await readTarget(options);
  const isApplicationCore = hasCpuFactors(target);
  if (target.runtime !== 'tflm' && !isApplicationCore) {
    throw new UserError(
      `Only boards with TensorFlow Lite Micro, and application cores with LiteRT or ONNX Runtime, can be calibrated so far; ${target.id} is none.`,
    );
  }
  const results = readResults(file);
  const runs: MeasuredModel[] = [];
  for (const { model, latency } of results.results) {
    const opened = openModelBeside(file, model);
    runs.push({
      label: model,
      milliseconds: median([latency].flat()),
      measured: await measureModel(opened, target, { recipe: automatic }),
    });
  }
  const origin = { device: results.device, models: results.results.length };
  const { json, text, board } = (isApplicationCore ? calibratedCpu : calibratedKernels)(runs, target, origin);
  if (options.output !== undefined) {
    writeWhole(options.output, Buffer.from(board));
    output.note(`${options.output}: name it in edge-ready.yml, targets: { mine: { file: ${options.output} } }`);
  }
  output.result(options.json ? jsonText(json) : text);
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
