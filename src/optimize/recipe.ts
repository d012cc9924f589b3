import * as z from 'zod';
import { suggestion } from '../basics/nearest.ts';
import { messageOf, UserError } from '../errors.ts';

/**
 * What a recipe makes of the model's numbers.
 * `none`: the committed bytes ship. `lossless`: every output stays as it is. `int8`: integers, with ranges from the calibration set. `int16x8`: 8-bit weights and
 * 16-bit activations. `auto`: what the target needs to run the model well, `none` for a model that it loads as it is.
 */
export const numberForms = ['auto', 'none', 'lossless', 'int8', 'int16x8'] as const;
export type NumberForm = (typeof numberForms)[number];

/** How calibration chooses ranges; `src/calibrate/range.ts` has them. */
const observers = ['min-max', 'percentile', 'mse', 'entropy'] as const;
/** What channels are ranked by; `src/prune/channel-scores.ts` has them. */
const criteria = ['l1', 'l2', 'batch-norm', 'activation'] as const;
/** Whose weights share values with each other. */
const scopes = ['tensor', 'channel'] as const;

/**
 * What optimisation may do to a model, as people write it: a form of numbers and steps behind it, `int8+prune-channels=30%+cluster=4bit+encode`.
 * Steps that are left out are not done.
 */
export interface Recipe {
  readonly numbers: NumberForm;
  /** `lossless=plan-memory,remove-dead-channels`: these lossless passes alone. */
  readonly passes?: readonly string[];
  readonly observer?: (typeof observers)[number];
  /** `none`: weights are rounded as they come, nothing is tried that may lose less. */
  readonly levers?: 'none';
  /** Decibels that the outputs must stay above the noise that integers bring: the most sensitive operators compute in int16 or float until they do. */
  readonly leastDecibels?: number;
  /** Share of each network's channels that goes, 0 to 1. */
  readonly pruneChannels?: number;
  /** What those that go are chosen by; without it `activation` where there is a calibration set, else `l2`. */
  readonly pruneBy?: (typeof criteria)[number];
  /** Share of the weights that become zero, 0 to 1. */
  readonly pruneWeights?: number;
  /** Weights share 2^bits values per layer. */
  readonly clusterBits?: number;
  /** Instead of as many bits for all layers: as few for each as keep the outputs so many decibels above what sharing changes. */
  readonly clusterDecibels?: number;
  /** Whether all weights of a layer share them, or those of each output channel; without it what the target stores smallest. */
  readonly clusterPer?: (typeof scopes)[number];
  /** Weights are stored encoded and decoded on the device. */
  readonly encode?: true;
}

/** A recipe once `auto` has been decided. */
export type AppliedRecipe = Recipe & { readonly numbers: Exclude<NumberForm, 'auto'> };

export const automatic: Recipe = { numbers: 'auto' };
export const committed: AppliedRecipe = { numbers: 'none' };
export const lossless: AppliedRecipe = { numbers: 'lossless' };

interface Step {
  readonly read: (value: string | undefined) => Partial<Recipe>;
  readonly write: (recipe: Recipe) => string | undefined;
}

const percent = (share: number) => `${Number((share * 100).toPrecision(6))}%`;

function readShare(value: string | undefined): number {
  const number = /^(\d+(?:\.\d+)?)%$/.exec(value ?? '')?.[1];
  const share = Number((Number(number) / 100).toPrecision(12));
  if (!(share > 0 && share < 1)) throw new UserError('a share between 0% and 100%, as in "=30%"');
  return share;
}

function readDecibels(value: string | undefined): number | undefined {
  const decibels = Number(/^(\d+(?:\.\d+)?)dB$/.exec(value ?? '')?.[1]);
  return decibels > 0 && decibels <= 200 ? decibels : undefined;
}

function oneOf<T extends string>(known: readonly T[], value: string | undefined): T {
  const found = known.find((each) => each === value);
  if (found === undefined) throw new UserError(`one of ${known.join(', ')}`);
  return found;
}

