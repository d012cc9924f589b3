import type { Measurement, Metric } from '../measurement/measurement.ts';
import type { MetricName } from '../measurement/metric-names.ts';
import type { BudgetMetric } from './budget.ts';

/** A number that a budget is held against. */
export interface Reading {
  readonly value: number;
  /** The relative error of the estimator, when it is an estimate. */
  readonly error: number | undefined;
  readonly isEstimate: boolean;
  /** Where the true value may be more, or less. */
  readonly bound?: Metric['bound'];
  readonly source?: string | undefined;
}

/** What a reading is taken of: a Measurement, or as much of it as was recorded; `model` is `null` where nothing is known of the file. */
export type Readable = Pick<Measurement, MetricName | 'unavailable'> & {
  readonly model: Pick<Measurement['model'], 'parameters' | 'bytes'> | null;
};

/** The value of a metric in a measurement, or why there is none. */
export function readingOf(measurement: Readable, metric: BudgetMetric): Reading | { readonly missing: string } {
  if (metric === 'parameters' || metric === 'modelBytes') {
    const { model } = measurement;
    if (model === null) return { missing: 'it was not recorded' };
    return { value: metric === 'parameters' ? model.parameters : model.bytes, error: undefined, isEstimate: false };
  }
  return readingOfMetric(measurement[metric], measurement.unavailable[metric]);
}

/** The value of a metric, or why there is none. */
export function readingOfMetric(
  read: Metric | null,
  missing = 'no reason was given',
): Reading | { readonly missing: string } {
  if (read === null) return { missing };
  const { value, error, basis, bound, source } = read;
  return { value, error, isEstimate: basis === 'modelled', source, ...(bound === undefined ? {} : { bound }) };
}
