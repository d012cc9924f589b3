/**
 * Non-negative least squares by coordinate descent: the coefficients `x >= 0` that minimise `sum(weight * (row · x - value))^2`.
 * Small and dense problems only. Columns that are all zero get 0.
 */
export function nonNegativeLeastSquares(
  rows: readonly (readonly number[])[],
  values: readonly number[],
  weights: readonly number[],
): readonly number[] {
  const columns = rows[0]?.length ?? 0;
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  const gram = Array.from({ length: columns }, (_, a) =>
    Array.from({ length: columns }, (_, b) =>
      rows.reduce((sum, _, row) => sum + (weights[row] ?? 0) ** 2 * at(row, a) * at(row, b), 0),
    ),
  );
  const target = Array.from({ length: columns }, (_, a) =>
    rows.reduce((sum, _, row) => sum + (weights[row] ?? 0) ** 2 * at(row, a) * (values[row] ?? 0), 0),
  );
  const solution = new Array<number>(columns).fill(0);
  for (let round = 0; round < 20_000; round++) {
    let change = 0;
    for (let column = 0; column < columns; column++) {
      const diagonal = gram[column]?.[column] ?? 0;
      if (diagonal === 0) continue;
      const residual = solution.reduce((sum, x, other) => sum - (gram[column]?.[other] ?? 0) * x, target[column] ?? 0);
      const before = solution[column] ?? 0;
      const after = Math.max(0, before + residual / diagonal);
      change = Math.max(change, Math.abs(after - before) / Math.max(1e-9, after, before));
      solution[column] = after;
    }
    if (change < 1e-7) break;
  }
  return solution;
}
