import { type DiffMetric, type DiffRow, diffMetrics } from './model-diff.ts';

/** Places of rows, those first that have the largest share of some metric's difference, of two equal ones the changed one. */
export function byImportance(rows: readonly DiffRow[]): readonly number[] {
  const sums = new Map<DiffMetric, number>();
  for (const { deltas } of rows) {
    for (const metric of diffMetrics) sums.set(metric, (sums.get(metric) ?? 0) + Math.abs(deltas[metric] ?? 0));
  }
  const importance = rows.map(({ kind, deltas }) => {
    const shares = diffMetrics.map((metric) => Math.abs(deltas[metric] ?? 0) / (sums.get(metric) || 1));
    return Math.max(...shares) + (kind === 'same' ? 0 : 1e-6);
  });
  return rows
    .map((_, at) => at)
    .sort((left, right) => (importance[right] ?? 0) - (importance[left] ?? 0) || left - right);
}
