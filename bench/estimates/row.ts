/** How good an estimator is on one board or family of boards, on models that its coefficients were not fitted on. */
export interface EstimateRow {
  readonly runtime: string;
  /** A board's id, or a family of boards. */
  readonly board: string;
  readonly metric: 'latency' | 'peakRam' | 'flash' | 'energy' | 'cycles' | 'placement';
  /** Measurements compared with. */
  readonly n: number;
  /** Relative errors as fractions: of half, and of nine in ten measurements at most so much. */
  readonly medianError: number;
  readonly p90Error: number;
  /** Mean absolute relative error, what boards state. */
  readonly meanError: number;
  /** Spearman's rank correlation of estimate and measurement; NaN for fewer than three. */
  readonly spearman: number;
  /** What was fitted and what was left out: `fitted without the model's family`. */
  readonly how: string;
}

/** A row from pairs of estimate and measurement. */
export function estimateRow(
  about: Pick<EstimateRow, 'runtime' | 'board' | 'metric' | 'how'>,
  pairs: readonly { readonly estimate: number; readonly measured: number }[],
): EstimateRow {
  const errors = pairs.map(({ estimate, measured }) => Math.abs(estimate / measured - 1)).sort((a, b) => a - b);
  const quantile = (share: number) =>
    errors[Math.min(errors.length - 1, Math.floor(share * errors.length))] ?? Number.NaN;
  return {
    ...about,
    n: pairs.length,
    medianError: quantile(0.5),
    p90Error: quantile(0.9),
    meanError: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    spearman: spearman(
      pairs.map(({ estimate }) => estimate),
      pairs.map(({ measured }) => measured),
    ),
  };
}

/** Spearman's rank correlation; equal values share the mean of their ranks. */
function spearman(one: readonly number[], other: readonly number[]): number {
  if (one.length < 3) return Number.NaN;
  const [a, b] = [ranks(one), ranks(other)];
  const mean = (one.length + 1) / 2;
  let [covariance, varianceA, varianceB] = [0, 0, 0];
  a.forEach((rank, index) => {
    const [x, y] = [rank - mean, (b[index] ?? mean) - mean];
    covariance += x * y;
    varianceA += x * x;
    varianceB += y * y;
  });
  return covariance / Math.sqrt(varianceA * varianceB);
}

function ranks(values: readonly number[]): readonly number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const result = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end + 1 < order.length && values[order[end + 1] ?? 0] === values[order[start] ?? 0]) end += 1;
    for (let at = start; at <= end; at += 1) result[order[at] ?? 0] = (start + end) / 2 + 1;
    start = end + 1;
  }
  return result;
}
