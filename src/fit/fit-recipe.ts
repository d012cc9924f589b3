import { messageOf, UserError } from '../errors.ts';
import type { Measured } from '../measuring/measure.ts';
import { type AppliedRecipe, recipeText } from '../optimize/recipe.ts';
import { paretoFront } from './pareto.ts';

/** A recipe that was carried out. */
interface Carried {
  readonly recipe: AppliedRecipe;
  readonly measured: Measured;
  /** Whether it keeps all budgets. */
  readonly fits: boolean;
}

interface TriedRecipe extends Carried {
  /** Whether no other recipe that was tried is as good in everything and better in something. */
  readonly isOnFront: boolean;
}

/** What a search found out. */
export interface Fit {
  readonly tried: readonly TriedRecipe[];
  /** Recipes that could not be carried out or made nothing of their own, and why. */
  readonly refused: readonly { readonly recipe: AppliedRecipe; readonly reason: string }[];
  /** The one to take: of those that fit the one with the highest accuracy, and of equals the one that takes least from the model. `null` when none fits. */
  readonly chosen: TriedRecipe | null;
}

/** How recipes are tried. */
export interface Trial {
  /** Those that take least from the model first. */
  readonly recipes: readonly AppliedRecipe[];
  readonly measure: (recipe: AppliedRecipe) => Promise<Measured>;
  readonly fits: (measured: Measured) => boolean;
  /** Ends the search at the first recipe that fits, which is the cheapest. */
  readonly untilFirst?: boolean;
}

/** Carries out recipes and says which of them to take. Where that prunes channels, shares between it and the next smaller one that was tried are tried too. */
export async function fitRecipe({ recipes, measure, fits, untilFirst = false }: Trial): Promise<Fit> {
  const done: Carried[] = [];
  const refused: { readonly recipe: AppliedRecipe; readonly reason: string }[] = [];
  const carryOut = async (recipe: AppliedRecipe, place: number): Promise<boolean> => {
    try {
      const measured = await measure(recipe);
      const twin = done.find((other) => isSameFile(other.measured, measured));
      if (twin !== undefined) throw new UserError(`makes the same file as ${recipeText(twin.recipe)}`);
      done.splice(place, 0, { recipe, measured, fits: fits(measured) });
      return true;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refused.push({ recipe, reason: messageOf(error) });
      return false;
    }
  };
  for (const recipe of recipes) {
    await carryOut(recipe, done.length);
    if (untilFirst && done.at(-1)?.fits === true) break;
  }
  for (let isNew = true; isNew; ) {
    const taken = best(done.filter((each) => each.fits));
    const finer = taken === null ? undefined : finerShare(taken.recipe, done);
    isNew = taken !== null && finer !== undefined && (await carryOut(finer, done.indexOf(taken)));
  }
  const front = paretoFront(done.map(({ measured }) => measured.measurement));
  const tried = done.map((each, index): TriedRecipe => ({ ...each, isOnFront: front[index] === true }));
  return { tried, refused, chosen: best(tried.filter((each) => each.fits)) };
}

/** Shares of channels nearer to each other than this are as good as the same. */
const leastStep = 0.03;

/** The recipe with a share of pruned channels half way to the next smaller one, if that keeps too much and is not near. */
function finerShare(recipe: AppliedRecipe, done: readonly Carried[]): AppliedRecipe | undefined {
  const { pruneChannels: share } = recipe;
  if (share === undefined) return undefined;
  const family = (each: AppliedRecipe) => recipeText({ ...each, pruneChannels: share });
  const smaller = done
    .filter((each) => family(each.recipe) === family(recipe) && (each.recipe.pruneChannels ?? 0) < share)
    .sort((a, b) => (b.recipe.pruneChannels ?? 0) - (a.recipe.pruneChannels ?? 0))[0];
  const least = smaller?.recipe.pruneChannels ?? 0;
  if (smaller === undefined || smaller.fits || share - least <= leastStep) return undefined;
  return { ...recipe, pruneChannels: Math.round(((least + share) / 2) * 100) / 100 };
}

function isSameFile(one: Measured, other: Measured): boolean {
  return one.measurement.artifact.sha256 === other.measurement.artifact.sha256;
}

function best<T extends Carried>(fitting: readonly T[]): T | null {
  const accuracyOf = ({ measured }: T) => measured.measurement.accuracy?.value ?? 0;
  return fitting.reduce<T | null>(
    (chosen, each) => (chosen === null || accuracyOf(each) > accuracyOf(chosen) ? each : chosen),
    null,
  );
}
