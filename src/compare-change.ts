import { progressLines } from './accuracy/progress-lines.ts';
import type { Change } from './changes/list-changes.ts';
import type { Range } from './changes/range.ts';
import type { Repository } from './changes/repository.ts';
import { effectiveBudgets } from './config/budgets.ts';
import type { ModelSettings } from './config/config.ts';
import { deviceOf } from './config/device-of.ts';
import type { Configs } from './config/read-configs.ts';
import { effectiveSettings } from './config/settings.ts';
import type { FileSource } from './data/data-set.ts';
import { readDataSet } from './data/read-data-set.ts';
import { messageOf, UserError } from './errors.ts';
import type { Fit } from './fit/fit-recipe.ts';
import { buildComparison, type ComparisonInput } from './judge/build-comparison.ts';
import type { Comparison } from './judge/comparison.ts';
import { type Measured, type MeasureOptions, measureModel } from './measure.ts';
import { type MeasuredSaving, measureSaving } from './measure-saving.ts';
import { openCommittedModel } from './open-committed-model.ts';
import type { Model } from './optimize/model.ts';
import { automatic, type Recipe, recipeText } from './optimize/recipe.ts';
import { proposeRecipe } from './propose-recipe.ts';
import type { ProducedModel } from './report/write-outputs.ts';
import { artifactPath, attemptOf, type CommandSubject, proposalOf, savingOf } from './suggestions.ts';
import type { Target } from './targets/target.ts';

/** A model that changed, a target it ships to, and all that is needed to judge it there. */
export interface ChangeOnTarget {
  readonly repository: Repository;
  readonly range: Range;
  readonly source: FileSource;
  readonly configs: Configs;
  readonly change: Change;
  readonly target: Target;
  /** Instead of the configuration's. */
  readonly recipe: Recipe | undefined;
  readonly log: (line: string) => void;
}

/** A comparison, and the optimised models that came out of making it. */
export interface ComparedChange {
  readonly comparison: Comparison;
  readonly produced: readonly ProducedModel[];
}

/** Measures both sides of a change on a target and judges the difference. What goes wrong is a problem of the comparison and never thrown. */
export async function compareChange(input: ChangeOnTarget): Promise<ComparedChange> {
  const { range, change, target, configs } = input;
  const problems: string[] = change.problem === undefined ? [] : [change.problem];
  const attempt = <T>(what: () => Promise<T>) => orProblem(what, problems);

  const settings = effectiveSettings(configs.base, configs.head, change.path);
  const options = await attempt(() => measureOptions(settings, input));
  const measureSide = (commit: string | undefined, blob: string | undefined, path: string) =>
    options === undefined || commit === undefined || blob === undefined
      ? undefined
      : attempt(() => measureCommitted(input, commit, { path, blob }, options));

  const head = await measureSide(range.head.sha, headBlob(change), change.path);
  const base =
    change.state === 'unchanged'
      ? head
      : await measureSide(range.base?.sha, change.baseBlob, change.previousPath ?? change.path);
  const saving = head?.saving;
  const { calibration, dimensions } = settings;
  const commandFor = { path: change.path, target, calibration, dimensions };
  const judged: ComparisonInput = {
    change,
    target,
    base: base?.measured ?? null,
    head: head?.measured ?? null,
    budgets: effectiveBudgets(configs.base, configs.head, change.path, target),
    saving: saving === undefined ? null : savingOf(saving, commandFor),
    problems,
  };
  const comparison = buildComparison(judged);
  const search =
    comparison.verdict !== 'fail' || head === undefined || options === undefined
      ? null
      : await attempt(() => proposeRecipe(head.model, target, options, judged));
  const made = saving ?? (head?.measured.measurement.artifact.recipe === 'none' ? undefined : head?.measured);
  return {
    comparison: withSearch(comparison, search, commandFor),
    produced:
      made === undefined
        ? []
        : [{ target: target.name, path: artifactPath(change.path, made.measurement), bytes: made.artifact }],
  };
}

function withSearch(comparison: Comparison, search: Fit | null | undefined, commandFor: CommandSubject): Comparison {
  if (search === null || search === undefined) return comparison;
  const { chosen, tried } = search;
  return {
    ...comparison,
    proposal: chosen === null ? null : proposalOf(chosen, commandFor),
    attempts: tried.slice(0, 200).map(attemptOf),
  };
}

interface MeasuredSide {
  readonly model: Model;
  readonly measured: Measured;
  readonly saving?: MeasuredSaving;
}

async function measureCommitted(
  { repository, target }: ChangeOnTarget,
  commit: string,
  file: { readonly path: string; readonly blob: string },
  options: MeasureOptions,
): Promise<MeasuredSide> {
  const model = await openCommittedModel(repository, commit, file);
  const measured = await measureModel(model, target, options);
  const saving = await takeableSaving(model, measured, target, options);
  return saving === undefined ? { model, measured } : { model, measured, saving };
}

/** Only a model that ships as committed although anything may be done to it has a saving to take. */
function takeableSaving(model: Model, measured: Measured, target: Target, options: MeasureOptions) {
  const { artifact, deployable } = measured.measurement;
  if (recipeText(options.recipe) !== 'auto' || artifact.recipe !== 'none' || !deployable)
    return Promise.resolve(undefined);
  return measureSaving(model, measured, target, options);
}

/** How a model is measured on a target: the configuration's settings of it, its data sets read. */
export async function measureOptions(
  settings: ModelSettings,
  { source, configs, target, recipe, log }: Pick<ChangeOnTarget, 'source' | 'configs' | 'target' | 'recipe' | 'log'>,
): Promise<MeasureOptions> {
  const { calibration, evaluation, dimensions, dutyCycle } = settings;
  const device = await deviceOf(configs, target.name, source);
  return {
    recipe: recipe ?? settings.recipe ?? automatic,
    progress: progressLines(log),
    ...(device === undefined ? {} : { device }),
    ...(calibration === undefined ? {} : { calibration: await readDataSet(calibration, source) }),
    ...(evaluation === undefined
      ? {}
      : { evaluation: { data: await readDataSet(evaluation.data, source), metric: evaluation.metric } }),
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(dutyCycle === undefined ? {} : { dutyCycle }),
  };
}

function headBlob({ state, headBlob: blob }: Change): string | undefined {
  return state === 'lfs-pointer' || state === 'unsupported' || state === 'removed' ? undefined : blob;
}

async function orProblem<T>(what: () => Promise<T>, problems: string[]): Promise<T | undefined> {
  try {
    return await what();
  } catch (error) {
    const message = messageOf(error);
    const where =
      error instanceof Error && !(error instanceof UserError) ? ` (a bug in the gate${placeOf(error)})` : '';
    const sentence = `${message}${where}`.slice(0, 2000);
    if (!problems.includes(sentence)) problems.push(sentence);
    return undefined;
  }
}

/** The innermost line of the stack, so that a bug can be reported from the comment alone. */
function placeOf(error: Error): string {
  const line = error.stack?.split('\n').find((text) => text.trimStart().startsWith('at '));
  return line === undefined ? '' : `, ${line.trim()}`;
}
