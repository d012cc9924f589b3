import type { Graph } from '../../graph/graph.ts';
import type { Finding, Metric, Part } from '../../measurement/measurement.ts';
import { isQuantized } from '../../quantize/is-quantized.ts';
import type { QdqRules } from '../../quantize/onnx/qdq-rules.ts';
import type { Target } from '../../targets/target.ts';
import { acceleratedEnergy } from '../estimate/accelerated-energy.ts';
import { latencySum, whyMissing } from '../estimate/latency-and-energy.ts';
import { costedLayers, type LayerCost } from '../estimate/layers.ts';
import { misfit } from '../estimate/misfits.ts';
import { noEstimate } from '../estimate/no-estimate.ts';
import { openShapes } from '../estimate/open-shapes.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import type { Artifact, Estimate, Runtime } from '../runtime.ts';
import { loweredNetwork } from '../st-edge-ai/lowered.ts';
import { operatorCost } from '../tflm/cycles.ts';
import { exceeded, refusals, withStreaming } from './checks.ts';
import { layerCycles, startCycles } from './cycles.ts';
import { type HardwareNetwork, hardwareNetwork } from './layers.ts';
import { type Limits, limitsOf } from './limits.ts';
import { peakData, weightBytes, weightMemoryBytes } from './memory.ts';
import { pictureOf } from './pictures.ts';

/** ai8x-training: activations and weights symmetric, every scale a power of two, one for all weights of a layer. */
const rules: QdqRules = {
  activations: 'symmetric',
  scales: 'powers-of-two',
  weights: 'per-tensor',
  bias: 32,
  fusing: new Set(['Conv', 'Gemm']),
  allResults: true,
};

/** Analog Devices' ai8x tools: a network becomes C code that configures the accelerator of a MAX78000, which runs all of it or nothing. */
export const ai8x: Runtime = {
  id: 'ai8x',
  title: 'ai8x-synthesis (MAX78000 CNN accelerator)',
  loads: ['onnx', 'tflite'],
  takesAsIs: isQuantized,
  qdqRules: () => rules,
  estimate,
};

function estimate(artifact: Artifact, target: Target): Estimate {
  const limits = limitsOf(target);
  const accelerator = target.board.runtimes.ai8x?.accelerator;
  const lowered = loweredNetwork(artifact.graph);
  if (limits === undefined || accelerator?.clockHz === undefined) {
    return noEstimate(`Nothing is known of an accelerator for ai8x on ${target.board.title}.`, []);
  }
  if ('refusal' in lowered) {
    const why = `The estimate does not know this network: ${lowered.refusal}`.slice(0, 1000);
    return noEstimate(why, [{ code: 'unsupported-operator', severity: 'error', message: why }]);
  }
  const { graph } = lowered;
  const network = hardwareNetwork(graph, limits);
  const about = [
    trainedFor,
    ...inFloat(graph.operators.length > 0 && isQuantized(artifact.graph)),
    ...refusals(graph, network),
  ];
  return network.refusals.length > 0
    ? refusedEstimate(graph, target, [...about, ...openShapes(graph)])
    : takenEstimate(graph, network, target, { limits, clockHz: accelerator.clockHz.value, about });
}

/** Of a network that is refused in part nothing runs. */
function refusedEstimate(graph: Graph, { board }: Target, findings: readonly Finding[]): Estimate {
  const why = 'A network that the accelerator refuses has no figures.';
  const nothing = noEstimate(why, findings.slice(0, 1000));
  const costs = graph.operators.map((): LayerCost => ({ milliseconds: undefined, unit: 'cpu', liveBytes: 0 }));
  return {
    ...nothing,
    unavailable: { ...nothing.unavailable, dataMemory: why, weightMemory: why },
    layers: costedLayers(graph, board, costs),
  };
}

