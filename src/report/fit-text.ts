import { plain } from '../basics/plain.ts';
import type { Fit } from '../fit/fit-recipe.ts';
import { metricNames } from '../measurement/metric-names.ts';
import { recipeText } from '../optimize/recipe.ts';
import { valueWords } from './change-words.ts';
import { titleOf } from './comment-table.ts';
import type { TextOptions } from './look.ts';
import { textTable } from './text-table.ts';
import { wrapLine } from './wrap.ts';

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
    each.fits ? { text: 'fits', look: 'good' as const } : '',
    each.isOnFront ? '*' : '',
  ]);
  const right = { align: 'right' } as const;
  const table = textTable(
    [
      { title: '' },
      { title: 'Recipe', flexible: true },
      ...names.map((name, index) => ({
        title: titleOf(name),
        ...right,
        ...(name === 'accuracy' ? {} : { optional: index }),
      })),
      { title: 'Budgets' },
      { title: 'Front' },
    ],
    rows,
    options,
  );
  const parts = [
    table,
    wrapLine('* no other recipe here is as good in everything and better in something', options),
    refused.map(({ recipe, reason }) => wrapLine(`${recipeText(recipe)}: ${plain(reason, 300)}`, options)).join('\n'),
    chosen === null
      ? 'No recipe keeps the budgets; a smaller network has to be trained.'
      : `Taken: ${recipeText(chosen.recipe)}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}
