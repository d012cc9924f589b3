import type { Budget } from '../judge/budget.ts';
import { type ComparisonInput, verdictOf } from '../judge/build-comparison.ts';
import type { Verdict } from '../judge/comparison.ts';
import { type Measured, type MeasureOptions, measureModel } from '../measuring/measure.ts';
import type { Model } from '../optimize/model.ts';
import { type AppliedRecipe, recipeText } from '../optimize/recipe.ts';
import type { Target } from '../targets/target.ts';
import { candidateRecipes } from './candidates.ts';
import { type Fit, fitRecipe } from './fit-recipe.ts';

/**
 * Looks for the cheapest recipe with which a change that fails would pass; it is `chosen`, or `null` when there is none. Integers are proposed only where a calibration set says which,
 * and the evaluation set is run only for recipes that keep every other budget.
 */
export async function proposeRecipe(
  model: Model,
  target: Target,
  options: MeasureOptions,
  judged: ComparisonInput,
): Promise<Fit> {
  // A device that ran every candidate would be busy for long.
  const { device: _, ...estimated } = options;
  const { evaluation: __, ...unevaluated } = estimated;
  const judgedAs = (head: Measured, budgets: readonly Budget[]) => verdictOf({ ...judged, head, budgets });
  const others = judged.budgets.filter(({ metric }) => metric !== 'accuracy');
  const passes = (verdict: Verdict) => verdict === 'pass' || verdict === 'warn';
  const measure = async (recipe: AppliedRecipe): Promise<Measured> => {
    // What only changes weights changes no size or time that a budget could be about.
    const quick = await measureModel(model, target, { ...unevaluated, recipe: { ...recipe, levers: 'none' } });
    return passes(judgedAs(quick, others)) ? measureModel(model, target, { ...estimated, recipe }) : quick;
  };
  const isCalibrated = options.calibration !== undefined;
  const current = judged.head?.measurement.artifact.recipe;
  return fitRecipe({
    recipes: candidateRecipes(model, target).filter(
      (recipe) => (isCalibrated || recipe.numbers === 'lossless') && recipeText(recipe) !== current,
    ),
    measure,
    fits: (measured) => passes(judgedAs(measured, judged.budgets)),
    untilFirst: true,
  });
}
