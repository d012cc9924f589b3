import { UserError } from '../errors.ts';
import { measureModel } from '../measure.ts';
import { renderMeasurementText } from '../report/measurement-text.ts';
import { resolveTarget } from '../targets/load.ts';
import { openModelFile } from './model-file.ts';
import { type ModelOptions, readMeasureOptions } from './model-options.ts';
import { jsonText, type Output } from './output.ts';
import { writeWhole } from './write-whole.ts';

/** `edge-ready optimize MODEL --output FILE`: writes the model as its target would load it, whole or not at all, and prints what it measures. */
export async function optimizeCommand(
  file: string,
  options: ModelOptions & { readonly output: string; readonly json?: true },
  output: Output,
): Promise<void> {
  const target = resolveTarget(options.target);
  const model = openModelFile(file);
  const { artifact, measurement } = await measureModel(model, target, await readMeasureOptions(options, output));
  if (measurement.findings.some(({ code }) => code === 'format-not-loaded')) {
    throw new UserError(`${file} was not written: ${measurement.unavailable.flash}.`);
  }
  writeWhole(options.output, artifact);
  const { recipe, bytes } = measurement.artifact;
  output.note(`${options.output}: ${bytes} bytes of ${model.bytes.byteLength}, recipe ${recipe}`);
  output.result(options.json ? jsonText(measurement) : renderMeasurementText(measurement));
}
