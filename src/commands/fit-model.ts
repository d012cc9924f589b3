import type { WorkProgress } from '../basics/progress.ts';
import { budgetsFor } from '../config/budgets.ts';
import { UserError } from '../errors.ts';
import { candidateRecipes } from '../fit/candidates.ts';
import { type Fit, fitRecipe } from '../fit/fit-recipe.ts';
import type { Budget } from '../judge/budget.ts';
import { verdictOf } from '../judge/build-comparison.ts';
import { type Measured, type MeasureOptions, measureModel } from '../measuring/measure.ts';
import type { Model } from '../optimize/model.ts';
import { recipeText } from '../optimize/recipe.ts';
import type { Target } from '../targets/target.ts';
import { readOwnConfig } from './own-config.ts';

/**
 * Tries recipes on a model until all are known, and takes the one that keeps the budgets with the highest accuracy.
 */
export async function fitModel(
  model: Model,
  target: Target,
  options: MeasureOptions,
  { budgets, progress }: { readonly budgets: readonly Budget[]; readonly progress: WorkProgress },
): Promise<Fit> {
  const judged = (head: Measured) =>
    verdictOf({
      change: { path: model.path, state: 'new' },
      target,
      base: null,
      head,
      budgets,
      saving: null,
      problems: [],
    });
  const recipes = candidateRecipes(model, target);
  let done = 0;
  return fitRecipe({
    recipes,
    measure: (recipe) => {
      progress.step(`trying ${recipeText(recipe)}`, done, Math.max(recipes.length, done + 1));
      done += 1;
      return measureModel(model, target, { ...options, recipe });
    },
    fits: (measured) => ['pass', 'warn'].includes(judged(measured)),
  });
}

/**
 * What a recipe has to keep: the budgets of a configuration for the model's path, and what the target has.
 * @throws UserError when a configuration that is named is not there or has mistakes
 */
export function fitBudgets(model: Model, target: Target, config: string | undefined): readonly Budget[] {
  return budgetsFor(readOwnConfig(config), model.path, target, { rule: 'base' });
}

/** What a program reads of a search. */
export function fitJson({ tried, refused, chosen }: Fit) {
  return {
    chosen: chosen === null ? null : recipeText(chosen.recipe),
    tried: tried.map(({ recipe, measured, fits, isOnFront }) => ({
      recipe: recipeText(recipe),
      fits,
      isOnFront,
      measurement: measured.measurement,
    })),
    refused: refused.map(({ recipe, reason }) => ({ recipe: recipeText(recipe), reason })),
  };
}

/** The recipe that was found. @throws UserError when none keeps the budgets */
export function chosenOf({ chosen, tried }: Fit, file: string): Measured {
  if (chosen !== null) return chosen.measured;
  throw new UserError(
    `${file} was not written: none of the ${tried.length} recipes that were tried keeps the budgets; a smaller network has to be trained.`,
  );
}
