/** The STM32N6's NPU against published runs and memory: `node scripts/run-ts.mjs bench/estimates/neural-art.ts`. */
import { tensorAt, tensorBytes } from '../../src/graph/access.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { computedTensors } from '../../src/runtimes/roofline/work.ts';
import { neuralArtActivations } from '../../src/runtimes/st-edge-ai/neural-art-memory.ts';
import { mobilenetV2 } from '../architectures/mobilenets.ts';
import { familyOf, networks } from '../architectures/networks.ts';
import { accelerator, printRows } from './accelerators.ts';
import { crossValidate } from './fit.ts';
import memory from './neural-art-memory.json' with { type: 'json' };
import { type EstimateRow, estimateRow } from './row.ts';

const about = { runtime: 'st-edge-ai', board: 'stm32n6570-dk' } as const;

/** Latency by roofline, activations as placed in banks, and weights with a factor for depthwise filters. */
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
  return [...latency, ...activations(verbose), weights(verbose)];
}

const measured = Object.entries(memory.kibibytes).flatMap(([name, { ram, weights: flash }]) => {
  const graph = networks[name]?.('int8');
  return graph === undefined ? [] : [{ name, graph, ram: ram * 1024, flash: flash * 1024 }];
});

/** Against the networks that the rules were found on, and MoveNet, for which no rule was changed: its largest buffers are those of MobileNet V2. */
function activations(verbose: boolean): readonly EstimateRow[] {
  const pairs = (rows: readonly { readonly name: string; readonly graph: Graph; readonly ram: number }[]) =>
    rows.map(({ name, graph, ram }) => {
      const estimate = neuralArtActivations(withConvertedInput(graph)).memory.arenaRequired;
      if (verbose)
        console.log(`activations of ${name}: ${(estimate / 1024).toFixed(2)} of ${(ram / 1024).toFixed(2)} KiB`);
      return { estimate, measured: ram };
    });
  const moveNet = Object.entries(memory.moveNet.kibibytes).map(([resolution, ram]) => ({
    name: `MoveNet ${resolution}`,
    graph: mobilenetV2('int8', 1, Number(resolution)),
    ram: ram * 1024,
  }));
  const about = { runtime: 'st-edge-ai', board: 'stm32n6570-dk', metric: 'peakRam' } as const;
  return [
    estimateRow({ ...about, how: 'rules of placing, found on these networks; no coefficient' }, pairs(measured)),
    estimateRow({ ...about, how: 'MoveNet, by the same rules, none of which was changed for it' }, pairs(moveNet)),
  ];
}

/** The zoo's networks take 8-bit images without sign and convert them first. */
export function withConvertedInput(graph: Graph): Graph {
  const [input] = graph.inputs;
  const tensor = input === undefined ? undefined : graph.tensors[input];
  if (input === undefined || tensor === undefined) return graph;
  const id = graph.tensors.length;
  return {
    ...graph,
    tensors: [...graph.tensors, { ...tensor, name: `${tensor.name} as it comes`, dtype: 'uint8' }],
    operators: [
      { name: 'convert', type: 'QUANTIZE', domain: '', version: 1, inputs: [id], outputs: [input], attributes: {} },
      ...graph.operators,
    ],
    inputs: [id, ...graph.inputs.slice(1)],
  };
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
