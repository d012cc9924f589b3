import type { Comparison } from '../judge/comparison.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { type MetricName, metricNames } from '../measurement/metric-names.ts';

/** Metrics that only some targets or models have: where they can't be had and nobody asked, nothing is said of them. */
const particular: ReadonlySet<MetricName> = new Set<MetricName>([
  'dataMemory',
  'weightMemory',
  'accelerated',
  'averagePower',
  'duty',
  'batteryLife',
]);

/** The metrics to show of a measurement, also those that can't be had but could be expected. */
export function shownMetrics(measurement: Measurement): readonly MetricName[] {
  return metricNames.filter((name) => !particular.has(name) || measurement[name] !== null);
}

/** True when a comparison has a metric on either side, has a budget for it, or could be expected to have it. */
export function isExpected({ base, head, judgements }: Comparison, name: MetricName): boolean {
  const isThere = (base?.[name] ?? head?.[name] ?? null) !== null;
  return isThere || !particular.has(name) || judgements.some(({ budget }) => budget.metric === name);
}
