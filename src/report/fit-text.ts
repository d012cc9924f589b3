import type { Fit } from '../fit/fit-recipe.ts';
import { recipeText } from '../optimize/recipe.ts';
import { metricNames } from '../runtimes/metric-names.ts';
import { valueWords } from './change-words.ts';
import { titleOf } from './comment-table.ts';
import { plain } from './escape.ts';
import { type TextOptions, textTable } from './text-table.ts';

/** A search for a recipe, for a terminal: recipe × metric, what fits the budgets, the Pareto front, and what was chosen. Ends with a new line. */
export function renderFitText(fit: Fit, options: TextOptions = {}): string {
  const { tried, refused, chosen } = fit;
  const names = metricNames.filter((name) => tried.some(({ measured }) => measured.measurement[name] !== null));
  const rows = tried.map((each) => [
    each === chosen ? '>' : '',
    recipeText(each.recipe),
    ...names.map((name) => {
      const metric = each.measured.measurement[name];
      return metric === null ? '–' : valueWords(metric, name);
    }),
    each.fits ? 'fits' : '',
    each.isOnFront ? '*' : '',
  ]);
  const right = { align: 'right' } as const;
  const table = textTable(
    [
      { title: '' },
      { title: 'Recipe', flexible: true },
      ...names.map((name) => ({ title: titleOf(name), ...right })),
      { title: 'Budgets' },
      { title: 'Front' },
    ],
    rows,
    options.width ?? 120,
  );
  const parts = [
    table,
    '* no other recipe here is as good in everything and better in something',
    refused.map(({ recipe, reason }) => `${recipeText(recipe)}: ${plain(reason, 300)}`).join('\n'),
    chosen === null
      ? 'No recipe keeps the budgets; a smaller network has to be trained.'
      : `Taken: ${recipeText(chosen.recipe)}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}
