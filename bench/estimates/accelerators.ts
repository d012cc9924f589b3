import type { CostCounts } from '../../src/runtimes/roofline/time.ts';
import { familyOf, networks } from '../architectures/networks.ts';
import { crossValidate, type FitRow } from './fit.ts';
import { graphCounts } from './graph-work.ts';
import { type PublishedSet, published } from './published.ts';
import { type EstimateRow, estimateRow } from './row.ts';

type Term = keyof CostCounts;

/** What is fitted on an accelerator, and what one of its cycles takes. */
export interface AcceleratorFit {
  readonly device: string;
  readonly board: string;
  readonly runtime: string;
  readonly publishedRuntime: string;
  readonly clockHz: number;
  readonly onChipBytes: number;
  readonly terms: readonly Term[];
  /** Where large networks tell nothing of it. */
  readonly fixedLaunchMicroseconds?: number;
  /** Networks of one family in the measurements: leaves out each network instead of its family. */
  readonly byNetwork?: boolean;
}

/** Cross-validated estimates of an accelerator, for each precision that was measured; `verbose` prints coefficients and every network. */
export function accelerator(fitted: AcceleratorFit, verbose: boolean): readonly EstimateRow[] {
  const { device, board, runtime, publishedRuntime, terms, byNetwork = false } = fitted;
  return published
    .filter((set) => set.device === device && set.runtime === publishedRuntime)
    .map((set) => {
      const rows = fitRows(set, fitted);
      const { coefficients, pairs } = crossValidate(rows);
      if (verbose) {
        const yaml = terms.map((term, index) => `${term}: ${Number(coefficients[index]?.toPrecision(3))}`);
        console.log(`${board} ${set.precision}: ${yaml.join(', ')}`);
        for (const { label, estimate, measured } of pairs)
          console.log(
            `    ${label.padEnd(30)} ${measured.toFixed(2)} ms ${((estimate / measured - 1) * 100).toFixed(0)} %`,
          );
      }
      const how = `${set.precision}; fitted without the ${byNetwork ? 'network, all of one family' : 'family'}`;
      return estimateRow({ runtime, board, metric: 'latency', how }, pairs);
    });
}

function fitRows(
  set: PublishedSet,
  { clockHz, onChipBytes, terms, byNetwork, fixedLaunchMicroseconds = 0 }: AcceleratorFit,
): readonly FitRow[] {
  return Object.entries(set.milliseconds).map(([network, milliseconds]) => {
    const make = networks[network];
    if (make === undefined) throw new RangeError(`there is no network ${network}`);
    const counts = graphCounts(make(set.precision), onChipBytes);
    const each = (term: Term) => counts[term] * (term === 'launchMicroseconds' ? 1e-3 : 1e3 / clockHz);
    return {
      label: network,
      family: byNetwork ? network : familyOf(network),
      counts: terms.map(each),
      milliseconds: milliseconds - (counts.launchMicroseconds * fixedLaunchMicroseconds) / 1e3,
    };
  });
}

/** Prints rows as a table. */
export function printRows(rows: readonly EstimateRow[]): void {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  console.table(
    rows.map(({ runtime, board, metric, n, meanError, medianError, p90Error, spearman, how }) => ({
      runtime,
      board,
      metric,
      n,
      mean: percent(meanError),
      median: percent(medianError),
      p90: percent(p90Error),
      rank: spearman.toFixed(3),
      how,
    })),
  );
}