/** Of a network that the accelerator takes, with what the CPU does before and after it. */
function takenEstimate(
  graph: Graph,
  network: HardwareNetwork,
  target: Target,
  { limits, clockHz, about }: { readonly limits: Limits; readonly clockHz: number; readonly about: readonly Finding[] },
): Estimate {
  const { board } = target;
  const layers = withStreaming(network.layers, limits);
  const data = peakData({ ...network, layers }, graph.outputs, (id) => pictureOf(graph, id), limits);
  const cycles = new Map(
    layers.map(({ operators, shape }, position) => [
      operators.at(-1) ?? 0,
      layerCycles(shape) + (position === 0 ? startCycles : 0),
    ]),
  );
  const costs = graph.operators.map((operator, index): LayerCost => {
    const isOnCpu = network.software.has(index);
    const own = isOnCpu
      ? operatorCost(graph, operator, board)?.milliseconds
      : (1e3 * (cycles.get(index) ?? 0)) / clockHz;
    return { milliseconds: own, unit: isOnCpu ? 'cpu' : 'npu', liveBytes: 0 };
  });
  const costed = costedLayers(graph, board, costs);
  const latency = latencyOf(costed, target, clockHz);
  const { energy, layers: ownLayers, unavailable } = acceleratedEnergy(latency, costed, board, 'ai8x');
  const flashParts = flashPartsOf(layers);
  const findings = [
    ...about,
    ...exceeded(layers, data, pictureOf(graph, graph.outputs[0]), limits),
    ...openShapes(graph),
    ...misfit(target, { where: 'flash', name: 'flash' }, totalBytes(flashParts), target.flashBytes),
  ];
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam: null,
    flash: {
      value: totalBytes(flashParts),
      unit: 'B',
      basis: 'modelled',
      bound: 'at-least',
      source: 'weights of 8 bits and biases; the generated code is not counted',
    },
    ...ownMemories(data.bytes, weightMemoryBytes(layers, limits)),
    latency,
    energy,
    unavailable: { peakRam: inDataMemory, ...whyMissing(latency, energy, board, 'ai8x'), ...unavailable },
    memory: null,
    parts: { peakRam: [], flash: flashParts },
    layers: ownLayers,
    findings: findings.slice(0, 1000),
  };
}

function flashPartsOf(layers: HardwareNetwork['layers']): readonly Part[] {
  const biases = layers.map(({ filter, shape }) => (filter?.hasBias === true ? shape.outputChannels : 0));
  return [
    { name: 'weights', bytes: layers.reduce((sum, layer) => sum + weightBytes(layer), 0) },
    { name: 'biases', bytes: biases.reduce((sum, bytes) => sum + bytes, 0) },
  ];
}

function latencyOf(layers: Estimate['layers'], { board }: Target, clockHz: number): Metric | null {
  const source = `cycles by the arithmetic of ai8x-synthesis at ${clockHz / 1e6} MHz, and the CPU's before and after; loading weights and inputs is not counted; the error is a guess`;
  const latency = latencySum(layers, board.runtimes.ai8x?.latencyError?.value, source);
  return latency === null ? null : { ...latency, bound: 'at-least' };
}

const inDataMemory =
  "Results live in the accelerator's own data memory, not in RAM. What the firmware needs besides is not known.";

/** What the accelerator's own memories hold. */
function ownMemories(data: number, weights: number): Pick<Estimate, 'dataMemory' | 'weightMemory'> {
  return {
    dataMemory: {
      value: data,
      unit: 'B',
      basis: 'modelled',
      source: 'results alive at once, four channels to a word; what streams is not stored',
    },
    weightMemory: {
      value: weights,
      unit: 'B',
      basis: 'modelled',
      source: 'kernels of 8 bits in the words of the processors that they are spread over',
    },
  };
}

const trainedFor: Finding = {
  code: 'compiler-missing',
  severity: 'info',
  message:
    'These figures are our own model of what ai8xize makes of a network; it takes checkpoints that were trained with ai8x-training, so this model says what the structure costs and whether it fits, and what ships is still to be trained and compiled there.',
};

function inFloat(isInteger: boolean): readonly Finding[] {
  if (isInteger) return [];
  const message = 'The model is in float; weights are counted in 8 bits, as the accelerator computes.';
  return [{ code: 'computed-in-integers', severity: 'info', message }];
}
