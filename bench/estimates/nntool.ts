/** Latency and energy of GAP9 against GreenWaves' submissions to MLPerf Tiny: `node scripts/run-ts.mjs bench/estimates/nntool.ts`. */
import { gapCycles } from '../../src/runtimes/nntool/cycles.ts';
import { computedTensors, operatorWork } from '../../src/runtimes/roofline/work.ts';
import { familyOf } from '../architectures/networks.ts';
import { printRows } from './accelerators.ts';
import { crossValidateBeside, type PartlyKnown, printFit } from './beside-known.ts';
import { mlperfTiny } from './mlperf-tiny.ts';
import { type EstimateRow, estimateRow } from './row.ts';

/**
 * mlcommons/tiny_results_v1.0, closed/greenwaves-technologies: median inferences in a second (results/gap9_800_370, gap9_650_240, …/performance/results.txt),
 * microjoules at 370 MHz and 0.8 V with the throughput of that run (…/energy/results.txt), bits of the weights (code/…/submission/Makefile).
 */
const submitted: Readonly<Record<string, Submitted>> = {
  'autoencoder-mlperf-tiny': { at370: 5691.597, at240: 3689.707, microjoules: 7.294, energyRun: 5681.28, bits: 6 },
  'dscnn-mlperf-tiny': { at370: 2103.206, at240: 1365.785, microjoules: 26.659, energyRun: 2107.926, bits: 5 },
  'resnet-8-mlperf-tiny': { at370: 1622.799, at240: 1053.364, microjoules: 40.356, energyRun: 1607.976, bits: 7 },
  'mobilenet1-0.25-96-mlperf-tiny': {
    at370: 889.048,
    at240: 577.028,
    microjoules: 58.356,
    energyRun: 890.551,
    bits: 5,
  },
};

interface Submitted {
  readonly at370: number;
  readonly at240: number;
  readonly microjoules: number;
  readonly energyRun: number;
  readonly bits: number;
}

/** Of the cluster without NE16, which GreenWaves' simulator printed (code/image_classification/gap_single_sample/gvsoc.dat): 6.09 operations a cycle in all, 1.9 cycles an element of its sums. */
const known = { operatorCycles: 0, cyclesPerClusterMac: 1 / 6.09, cyclesPerClusterElement: 1.9 };

export async function nntool(verbose = false): Promise<readonly EstimateRow[]> {
  const rows = Object.entries(mlperfTiny()).flatMap(([label, graph]): readonly PartlyKnown[] => {
    const run = submitted[label];
    if (run === undefined) return [];
    const cycles = graph.operators.reduce((sum, each) => sum + gapCycles(graph, each, run.bits, known), 0);
    const computed = computedTensors(graph);
    const started = graph.operators.reduce((sum, each) => sum + operatorWork(graph, each, computed).launches, 0);
    const milliseconds = 1e3 / run.at370;
    return [{ label, family: familyOf(label), known: cycles / 370e3, counts: [started / 370e3], milliseconds }];
  });
  const fit = crossValidateBeside(rows);
  const slower = fit.pairs.map(({ label, estimate }) => ({
    label,
    estimate: (estimate * 370) / 240,
    measured: 1e3 / (submitted[label]?.at240 ?? Number.NaN),
  }));
  const milliwatts = ({ microjoules, energyRun }: Submitted) => (microjoules * energyRun) / 1e3;
  const energy = fit.pairs.flatMap(({ label, estimate }) => {
    const own = submitted[label];
    if (own === undefined) return [];
    const others = Object.entries(submitted).filter(([each]) => each !== label);
    const power = others.reduce((sum, [, each]) => sum + milliwatts(each), 0) / others.length;
    return [{ label, estimate: estimate * power, measured: own.microjoules }];
  });
  if (verbose) {
    printFit(['operatorCycles'], fit);
    const powers = Object.values(submitted).map(milliwatts);
    console.log(`mW: ${powers.map((each) => each.toFixed(1)).join(', ')}`);
    console.log(`mean: ${(powers.reduce((sum, each) => sum + each, 0) / powers.length).toFixed(1)}`);
  }
  const about = { runtime: 'nntool', board: 'gap9' } as const;
  const how = 'one coefficient, the start of an operator; fitted without the network, with its own bits of weights';
  return [
    estimateRow({ ...about, metric: 'latency', how }, fit.pairs),
    estimateRow({ ...about, metric: 'latency', how: 'the same cycles at 240 MHz, not fitted' }, slower),
    estimateRow({ ...about, metric: 'energy', how: 'power and latency without the network' }, energy),
  ];
}

if (process.argv[1]?.includes('nntool')) printRows(await nntool(true));
