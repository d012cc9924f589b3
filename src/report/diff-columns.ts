import type { Quantity } from '../basics/format.ts';
import type { DiffMetric } from '../diff/model-diff.ts';

/** What a metric of the diff is called as a column, and what its differences are. */
export const diffColumns: Readonly<Record<DiffMetric, { readonly title: string; readonly quantity: Quantity }>> = {
  peakRam: { title: 'Peak RAM', quantity: 'B' },
  flash: { title: 'Flash', quantity: 'B' },
  latency: { title: 'Latency', quantity: 'ms' },
  energy: { title: 'Energy', quantity: 'mJ' },
  macs: { title: 'MACs', quantity: 'count' },
  parameters: { title: 'Parameters', quantity: 'count' },
};
