/** Latency of the MCX N947, with and without its NPU, against published runs: `node scripts/run-ts.mjs bench/estimates/neutron.ts`. */
import type { Graph } from '../../src/graph/graph.ts';
import { isStarted, neutronCycles } from '../../src/runtimes/neutron/cycles.ts';
import { neutronPlacement } from '../../src/runtimes/neutron/placement.ts';
import { operatorCost } from '../../src/runtimes/tflm/cycles.ts';
import { loadBoard } from '../../src/targets/load.ts';
import { familyOf } from '../architectures/networks.ts';
import { printRows } from './accelerators.ts';
import { crossValidateBeside, type PartlyKnown, printFit } from './beside-known.ts';
import { mlperfTiny } from './mlperf-tiny.ts';
import { type EstimateRow, estimateRow } from './row.ts';

/** NXP/eiq-model-zoo 58c2b00, tasks/{audio,vision}/…/README.md: milliseconds on MCX N947 with MCUXpresso SDK 2.13.0. */
const milliseconds: Readonly<Record<string, { readonly cpu: number; readonly npu: number }>> = {
  'autoencoder-mlperf-tiny': { cpu: 5.605, npu: 0.797 },
  'dscnn-mlperf-tiny': { cpu: 62, npu: 3.329 },
  'resnet-8-mlperf-tiny': { cpu: 266.67, npu: 6.31 },
  'mobilenet1-0.25-96-mlperf-tiny': { cpu: 194.313, npu: 6.384 },
};

export async function neutron(verbose = false): Promise<readonly EstimateRow[]> {
  const board = loadBoard('frdm-mcxn947');
  const cost = (graph: Graph, isOnCpu: (index: number) => boolean) =>
    graph.operators.reduce(
      (sum, operator, index) =>
        sum + (isOnCpu(index) ? (operatorCost(graph, operator, board)?.milliseconds ?? Number.NaN) : 0),
      0,
    );
  const graphs = Object.entries(mlperfTiny());
  const rows = graphs.map(([label, graph]): PartlyKnown => {
    const onNpu = graph.operators.map(
      (operator, index) => neutronPlacement(graph, { operator, index, isInteger: true }).unit === 'npu',
    );
    const npu = graph.operators.filter((_, index) => onNpu[index]);
    const cycles = npu.reduce((sum, operator) => sum + neutronCycles(graph, operator), 0);
    return {
      label,
      family: familyOf(label),
      known: (1e3 * cycles) / board.clockHz.value + cost(graph, (index) => onNpu[index] !== true),
      counts: [npu.filter((operator) => isStarted(graph, operator)).length / 1e3],
      milliseconds: milliseconds[label]?.npu ?? Number.NaN,
    };
  });
  const fit = crossValidateBeside(rows);
  const cpu = graphs.map(([label, graph]) => ({
    label,
    estimate: cost(graph, () => true),
    measured: milliseconds[label]?.cpu ?? Number.NaN,
  }));
  if (verbose) {
    printFit(['startMicroseconds'], fit);
    printFit([], { coefficients: [], pairs: cpu });
  }
  const about = { board: board.id, metric: 'latency' } as const;
  return [
    estimateRow(
      { ...about, runtime: 'neutron', how: 'one coefficient, the start of an operator; fitted without the network' },
      fit.pairs,
    ),
    estimateRow(
      {
        ...about,
        runtime: 'tflm',
        how: 'its core, its clock and a guess at its flash from other boards; nothing fitted',
      },
      cpu,
    ),
  ];
}

if (process.argv[1]?.includes('neutron')) printRows(await neutron(true));
