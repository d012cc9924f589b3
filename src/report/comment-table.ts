import { markdownTable } from 'markdown-table';
import { formatDifference } from '../basics/format.ts';
import type { Comparison, Verdict } from '../judge/comparison.ts';
import { metricWords } from '../judge/metric-words.ts';
import { worstVerdict } from '../judge/worst-verdict.ts';
import { type MetricName, metricNames } from '../measurement/metric-names.ts';
import { deltaWords, valueWords } from './change-words.ts';
import { cell, code } from './escape.ts';
import { marks } from './marks.ts';

/**
 * The one table of models × targets: a row each, a column for every metric that any row has; head value, change and mark in each cell.
 * What is missing of it, a leg that never reported, is a row too: the table is never just smaller.
 */
export function comparisonTable(comparisons: readonly Comparison[], problems: readonly string[] = []): string {
  const metrics = metricsOf(comparisons);
  const targets = new Set(comparisons.map(({ target }) => target));
  const oneTarget = targets.size === 1;
  const header = [
    oneTarget ? `Model on ${code([...targets][0] ?? '')}` : 'Model',
    ...(oneTarget ? [] : ['Target']),
    ...metrics.map(titleOf),
  ];
  const rows = comparisons.map((comparison) => [
    `${marks[comparison.verdict]}\u00a0${code(comparison.model)}${stateWords(comparison)}`,
    ...(oneTarget ? [] : [code(comparison.target)]),
    ...metrics.map((name) => metricCell(comparison, name)),
  ]);
  const missing = problems.map((problem) => [
    `${marks.error}\u00a0${cell(problem, 300)}`,
    ...header.slice(1).map(() => '–'),
  ]);
  return table([header, ...missing, ...rows], oneTarget ? 1 : 2);
}

/** Base, head and change of every metric that the base has, a row each. */
export function valuesTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap((comparison) =>
    metricNames.flatMap((name) => {
      const before = comparison.base?.[name] ?? null;
      const after = comparison.head?.[name] ?? null;
      if (before === null) return [];
      const delta = comparison.deltas[name];
      return [
        [
          code(comparison.model),
          code(comparison.target),
          titleOf(name),
          valueWords(before, name),
          after === null ? '–' : valueWords(after, name),
          delta === undefined ? '–' : signed(delta.absolute, name),
        ],
      ];
    }),
  );
  return rows.length === 0 ? '' : table([['Model', 'Target', 'Metric', 'Base', 'Head', 'Change'], ...rows], 3);
}

/** The metrics that at least one side of one comparison has. */
export function metricsOf(comparisons: readonly Comparison[]): readonly MetricName[] {
  return metricNames.filter((name) => comparisons.some(({ base, head }) => (head ?? base)?.[name] != null));
}

/** A metric's name as a column or a list item begins: `Peak RAM`. */
export function titleOf(name: MetricName): string {
  const { title } = metricWords[name];
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}`;
}

/** Markdown without padding: the first columns are names, the others numbers. */
function table(rows: readonly (readonly string[])[], names: number): string {
  const align = rows[0]?.map((_, index) => (index < names ? 'l' : 'r')) ?? [];
  return markdownTable(rows, { align, alignDelimiters: false, padding: true });
}

function metricCell(comparison: Comparison, name: MetricName): string {
  const metric = comparison.head?.[name] ?? null;
  const mark = metricMark(comparison, name);
  // What can't be judged and keeps nobody up is not kept either.
  if (metric === null) return mark === undefined || mark === marks.pass ? '–' : `${mark} –`;
  const delta = comparison.deltas[name];
  const change = delta === undefined ? '' : `<br>${unbroken(deltaWords(delta, name))}`;
  return unbroken(`${mark === undefined ? '' : `${mark} `}${valueWords(metric, name)}`) + change;
}

/** With no-break spaces: a narrow column must not part a number from its unit. */
function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

/** The worst judgement about a metric; none where no budget applies to it. */
function metricMark(comparison: Comparison, name: MetricName): string | undefined {
  const verdicts: readonly Verdict[] = comparison.judgements
    .filter(({ budget }) => budget.metric === name)
    .map(({ verdict }) => verdict);
  return verdicts.length === 0 ? undefined : marks[worstVerdict(verdicts)];
}

function stateWords({ state, previousPath }: Comparison): string {
  if (state === 'compared') return '';
  if (state === 'renamed') return previousPath === undefined ? '<br>renamed' : `<br>was ${code(previousPath)}`;
  return `<br>${cell(state.replace('-', ' '))}`;
}

function signed(absolute: number, name: MetricName): string {
  return absolute === 0 ? '±0' : formatDifference(absolute, metricWords[name].quantity);
}
