import { nonNegativeLeastSquares } from '../../src/basics/least-squares.ts';

/** A measurement, as what each coefficient to be fitted counts in it. */
export interface FitRow {
  readonly label: string;
  /** Rows of one family are left out together when one of them is predicted. */
  readonly family: string;
  /** Milliseconds for one of each coefficient. */
  readonly counts: readonly number[];
  readonly milliseconds: number;
  /** Of its relative error among those of the others; 1 when absent. */
  readonly weight?: number;
}

/** Coefficients, and what each row is estimated to take by coefficients that were fitted without its family. */
export interface CrossValidated {
  readonly coefficients: readonly number[];
  readonly pairs: readonly { readonly label: string; readonly estimate: number; readonly measured: number }[];
}

/** Non-negative coefficients that come nearest to all rows, relative to each, and predictions of each family from the others. */
export function crossValidate(rows: readonly FitRow[]): CrossValidated {
  const predict = ({ counts }: FitRow, coefficients: readonly number[]) =>
    counts.reduce((sum, count, index) => sum + count * (coefficients[index] ?? 0), 0);
  const byFamily = new Map<string, readonly number[]>();
  for (const { family } of rows) {
    if (!byFamily.has(family)) byFamily.set(family, solve(rows.filter((row) => row.family !== family)));
  }
  return {
    coefficients: solve(rows),
    pairs: rows.map((row) => ({
      label: row.label,
      estimate: predict(row, byFamily.get(row.family) ?? []),
      measured: row.milliseconds,
    })),
  };
}

/** Coefficients that are scaled to like sizes for the solver. */
export function solve(rows: readonly FitRow[]): readonly number[] {
  const columns = rows[0]?.counts.length ?? 0;
  const largest = Array.from({ length: columns }, (_, column) =>
    rows.reduce((most, { counts, milliseconds }) => Math.max(most, (counts[column] ?? 0) / milliseconds), 0),
  );
  const scale = (value: number, column: number) => value / (largest[column] || 1);
  const solved = nonNegativeLeastSquares(
    rows.map(({ counts }) => counts.map(scale)),
    rows.map(({ milliseconds }) => milliseconds),
    rows.map(({ milliseconds, weight = 1 }) => weight / milliseconds),
  );
  return solved.map(scale);
}

/** Mean absolute relative error of pairs. */
export function meanError(pairs: readonly { readonly estimate: number; readonly measured: number }[]): number {
  return pairs.reduce((sum, { estimate, measured }) => sum + Math.abs(estimate / measured - 1), 0) / pairs.length;
}
