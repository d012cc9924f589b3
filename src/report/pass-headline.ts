import { formatDifference, formatValue } from '../basics/format.ts';
import type { Comparison } from '../judge/comparison.ts';
import { metricWords } from '../judge/metric-words.ts';
import { metricNames } from '../measurement/metric-names.ts';
import { changedMetrics, deltaWords, explaining, isImprovement, valueWords } from './change-words.ts';
import { isUnchanged } from './order.ts';
import type { Phrase } from './phrase.ts';

/** The sentence for a report in which everything passes: one model told in detail, several counted with the largest change named. */
export function passHeadline(comparisons: readonly Comparison[]): readonly Phrase[] {
  const [only, ...others] = comparisons;
  if (only === undefined) return ['No model changed'];
  if (others.length === 0) return onePhrases(only);
  const models = new Set(comparisons.map(({ model }) => model));
  const targets = new Set(comparisons.map(({ target }) => target));
  const [firstModel = ''] = models;
  const who: readonly Phrase[] = models.size === 1 ? [{ name: firstModel }] : [`${models.size} models`];
  const [firstTarget = ''] = targets;
  const where: readonly Phrase[] = targets.size === 1 ? [{ name: firstTarget }] : [`${targets.size} targets`];
  if (comparisons.every(({ state }) => state === 'removed'))
    return [...who, models.size === 1 ? ' was removed' : ' were removed'];
  if (comparisons.every(isUnchanged)) {
    return [...who, ' changed, but no metric did on ', ...where];
  }
  const verb = models.size === 1 ? 'stays within its budgets' : 'stay within their budgets';
  return [
    ...who,
    ` ${hasBudgets(comparisons) ? verb : 'changed; no budget applies'} on `,
    ...where,
    ...largestChange(comparisons),
  ];
}

function onePhrases(comparison: Comparison): readonly Phrase[] {
  const model = { name: comparison.model };
  const target = { name: comparison.target };
  const budgets = hasBudgets([comparison]);
  if (comparison.state === 'removed') return [model, ' was removed'];
  if (comparison.state === 'new' || comparison.base === null) {
    const is = comparison.state === 'new' ? 'is new and ' : 'is ';
    return [
      model,
      ` ${is}${budgets ? 'within its budgets' : 'without budgets'} on `,
      target,
      ': ',
      valuesWords(comparison),
    ];
  }
  if (isUnchanged(comparison)) {
    const what =
      comparison.state === 'unchanged' ? ' is unchanged and within its budgets on ' : ' changed, but no metric did on ';
    return [model, what, target];
  }
  const changes = changedMetrics(comparison);
  if (changes.length > 0 && changes.every(({ name, delta }) => isImprovement(delta, name))) {
    return [model, ' ', savesWords(comparison), ' on ', target];
  }
  const words = changes.slice(0, 3).flatMap(({ name, delta }) => {
    const metric = comparison.head?.[name];
    if (metric === null || metric === undefined) return [];
    return [`${metricWords[name].title} ${valueWords(metric, name)} (${deltaWords(delta, name)})`];
  });
  const verb = budgets ? 'stays within its budgets on' : 'changed; no budget applies on';
  return [model, ` ${verb} `, target, ...(words.length === 0 ? [] : [`: ${words.join(', ')}`])];
}

/** `saves 12 KiB flash, 1.2 ms latency and gains 0.4 pp accuracy`. */
function savesWords(comparison: Comparison): string {
  const changes = changedMetrics(comparison);
  const costs = changes
    .filter(({ name }) => !metricWords[name].moreIsBetter && explaining(name) === name)
    .slice(0, 3)
    .map(
      ({ name, delta }) =>
        `${comparison.head?.[name]?.basis === 'modelled' ? '≈ ' : ''}${formatValue(Math.abs(delta.absolute), metricWords[name].quantity)} ${metricWords[name].title}`,
    );
  const gained = changes
    .filter(({ name }) => metricWords[name].moreIsBetter)
    .map(
      ({ name, delta }) =>
        `${formatDifference(Math.abs(delta.absolute), metricWords[name].quantity).slice(1)} ${metricWords[name].title}`,
    );
  const gains = gained.length === 0 ? [] : [`gains ${gained.join(', ')}`];
  return [...(costs.length === 0 ? [] : [`saves ${costs.join(', ')}`]), ...gains].join(' and ');
}

function valuesWords({ head }: Comparison): string {
  const values = metricNames.flatMap((name) => {
    const metric = head?.[name];
    return metric === null || metric === undefined ? [] : [`${metricWords[name].title} ${valueWords(metric, name)}`];
  });
  return values.length === 0 ? 'no metric could be had' : values.slice(0, 3).join(', ');
}

function largestChange(comparisons: readonly Comparison[]): readonly Phrase[] {
  const changes = comparisons.flatMap((comparison) =>
    changedMetrics(comparison).map((change) => ({ ...change, comparison })),
  );
  const worse = changes.filter(({ name, delta }) => !isImprovement(delta, name));
  const [largest] = (worse.length > 0 ? worse : changes).sort(
    (left, right) => Math.abs(right.delta.relative ?? 1) - Math.abs(left.delta.relative ?? 1),
  );
  if (largest === undefined) return [];
  const { name, delta, comparison } = largest;
  const change =
    delta.relative === null ? formatDifference(delta.absolute, metricWords[name].quantity) : deltaWords(delta, name);
  const label = worse.length > 0 ? 'largest increase' : 'largest change';
  return [
    `; ${metricWords[name].moreIsBetter ? 'largest change' : label}: ${metricWords[name].title} ${change} (`,
    { name: comparison.model },
    ' on ',
    { name: comparison.target },
    ')',
  ];
}

function hasBudgets(comparisons: readonly Comparison[]): boolean {
  return comparisons.some(({ judgements }) => judgements.length > 0);
}
