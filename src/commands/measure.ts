import { measureModel } from '../measuring/measure.ts';
import { jsonText } from '../report/json-text.ts';
import { renderMeasurementText } from '../report/measurement-text.ts';
import { openModelFile } from './model-file.ts';
import { type ModelOptions, readMeasureOptions } from './model-options.ts';
import type { Output } from './output.ts';
import { openProgress } from './progress.ts';
import { readTarget } from './target-option.ts';

/** `edge-ready measure MODEL`: prints the model's Measurement on a target. A model that does not fit or run is an answer, not an error. */
export async function measureCommand(
  file: string,
  options: ModelOptions & { readonly json?: true },
  output: Output,
): Promise<void> {
  const target = await readTarget(options);
  const model = openModelFile(file);
  const { measurement } = await measureModel(
    model,
    target,
    await readMeasureOptions(options, openProgress(output), model),
  );
  output.result(options.json ? jsonText(measurement) : renderMeasurementText(measurement, output.resultOptions));
}