const steps: Readonly<Record<string, Step>> = {
  observer: {
    read: (value) => ({ observer: oneOf(observers, value) }),
    write: ({ observer }) => observer,
  },
  levers: {
    read: (value) => {
      if (value !== 'none') throw new UserError('none; without the step they are tried');
      return { levers: 'none' };
    },
    write: ({ levers }) => levers,
  },
  mixed: {
    read: (value) => {
      const leastDecibels = readDecibels(value);
      if (leastDecibels === undefined) throw new UserError('decibels that the outputs keep, as in "=30dB"');
      return { leastDecibels };
    },
    write: ({ leastDecibels }) => (leastDecibels === undefined ? undefined : `${leastDecibels}dB`),
  },
  'prune-channels': {
    read: (value) => ({ pruneChannels: readShare(value) }),
    write: ({ pruneChannels }) => (pruneChannels === undefined ? undefined : percent(pruneChannels)),
  },
  'prune-by': {
    read: (value) => ({ pruneBy: oneOf(criteria, value) }),
    write: ({ pruneBy }) => pruneBy,
  },
  'prune-weights': {
    read: (value) => ({ pruneWeights: readShare(value) }),
    write: ({ pruneWeights }) => (pruneWeights === undefined ? undefined : percent(pruneWeights)),
  },
  cluster: {
    read: (value) => {
      const clusterDecibels = readDecibels(value);
      if (clusterDecibels !== undefined) return { clusterDecibels };
      const bits = Number(/^([1-7])bit$/.exec(value ?? '')?.[1]);
      if (!(bits >= 1)) throw new UserError('1bit to 7bit, or decibels that the outputs keep, as in "=30dB"');
      return { clusterBits: bits };
    },
    write: ({ clusterBits, clusterDecibels }) => {
      if (clusterDecibels !== undefined) return `${clusterDecibels}dB`;
      return clusterBits === undefined ? undefined : `${clusterBits}bit`;
    },
  },
  'cluster-per': {
    read: (value) => ({ clusterPer: oneOf(scopes, value) }),
    write: ({ clusterPer }) => clusterPer,
  },
  encode: {
    read: (value) => {
      if (value !== undefined) throw new UserError('no value');
      return { encode: true };
    },
    write: ({ encode }) => (encode === true ? '' : undefined),
  },
};

/**
 * Reads a recipe as people write it.
 * @throws UserError with half a sentence: what is wrong with it, and what there is.
 */
export function parseRecipe(text: string): Recipe {
  const [form = '', ...rest] = text.trim().split('+');
  const [name = '', value] = split(form);
  const numbers = numberForms.find((known) => known === name);
  if (numbers === undefined) throw new UserError(`"${name}" is not a recipe${suggestion(name, numberForms)}`);
  if (value !== undefined && numbers !== 'lossless') throw new UserError(`recipe "${numbers}" takes no value`);
  const passes = value === undefined ? {} : { passes: value.split(',').filter((pass) => pass !== '') };
  const recipe: Recipe = Object.assign({ numbers, ...passes }, ...rest.map(readStep));
  if (numbers === 'none' && rest.length > 0)
    throw new UserError('recipe "none" takes no steps: it ships what is committed');
  if (recipe.pruneBy !== undefined && recipe.pruneChannels === undefined)
    throw new UserError('step "prune-by" goes with "prune-channels"');
  if (recipe.clusterPer !== undefined && recipe.clusterBits === undefined && recipe.clusterDecibels === undefined)
    throw new UserError('step "cluster-per" goes with "cluster"');
  return recipe;
}

function readStep(text: string): Partial<Recipe> {
  const [name, value] = split(text);
  const step = Object.hasOwn(steps, name) ? steps[name] : undefined;
  if (step === undefined)
    throw new UserError(`"${name}" is not a step of a recipe${suggestion(name, Object.keys(steps))}`);
  try {
    return step.read(value);
  } catch (error) {
    throw new UserError(`step "${name}" takes ${messageOf(error)}`);
  }
}

function split(text: string): readonly [string, string | undefined] {
  const [name = '', ...value] = text.trim().split('=');
  return [name, value.length === 0 ? undefined : value.join('=')];
}

/** The recipe as people write it; `parseRecipe` reads it back. */
export function recipeText(recipe: Recipe): string {
  const passes = recipe.passes === undefined ? '' : `=${recipe.passes.join(',')}`;
  const written = Object.entries(steps).flatMap(([name, { write }]) => {
    const value = write(recipe);
    return value === undefined ? [] : [value === '' ? `+${name}` : `+${name}=${value}`];
  });
  return `${recipe.numbers}${passes}${written.join('')}`;
}

/** A recipe in a configuration or an input. */
export const recipeSchema = z
  .string()
  .max(400)
  .transform((text, context): Recipe => {
    try {
      return parseRecipe(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: messageOf(error) });
      return z.NEVER;
    }
  });
