import { calibrate } from '../calibrate/calibrate.ts';
import { syntheticData } from '../calibrate/synthetic.ts';
import { folderSource } from '../data/folder-source.ts';
import { readDataSet } from '../data/read-data-set.ts';
import { UserError } from '../errors.ts';
import { intoDialect, simplifiedFor } from '../optimize/into-dialect.ts';
import { isQuantized } from '../quantize/is-quantized.ts';
import { dequantizeWeights } from '../quantize/tflite/dequantize-weights.ts';
import { observedTensors } from '../quantize/tflite/observed.ts';
import { sensitivityOf } from '../quantize/tflite/sensitivity.ts';
import { jsonText } from '../report/json-text.ts';
import { renderSensitivityText } from '../report/sensitivity-text.ts';
import { runtimeOf } from '../runtimes/registry.ts';
import { readDimensions } from './dimension-options.ts';
import { openModelFile } from './model-file.ts';
import type { Output } from './output.ts';
import { readTarget, type TargetOptions } from './target-option.ts';

/** `edge-ready sensitivity MODEL`: prints what each operator of a float model costs the outputs when it becomes integer, the worst first. */
export async function sensitivityCommand(
  file: string,
  options: TargetOptions & {
    readonly calibration?: string;
    readonly dimension?: readonly string[];
    readonly json?: true;
  },
  output: Output,
): Promise<void> {
  const model = openModelFile(file);
  if (isQuantized(model.graph)) throw new UserError(`${file} is quantised already; give the float model.`);
  const runtime = runtimeOf((await readTarget(options)).runtime);
  const dimensions = readDimensions(options.dimension, model.graph);
  const { graph } = await intoDialect(simplifiedFor(model.graph, runtime, dimensions), runtime, dimensions, true);
  if (graph.dialect !== 'tflite') {
    throw new UserError(
      `Sensitivity is for targets that load .tflite; choose one with --target, not ${options.target}.`,
    );
  }
  const float = dequantizeWeights(graph);
  const data =
    options.calibration === undefined
      ? syntheticData(float)
      : await readDataSet(options.calibration, folderSource('.'));
  const { ranges, findings } = await calibrate(float, observedTensors(float), data);
  for (const { message } of findings) output.note(message);
  const rows = await sensitivityOf(float, ranges, data);
  output.result(options.json ? jsonText(rows) : renderSensitivityText(rows, output.resultOptions));
}
