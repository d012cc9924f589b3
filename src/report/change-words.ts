import { formatDifference, formatRelative, formatValue } from '../basics/format.ts';
import type { BudgetMetric } from '../judge/budget.ts';
import type { Attribution, Comparison, Delta } from '../judge/comparison.ts';
import { metricWords } from '../judge/metric-words.ts';
import type { Metric } from '../measurement/measurement.ts';
import { type MetricName, metricNames } from '../measurement/metric-names.ts';

/** A metric's value with the sign of an estimate or a bound where it is one: `≈ 18.2 ms`. */
export function valueWords(metric: Metric, name: MetricName): string {
  return `${signOf(metric)}${formatValue(metric.value, metricWords[name].quantity)}`;
}

function signOf({ basis, bound }: Metric): string {
  if (bound !== undefined) return bound === 'at-least' ? '≥ ' : '≤ ';
  return basis === 'modelled' ? '≈ ' : '';
}

/** The metric whose layers explain another: power and days follow from energy, duty from latency. */
const explainedBy: Readonly<Partial<Record<BudgetMetric, MetricName>>> = {
  averagePower: 'energy',
  batteryLife: 'energy',
  duty: 'latency',
};

/** The metric whose attributions tell why a metric changed. */
export function explaining(name: MetricName): MetricName {
  return explainedBy[name] ?? name;
}

/** A metric's change in short: `+18.4 %`, `−0.5 pp` for a share, `+3 KiB` where the base was 0, `±0` when there is none. */
export function deltaWords(delta: Delta, name: MetricName): string {
  if (delta.absolute === 0) return '±0';
  const { quantity } = metricWords[name];
  if (quantity === 'ratio' || delta.relative === null) return formatDifference(delta.absolute, quantity);
  return formatRelative(delta.relative);
}

/** True when a change makes things better: less of a cost, more accuracy. */
export function isImprovement(delta: Delta, name: MetricName): boolean {
  return metricWords[name].moreIsBetter ? delta.absolute > 0 : delta.absolute < 0;
}

/** The metrics that changed, the largest relative change first. */
export function changedMetrics(
  comparison: Comparison,
): readonly { readonly name: MetricName; readonly delta: Delta }[] {
  return metricNames
    .flatMap((name) => {
      const delta = comparison.deltas[name];
      return delta === undefined || Math.abs(delta.absolute) < 1e-12 ? [] : [{ name, delta }];
    })
    .sort((left, right) => Math.abs(right.delta.relative ?? 1) - Math.abs(left.delta.relative ?? 1));
}

/** The layers that pushed a metric the way it went, largest first; rows that are not layers come last. */
export function causesOf(comparison: Comparison, name: string, limit: number): readonly Attribution[] {
  const rows = comparison.attributions.filter(({ metric }) => metric === name);
  const direction = Math.sign(rows.reduce((sum, { delta }) => sum + delta, 0));
  const causes = rows.filter(({ delta }) => Math.sign(delta) === direction);
  return [...causes.filter(({ type }) => type !== 'other'), ...causes.filter(({ type }) => type === 'other')].slice(
    0,
    limit,
  );
}
