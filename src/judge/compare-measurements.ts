import type { Measurement } from '../measurement/measurement.ts';
import { metricNames } from '../measurement/metric-names.ts';
import type { Comparison } from './comparison.ts';

/** Head − base of every metric that both have: absolute in the metric's unit, relative to the base (`null` when that is 0). */
export function compareMeasurements(base: Measurement | null, head: Measurement | null): Comparison['deltas'] {
  const deltas: Comparison['deltas'] = {};
  for (const metric of metricNames) {
    const before = base?.[metric]?.value;
    const after = head?.[metric]?.value;
    if (before === undefined || after === undefined) continue;
    deltas[metric] = { absolute: after - before, relative: before === 0 ? null : (after - before) / before };
  }
  return deltas;
}
