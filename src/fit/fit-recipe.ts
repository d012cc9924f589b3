import { messageOf, UserError } from '../errors.ts';
import type { Measured } from '../measuring/measure.ts';
import { type AppliedRecipe, recipeText } from '../optimize/recipe.ts';
import { paretoFront } from './pareto.ts';

/** A recipe that was carried out. */
interface TriedRecipe {
  readonly recipe: AppliedRecipe;
  readonly measured: Measured;
  /** Whether it keeps all budgets. */
  readonly fits: boolean;
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

/** Carries out recipes and says which of them to take. */
export async function fitRecipe({ recipes, measure, fits, untilFirst = false }: Trial): Promise<Fit> {
  const done: { readonly recipe: AppliedRecipe; readonly measured: Measured; readonly fits: boolean }[] = [];
  const refused: { readonly recipe: AppliedRecipe; readonly reason: string }[] = [];
  for (const recipe of recipes) {
    try {
      const measured = await measure(recipe);
      const twin = done.find((other) => isSameFile(other.measured, measured));
      if (twin !== undefined) throw new UserError(`makes the same file as ${recipeText(twin.recipe)}`);
      done.push({ recipe, measured, fits: fits(measured) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refused.push({ recipe, reason: messageOf(error) });
    }
    if (untilFirst && done.at(-1)?.fits === true) break;
  }
  const front = paretoFront(done.map(({ measured }) => measured.measurement));
  const tried = done.map((each, index): TriedRecipe => ({ ...each, isOnFront: front[index] === true }));
  return { tried, refused, chosen: best(tried.filter((each) => each.fits)) };
}

function isSameFile(one: Measured, other: Measured): boolean {
  return one.measurement.artifact.sha256 === other.measurement.artifact.sha256;
}

function best(fitting: readonly TriedRecipe[]): TriedRecipe | null {
  const accuracyOf = ({ measured }: TriedRecipe) => measured.measurement.accuracy?.value ?? 0;
  return fitting.reduce<TriedRecipe | null>(
    (chosen, each) => (chosen === null || accuracyOf(each) > accuracyOf(chosen) ? each : chosen),
    null,
  );
}
