/** The STM32N6's NPU against published runs and memory: `node scripts/run-ts.mjs bench/estimates/neural-art.ts`. */
import { tensorAt, tensorBytes } from '../../src/graph/access.ts';
import { plannedActivations } from '../../src/runtimes/estimate/planned-activations.ts';
import { computedTensors } from '../../src/runtimes/roofline/work.ts';
import { familyOf, networks } from '../architectures/networks.ts';
import { accelerator, printRows } from './accelerators.ts';
import { crossValidate } from './fit.ts';
import memory from './neural-art-memory.json' with { type: 'json' };
import { type EstimateRow, estimateRow } from './row.ts';

const about = { runtime: 'st-edge-ai', board: 'stm32n6570-dk' } as const;

/** Latency by roofline, activations as planned by size, and weights with a factor for depthwise filters. */
export async function neuralArt(verbose = false): Promise<readonly EstimateRow[]> {
  const latency = accelerator(
    {
      ...about,
      device: 'STM32N6570-DK',
      publishedRuntime: 'ST Edge AI, Neural-ART',
      clockHz: 1e9,
      onChipBytes: 0,
      terms: ['cyclesPerConvolutionMac', 'cyclesPerDataByte', 'cyclesPerWeightByte', 'launchMicroseconds'],
    },
    verbose,
  );
  return [...latency, activations(), weights(verbose)];
}

const measured = Object.entries(memory.kibibytes).flatMap(([name, { ram, weights: flash }]) => {
  const graph = networks[name]?.('int8');
  return graph === undefined ? [] : [{ name, graph, ram: ram * 1024, flash: flash * 1024 }];
});

function activations(): EstimateRow {
  const pairs = measured.map(({ graph, ram }) => ({
    estimate: plannedActivations(graph, 16).memory.arenaRequired,
    measured: ram,
  }));
  return estimateRow({ ...about, metric: 'peakRam', how: 'activations planned by size, nothing fitted' }, pairs);
}

function weights(verbose: boolean): EstimateRow {
  const rows = measured.map(({ name, graph, flash }) => {
    const computed = computedTensors(graph);
    const constants = (isDepthwise: boolean) =>
      graph.operators
        .filter(({ type }) => (type === 'DEPTHWISE_CONV_2D') === isDepthwise)
        .flatMap(({ inputs }) => inputs.flatMap((id) => (id === null || computed.has(id) ? [] : [id])))
        .reduce((sum, id) => sum + (tensorBytes(tensorAt(graph, id)) ?? 0), 0);
    const plain = constants(false);
    return {
      label: name,
      family: familyOf(name),
      counts: [constants(true)],
      milliseconds: flash - plain,
      plain,
      flash,
    };
  });
  // Without depthwise filters there is nothing to fit.
  const { coefficients, pairs } = crossValidate(rows.filter(({ counts: [depthwise = 0] }) => depthwise > 0));
  if (verbose) console.log(`bytes in flash for each of a depthwise filter: ${coefficients[0]?.toFixed(2)}`);
  const extra = new Map(pairs.map(({ label, estimate }) => [label, estimate]));
  return estimateRow(
    { ...about, metric: 'flash', how: 'weights as stored; the factor of depthwise filters fitted without the family' },
    rows.map(({ label, plain, flash }) => ({ estimate: plain + (extra.get(label) ?? 0), measured: flash })),
  );
}

if (process.argv[1]?.includes('neural-art')) printRows(await neuralArt(true));
