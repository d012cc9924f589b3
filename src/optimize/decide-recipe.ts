import { isQuantized } from '../quantize/is-quantized.ts';
import { runtimeOf } from '../runtimes/registry.ts';
import type { Target } from '../targets/target.ts';
import { isFinal, type Model } from './model.ts';
import { type AppliedRecipe, type NumberForm, type Recipe, recipeText } from './recipe.ts';

/**
 * What `auto` means for a model: the committed bytes where the runtime loads them as they are, else integers where a calibration set says which,
 * else what is lossless. Steps of the recipe are kept, and make of committed bytes losslessly optimised ones.
 */
export function decideRecipe(recipe: Recipe, model: Model, target: Target, hasCalibration: boolean): AppliedRecipe {
  const decided = (numbers: Exclude<NumberForm, 'auto'>): AppliedRecipe => ({ ...recipe, numbers });
  if (recipe.numbers !== 'auto') return decided(recipe.numbers);
  const runtime = runtimeOf(target.runtime);
  if (runtime.loads.includes(model.format) && (isFinal(model) || runtime.takesAsIs(model.graph, target))) {
    return decided(recipeText(recipe) === 'auto' ? 'none' : 'lossless');
  }
  return decided(hasCalibration && !isQuantized(model.graph) ? 'int8' : 'lossless');
}
