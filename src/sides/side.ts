import type { AccuracyMetric } from '../accuracy/accuracy-metric.ts';
import type { Progress } from '../basics/progress.ts';
import type { FoundRecipes } from '../cache/stored-recipes.ts';
import type { DataSet } from '../data/data-set.ts';
import { proposeRecipe } from '../fit/propose-recipe.ts';
import { attemptOf } from '../judge/attempt-of.ts';
import type { ComparisonInput } from '../judge/build-comparison.ts';
import { type Measured, type MeasureOptions, measureModel } from '../measuring/measure.ts';
import { type MeasuredSaving, measureSaving } from '../measuring/measure-saving.ts';
import type { Model } from '../optimize/model.ts';
import { recipeText } from '../optimize/recipe.ts';
import type { Target } from '../targets/target.ts';
import { type ModelFiles, openModelFiles } from './model-files.ts';

/** All that one model's measurement on one target depends on, data sets by their paths. It is plain data, so that a thread can be given it. */
export interface SideJob {
  readonly files: ModelFiles;
  readonly target: Target;
  readonly options: SideOptions;
}

/** What may be done to a model, and with which files of the repository; see `MeasureOptions`. */
export interface SideOptions extends Pick<MeasureOptions, 'recipe' | 'dimensions' | 'dutyCycle' | 'device'> {
  readonly calibration?: string;
  readonly evaluation?: { readonly data: string; readonly metric: AccuracyMetric };
}

/** What a job reads and tells while it is done. */
export interface JobContext {
  readonly readData: (path: string) => Promise<DataSet>;
  readonly progress: Progress;
}

/** A model as it was measured, and what optimising it would save where it ships as committed although it need not. */
export interface MeasuredSide {
  readonly measured: Omit<Measured, 'graphs'>;
  readonly saving?: Omit<MeasuredSaving, 'graphs'>;
}

/** More than any search tries; reports have room for as many. */
const mostAttempts = 200;

/** Measures a side of a comparison. @throws UserError for what is wrong with the model, its data sets or its recipe */
export async function measureSide({ files, target, options }: SideJob, context: JobContext): Promise<MeasuredSide> {
  const model = openModelFiles(files);
  const opened = await openOptions(options, context);
  const measured = await measureModel(model, target, opened);
  const saving = await takeableSaving(model, measured, target, opened);
  return saving === undefined
    ? { measured: withoutGraphs(measured) }
    : { measured: withoutGraphs(measured), saving: withoutGraphs(saving) };
}

/** Looks for a recipe that a failing head would pass with; see `proposeRecipe`. */
export async function proposeForSide(
  { files, target, options }: SideJob,
  judged: ComparisonInput,
  context: JobContext,
): Promise<FoundRecipes> {
  const model = openModelFiles(files);
  const { chosen, tried } = await proposeRecipe(model, target, await openOptions(options, context), judged);
  return {
    chosen: chosen && { recipe: chosen.recipe, measurement: chosen.measured.measurement },
    attempts: tried.slice(0, mostAttempts).map(attemptOf),
  };
}

function withoutGraphs<T extends { readonly graphs: unknown }>({ graphs: _, ...rest }: T): Omit<T, 'graphs'> {
  return rest;
}

/** Only a model that ships as committed although anything may be done to it has a saving to take. */
async function takeableSaving(model: Model, measured: Measured, target: Target, options: MeasureOptions) {
  const { artifact, deployable } = measured.measurement;
  if (recipeText(options.recipe) !== 'auto' || artifact.recipe !== 'none' || !deployable) return undefined;
  return measureSaving(model, measured, target, options);
}

/** The options with their data sets read. @throws UserError when one is missing or damaged */
export async function openOptions(
  { calibration, evaluation, ...plain }: SideOptions,
  { readData, progress }: JobContext,
): Promise<MeasureOptions> {
  return {
    ...plain,
    progress,
    ...(calibration === undefined ? {} : { calibration: await readData(calibration) }),
    ...(evaluation === undefined
      ? {}
      : { evaluation: { data: await readData(evaluation.data), metric: evaluation.metric } }),
  };
}
