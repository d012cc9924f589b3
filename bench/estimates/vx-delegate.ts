/** Latency of the NPU of an i.MX 8M Plus against published runs: `node scripts/run-ts.mjs bench/estimates/vx-delegate.ts`. */
import type { Graph } from '../../src/graph/graph.ts';
import { familyOf, networks } from '../architectures/networks.ts';
import { printRows } from './accelerators.ts';
import { crossValidateBeside, type PartlyKnown, printFit } from './beside-known.ts';
import { graphCounts } from './graph-work.ts';
import { mlperfTiny } from './mlperf-tiny.ts';
import { type PublishedSet, published } from './published.ts';
import { type EstimateRow, estimateRow } from './row.ts';

/** NXP's fact sheet: 2.3 TOPS, two operations a multiply-accumulate; cycles are counted at 1 GHz. */
const cyclesPerMac = 1 / 1150;
const terms = ['cyclesPerSpilledByte', 'launchMicroseconds'] as const;

export async function vxDelegate(verbose = false): Promise<readonly EstimateRow[]> {
  const of = (runtime: string) =>
    published.find((set) => set.device === 'i.MX 8M Plus' && set.runtime === runtime && set.precision === 'int8');
  const [own, other] = [of('VX delegate'), of('Tengine')];
  if (own === undefined || other === undefined) return [];
  // How much of a result stays on the chip is chosen among these.
  for (const kibibytes of verbose ? [8, 16, 32, 64, 128, 256] : []) {
    const { pairs } = crossValidateBeside(rowsOf(own, kibibytes * 1024));
    const error = estimateRow({ runtime: '', board: '', metric: 'latency', how: '' }, pairs).meanError;
    console.log(`${kibibytes} KiB on the chip: ${(100 * error).toFixed(1)} %`);
  }
  const onChipBytes = 32 * 1024;
  const fit = crossValidateBeside(rowsOf(own, onChipBytes));
  const unseen = rowsOf(other, onChipBytes).map((row) => ({
    label: row.label,
    estimate: row.known + row.counts.reduce((sum, count, index) => sum + count * (fit.coefficients[index] ?? 0), 0),
    measured: row.milliseconds,
  }));
  if (verbose) {
    printFit(terms, fit);
    printFit([], { coefficients: [], pairs: unseen });
  }
  const board = 'imx8mp-evk';
  return [
    estimateRow(
      { runtime: 'vx-delegate', board, metric: 'latency', how: 'int8; fitted without the family' },
      fit.pairs,
    ),
    estimateRow(
      {
        runtime: 'Tengine',
        board,
        metric: 'latency',
        how: 'uint8 with one scale per tensor, another compiler on the same NPU, not fitted at all',
      },
      unseen,
    ),
  ];
}

function rowsOf(set: PublishedSet, onChipBytes: number): readonly PartlyKnown[] {
  const tiny: Readonly<Record<string, Graph>> = mlperfTiny();
  return Object.entries(set.milliseconds).map(([network, milliseconds]) => {
    const graph = tiny[network] ?? networks[network]?.(set.precision);
    if (graph === undefined) throw new RangeError(`there is no network ${network}`);
    const counts = graphCounts(graph, onChipBytes);
    const macs = counts.cyclesPerConvolutionMac + counts.cyclesPerDepthwiseMac + counts.cyclesPerDenseMac;
    return {
      label: network,
      family: familyOf(network),
      known: macs * cyclesPerMac * 1e-6,
      counts: terms.map((term) => counts[term] * (term === 'launchMicroseconds' ? 1e-3 : 1e-6)),
      milliseconds,
    };
  });
}

if (process.argv[1]?.includes('vx-delegate')) printRows(await vxDelegate(true));
