import { type CrossValidated, crossValidate, type FitRow } from './fit.ts';

/** A measurement of which a part is known without fitting: what the hardware's own figures say it takes. */
export interface PartlyKnown extends FitRow {
  readonly known: number;
}

/** As `crossValidate`, of what is left beside the known part; errors are relative to the whole. */
export function crossValidateBeside(rows: readonly PartlyKnown[]): CrossValidated {
  const { coefficients, pairs } = crossValidate(
    rows.map((row) => {
      const milliseconds = Math.max(row.milliseconds - row.known, row.milliseconds / 100);
      return { ...row, milliseconds, weight: milliseconds / row.milliseconds };
    }),
  );
  return {
    coefficients,
    pairs: pairs.map(({ label, estimate }, index) => ({
      label,
      estimate: estimate + (rows[index]?.known ?? 0),
      measured: rows[index]?.milliseconds ?? Number.NaN,
    })),
  };
}

/** Prints what was fitted and each prediction. */
export function printFit(terms: readonly string[], { coefficients, pairs }: CrossValidated): void {
  console.log(terms.map((term, index) => `${term}: ${Number(coefficients[index]?.toPrecision(3))}`).join(', '));
  for (const { label, estimate, measured } of pairs) {
    console.log(`    ${label.padEnd(32)} ${measured.toFixed(3)} ms ${((estimate / measured - 1) * 100).toFixed(0)} %`);
  }
}
