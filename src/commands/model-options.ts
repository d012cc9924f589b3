import { type AccuracyMetric, accuracyMetrics } from '../accuracy/accuracy-metric.ts';
import type { WorkProgress } from '../basics/progress.ts';
import { folderSource } from '../data/folder-source.ts';
import { readDataSet } from '../data/read-data-set.ts';
import { messageOf, UserError } from '../errors.ts';
import type { MeasureOptions } from '../measuring/measure.ts';
import type { Model } from '../optimize/model.ts';
import { parseRecipe, type Recipe } from '../optimize/recipe.ts';
import { readDimensions } from './dimension-options.ts';
import { type DutyCycleOptions, readDutyCycle } from './duty-cycle-options.ts';
import type { TargetOptions } from './target-option.ts';

/** What the command line says of how a single model is measured, as texts. */
export interface ModelOptions extends DutyCycleOptions, TargetOptions {
  readonly recipe: string;
  readonly calibration?: string;
  readonly evaluation?: string;
  readonly metric: string;
  readonly dimension?: readonly string[];
}

/**
 * The options with their data sets opened, relative to the working folder.
 * @throws UserError for an unknown recipe, metric or dimension of the models, and for a data set that can't be read.
 */
export async function readMeasureOptions(
  options: ModelOptions,
  progress: WorkProgress,
  ...models: readonly Model[]
): Promise<MeasureOptions> {
  const source = folderSource('.');
  const { calibration, evaluation } = options;
  const dutyCycle = readDutyCycle(options);
  const dimensions = readDimensions(options.dimension, ...models.map(({ graph }) => graph));
  return {
    recipe: readRecipe(options.recipe),
    progress: progress.samples,
    ...(dutyCycle === undefined ? {} : { dutyCycle }),
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(calibration === undefined ? {} : { calibration: await readDataSet(calibration, source) }),
    ...(evaluation === undefined
      ? {}
      : {
          evaluation: {
            data: await readDataSet(evaluation, source),
            metric: oneOf<AccuracyMetric>(options.metric, accuracyMetrics, 'metric'),
          },
        }),
  };
}

function readRecipe(text: string): Recipe {
  try {
    return parseRecipe(text);
  } catch (error) {
    throw new UserError(`--recipe: ${messageOf(error)}${messageOf(error).endsWith('?') ? '' : '.'}`);
  }
}

function oneOf<T extends string>(text: string, known: readonly T[], what: string): T {
  const found = known.find((value) => value === text);
  if (found === undefined) throw new UserError(`There is no ${what} "${text}". Known: ${known.join(', ')}.`);
  return found;
}
