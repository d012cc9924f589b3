import { gateVersion } from '../basics/version.ts';
import type { Fit } from '../fit/fit-recipe.ts';
import { attemptOf } from '../judge/attempt-of.ts';
import type { Budget } from '../judge/budget.ts';
import { buildComparison } from '../judge/build-comparison.ts';
import type { Model } from '../optimize/model.ts';
import { recipeText } from '../optimize/recipe.ts';
import { renderPage } from '../report/html/render-html.ts';
import type { Target } from '../targets/target.ts';

/** A search for a recipe as a page: what was chosen, or the first that was tried, with its figures, and accuracy over each cost of all that were tried. Empty where nothing could be. */
export function fitPage(
  { tried, chosen }: Fit,
  { model, target, budgets }: { readonly model: Model; readonly target: Target; readonly budgets: readonly Budget[] },
): string {
  const shown = chosen ?? tried[0];
  if (shown === undefined) return '';
  const comparison = buildComparison({
    change: { path: model.path, state: 'new' },
    target,
    base: null,
    head: shown.measured,
    budgets,
    saving: null,
    problems: [],
  });
  const others = tried.filter((each) => each !== shown);
  return renderPage({
    verdict: comparison.verdict,
    headline:
      chosen === null
        ? `None of ${tried.length} recipes keeps the budgets of ${model.path} on ${target.name}`
        : `${recipeText(chosen.recipe)} is the recipe for ${model.path} on ${target.name}, of ${tried.length} that were tried`,
    origin: `edge-ready optimize --fit · edge-ready-gate ${gateVersion}`,
    comparisons: [{ ...comparison, attempts: others.map(attemptOf).slice(0, 200) }],
    schedules: [],
    notes: [],
    problems: [],
  });
}
