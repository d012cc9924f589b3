import path from 'node:path';
import { UserError } from '../errors.ts';
import type { Fit } from '../fit/fit-recipe.ts';
import { readTflite } from '../formats/tflite/read.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { type MeasureOptions, measureModel } from '../measuring/measure.ts';
import { ortExtension, ortFile } from '../onnx-runtime/ort-file.ts';
import { decideRecipe } from '../optimize/decide-recipe.ts';
import { isFinal, type Model } from '../optimize/model.ts';
import { lossless, type Recipe } from '../optimize/recipe.ts';
import { renderFitText } from '../report/fit-text.ts';
import { jsonText } from '../report/json-text.ts';
import { renderMeasurementText } from '../report/measurement-text.ts';
import { cSource } from '../runtimes/tflm/c-source.ts';
import type { Target } from '../targets/target.ts';
import { chosenOf, fitBudgets, fitJson, fitModel } from './fit-model.ts';
import { openModelFile } from './model-file.ts';
import { type ModelOptions, readMeasureOptions } from './model-options.ts';
import type { Output } from './output.ts';
import { openProgress, type ShownProgress } from './progress.ts';
import { readTarget } from './target-option.ts';
import { writeWhole } from './write-whole.ts';

interface OptimizeCommandOptions extends ModelOptions {
  readonly output: string;
  readonly cSource?: string;
  readonly fit?: true;
  readonly html?: string;
  readonly json?: true;
}

/** `edge-ready optimize MODEL --output FILE`: writes the model as its target would load it, whole or not at all, and prints what it measures. */
export async function optimizeCommand(file: string, options: OptimizeCommandOptions, output: Output): Promise<void> {
  const target = await readTarget(options);
  const model = openModelFile(file);
  if (isFinal(model)) {
    throw new UserError(
      `${file} is as ONNX Runtime saved it, which leaves nothing to do: optimise the .onnx that it was made from.`,
    );
  }
  if (options.cSource !== undefined && target.runtime !== 'tflm') {
    throw new UserError(`--c-source is for TensorFlow Lite Micro; ${target.id} loads the file itself.`);
  }
  const isOrt = path.extname(options.output) === ortExtension;
  if (isOrt && target.runtime !== 'onnxruntime') {
    throw new UserError(`${ortExtension} is ONNX Runtime's own format; ${target.id} does not load it.`);
  }
  if (options.html !== undefined && options.fit !== true) {
    throw new UserError('--html goes with --fit: the page of all recipes that were tried.');
  }
  const progress = openProgress(output);
  const measureOptions = await readMeasureOptions(options, progress, model);
  const fit =
    options.fit === true ? await fitAndTell(model, target, measureOptions, { options, progress, output }) : undefined;
  const { artifact, measurement } =
    fit !== undefined
      ? chosenOf(fit, options.output)
      : await measureModel(model, target, { ...measureOptions, recipe: improving(measureOptions, model, target) });
  if (measurement.findings.some(({ code }) => code === 'format-not-loaded')) {
    throw new UserError(`${options.output} was not written: ${measurement.unavailable.flash}`);
  }
  const written = isOrt ? await ortFile(artifact) : artifact;
  writeWhole(options.output, written);
  if (options.cSource !== undefined) writeCSource(options.cSource, artifact, measurement);
  const { recipe } = measurement.artifact;
  output.note(`${options.output}: ${written.byteLength} bytes of ${model.bytes.byteLength}, recipe ${recipe}`);
  if (options.json) output.result(jsonText(fit === undefined ? measurement : fitJson(fit)));
  else output.result(renderMeasurementText(measurement, output.resultOptions));
}

/** The search with what it tells: the table of what was tried, and the page where one is asked for. */
async function fitAndTell(
  model: Model,
  target: Target,
  measureOptions: MeasureOptions,
  {
    options,
    progress,
    output,
  }: { readonly options: OptimizeCommandOptions; readonly progress: ShownProgress; readonly output: Output },
): Promise<Fit> {
  const budgets = fitBudgets(model, target, options.config);
  const fit = await fitModel(model, target, measureOptions, { budgets, progress });
  progress.end();
  output.note(renderFitText(fit, output.noteOptions));
  if (options.html !== undefined) {
    const { fitPage } = await import('./fit-page.ts');
    writeWhole(options.html, new TextEncoder().encode(fitPage(fit, { model, target, budgets })));
  }
  return fit;
}

/** Somebody who asks for a model to be optimised wants more than the committed bytes, which is what `auto` ships of a model that its target loads. */
function improving({ recipe, calibration }: MeasureOptions, model: Model, target: Target): Recipe {
  const decided = decideRecipe(recipe, model, target, calibration !== undefined);
  return recipe.numbers === 'auto' && decided.numbers === 'none' ? lossless : decided;
}

function writeCSource(file: string, bytes: Uint8Array, { memory }: Measurement): void {
  if (memory === null) throw new UserError(`${file}.c was not written: the arena of this model is not known.`);
  const { source, header } = cSource(path.basename(file), { bytes, graph: readTflite(bytes, file) }, memory);
  writeWhole(`${file}.c`, Buffer.from(source));
  writeWhole(`${file}.h`, Buffer.from(header));
}
