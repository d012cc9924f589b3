/** Latency of the MCX N947, with and without its NPU, against published runs: `node scripts/run-ts.mjs bench/estimates/neutron.ts`. */
import type { Graph } from '../../src/graph/graph.ts';
import { isStarted, neutronCycles } from '../../src/runtimes/neutron/cycles.ts';
import { neutronPlacement } from '../../src/runtimes/neutron/placement.ts';
import { operatorCost } from '../../src/runtimes/tflm/cycles.ts';
import type { Board } from '../../src/targets/board.ts';
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

/** The network that the wait in the board's file is from, and what NXP's SDK has of its flash at 150 MHz: states to wait, for 16 bytes at once. */
const dense = 'autoencoder-mlperf-tiny';
const [waitStates, readBytes] = [3, 16];

function withFlashWait(board: Board, value: number): Board {
  const tflm = { ...board.runtimes.tflm, flashCyclesPerWeightByte: { value, source: 'wait' } };
  return { ...board, runtimes: { ...board.runtimes, tflm } };
}

export async function neutron(verbose = false): Promise<readonly EstimateRow[]> {
  const board = loadBoard('frdm-mcxn947');
  const cost = (graph: Graph, isOnCpu: (index: number) => boolean, on: Board = board) =>
    graph.operators.reduce(
      (sum, operator, index) =>
        sum + (isOnCpu(index) ? (operatorCost(graph, operator, on)?.milliseconds ?? Number.NaN) : 0),
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
  const unfitted = withFlashWait(board, waitStates / readBytes);
  const cpu = graphs.map(([label, graph]) => ({
    label,
    estimate: cost(graph, () => true, label === dense ? unfitted : board),
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
        how: "its core and its clock; the dense network with the wait that its flash's wait states make; nothing fitted",
      },
      cpu,
    ),
  ];
}

if (process.argv[1]?.includes('neutron')) printRows(await neutron(true));
