import type { Proposal, Saving } from './judge/comparison.ts';
import type { Measurement } from './measurement/measurement.ts';
import type { MeasuredSaving } from './measuring/measure-saving.ts';
import { lossless, type Recipe, recipeText } from './optimize/recipe.ts';
import { targetFolder } from './report/write-outputs.ts';
import type { Target } from './targets/target.ts';

/** What a command to copy is about. */
export interface CommandSubject {
  /** The model, from the repository's top. */
  readonly path: string;
  readonly target: Target;
  /** The calibration set of the configuration, from the repository's top. */
  readonly calibration: string | undefined;
  /** Sizes of open dimensions, from the configuration. */
  readonly dimensions: Readonly<Record<string, number>> | undefined;
}

/** A saving as a comparison holds it, with the command that takes it. */
export function savingOf(
  { measurement, steps }: Pick<MeasuredSaving, 'measurement' | 'steps'>,
  subject: CommandSubject,
): Saving {
  return {
    recipe: recipeText(lossless),
    steps: [...steps],
    measurement,
    command: optimizeCommand(subject, lossless, subject.path),
    file: `${targetFolder(subject.target.name)}/${subject.path}`,
  };
}

/** A recipe that would pass as a comparison holds it, with the command that carries it out. */
export function proposalOf(
  { recipe, measurement }: { readonly recipe: Recipe; readonly measurement: Measurement },
  subject: CommandSubject,
): Proposal {
  return {
    recipe: recipeText(recipe),
    measurement,
    command: optimizeCommand(subject, recipe, artifactPath(subject.path, measurement)),
  };
}

/** The model's path, with the extension of what was made of it. */
export function artifactPath(path: string, { model, artifact }: Measurement): string {
  return artifact.format === model.format ? path : `${path.replace(/\.[^./]*$/, '')}.${artifact.format}`;
}

function optimizeCommand(
  { path, target, calibration, dimensions = {} }: CommandSubject,
  recipe: Recipe,
  output: string,
): string {
  const isCalibrated = calibration !== undefined && recipe.numbers !== 'lossless';
  return [
    `edge-ready optimize ${shellWord(path)} --target ${target.id} --recipe ${recipeText(recipe)}`,
    ...(isCalibrated ? [`--calibration ${shellWord(calibration)}`] : []),
    ...Object.entries(dimensions).map(([name, size]) => `--dimension ${shellWord(`${name}=${size}`)}`),
    `--output ${shellWord(output)}`,
  ].join(' ');
}

/** A path as a shell reads it back. */
function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
