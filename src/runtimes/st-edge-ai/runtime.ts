import type { Graph } from '../../graph/graph.ts';
import type { Finding, Layer, Metric } from '../../measurement/measurement.ts';
import { isQuantized } from '../../quantize/is-quantized.ts';
import type { Target } from '../../targets/target.ts';
import { energyOf, whyNoEnergy } from '../estimate/latency-and-energy.ts';
import { costedLayers, type LayerCost } from '../estimate/layers.ts';
import { misfits } from '../estimate/misfits.ts';
import { noEstimate } from '../estimate/no-estimate.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import type { Artifact, Estimate, Part, Runtime } from '../runtime.ts';
import { constantBytes } from '../tflm/cycles.ts';
import { activationsOf } from './activations.ts';
import { analyzeWithStEdgeAi, hasNeuralArt } from './compile.ts';
import facts from './facts.json' with { type: 'json' };
import { codeOf, weightsOf } from './flash.ts';
import { cyclesOf, operatorWork } from './latency.ts';
import { loweredNetwork } from './lowered.ts';
import { estimateOnNeuralArt } from './neural-art.ts';
import { stedgeai } from './stedgeai.ts';

/** ST Edge AI Core, once X-CUBE-AI: turns a network into C code and a table of weights for STM32; kernels are ST's own. */
export const stEdgeAi: Runtime = {
  id: 'st-edge-ai',
  title: 'ST Edge AI Core (X-CUBE-AI)',
  loads: ['tflite', 'onnx'],
  takesAsIs: isQuantized,
  estimate,
  compile: (artifact, target) => analyzeWithStEdgeAi(artifact, target, estimate(artifact, target)),
  compilerVersion: stedgeai.version,
};

function estimate(artifact: Artifact, target: Target): Estimate {
  const lowered = loweredNetwork(artifact.graph);
  if ('refusal' in lowered) return notEstimated(lowered.refusal);
  const { graph } = lowered;
  if (hasNeuralArt(target)) return estimateOnNeuralArt(artifact, graph, target);
  const activations = activationsOf(graph);
  const code = codeOf(graph);
  const ramParts = [
    { name: 'activations', bytes: activations.bytes, shared: 'arena' as const },
    { name: 'state of the library', bytes: code.ram },
  ];
  const flashParts = [{ name: 'weights', bytes: weightsOf(graph) }, ...code.parts];
  const peakRam = sized(
    ramParts,
    [facts.activationsError, facts.runtimeRam.error],
    'activations as ST plans them and the state of its library',
  );
  const flash = sized(
    flashParts,
    [facts.weightsError, ...code.parts.map(() => facts.code.error)],
    'weights of the model, and code by kinds of operators, functions and channels',
  );
  const layers = layersOf(graph, activations.liveBytes, target);
  const latency = latencyOf(layers, target);
  const energy = energyOf(latency, target.board, 'st-edge-ai');
  const findings = [compilerMissing, ...floatSpeed(graph), ...misfits(target, peakRam.value, flash.value, 'flash')];
  return {
    deployable: !findings.some(({ severity }) => severity === 'error'),
    peakRam,
    flash,
    latency,
    energy,
    unavailable: {
      ...(latency === null ? { latency: `Costs of kernels on ${target.board.core.title} are not known.` } : {}),
      ...(energy === null ? { energy: whyNoEnergy(latency, target.board) } : {}),
    },
    // Which buffer lies where is known to ST's compiler alone.
    memory: null,
    parts: { peakRam: ramParts, flash: flashParts },
    layers,
    findings,
  };
}

/** A sum whose parts have errors of their own. */
function sized(parts: readonly Part[], errors: readonly number[], source: string): Metric {
  const value = totalBytes(parts);
  const error = parts.reduce((sum, { bytes }, index) => sum + bytes * (errors[index] ?? 0), 0) / Math.max(1, value);
  return { value, unit: 'B', basis: 'modelled', error: Math.round(error * 1000) / 1000, source };
}

function layersOf(graph: Graph, liveBytes: readonly number[], { board }: Target): readonly Layer[] {
  const costs = graph.operators.map((operator, index): LayerCost => {
    const work = operatorWork(graph, operator, board);
    return {
      milliseconds: work === undefined ? undefined : (1000 * cyclesOf(work, board)) / board.clockHz.value,
      unit: 'cpu',
      liveBytes: liveBytes[index] ?? 0,
      flash: constantBytes(graph, operator),
    };
  });
  return costedLayers(graph, board, costs);
}

function latencyOf(layers: readonly Layer[], { board }: Target): Metric | null {
  if (layers.some(({ latency }) => latency === null)) return null;
  const isSmall = layers.reduce((sum, { macs }) => sum + macs, 0) < facts.small.macs;
  return {
    value: layers.reduce((sum, { latency }) => sum + (latency ?? 0), 0),
    unit: 'ms',
    basis: 'modelled',
    error: Math.max(
      board.runtimes['st-edge-ai']?.latencyError?.value ?? facts.latencyError,
      isSmall ? facts.small.error : 0,
    ),
    source: `instructions of CMSIS-NN times the speed of ST's kernels, release 9 and later, on ${board.core.title} at ${board.clockHz.value / 1e6} MHz`,
  };
}

const compilerMissing: Finding = {
  code: 'compiler-missing',
  severity: 'info',
  message: `These figures are our own model of ST Edge AI Core 9 and later, which is not on this machine; what ships is still to be compiled. ${stedgeai.howToGet}`,
};

/** What ST publishes of the speed of float networks comes without the models. */
function floatSpeed(graph: Graph): readonly Finding[] {
  if (isQuantized(graph)) return [];
  const message =
    "The speed of ST's kernels in float is not known; CMSIS-NN's, scaled as for int8, is shown. Its error was measured on int8 models.";
  return [{ code: 'float-speed', severity: 'warning', message }];
}

function notEstimated(refusal: string): Estimate {
  const why = `The estimate does not know this network: ${refusal}`.slice(0, 1000);
  return noEstimate(why, [{ code: 'unsupported-operator', severity: 'error', message: why }]);
}
