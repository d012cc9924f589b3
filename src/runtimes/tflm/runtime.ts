import { outputTensor } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import { operatorMacs } from '../../graph/macs.ts';
import type { Target } from '../../targets/target.ts';
import type { Finding, Layer, Metric } from '../measurement.ts';
import type { Artifact, Estimate, Part, Runtime } from '../runtime.ts';
import { type Arena, tflmArena } from './arena.ts';
import { constantBytes, type OperatorCost, operatorCost } from './cycles.ts';
import { finishForTflm } from './finish.ts';
import { runtimeFlash } from './flash.ts';
import { type KernelBuild, kernelBuild } from './kernels.ts';
import { operatorFacts } from './operator-facts.ts';
import { unsupported } from './support/unsupported.ts';

/**
 * Allowances for what inference needs besides the arena. They are assumptions, nobody has measured them: the same for every model,
 * so that they change no difference between two models, and they count as uncertain in the error of `peakRam`.
 */
const besidesArena: readonly Part[] = [
  { name: 'interpreter object (allowance)', bytes: 256 },
  { name: 'stack (allowance)', bytes: 2048 },
];

/** Mean relative error of an arena whose kernels were taken for those of another library, over 264 arenas: bench/tflm-arena.ts. */
const unverifiedArenaError = 0.053;

/** Layers that a Measurement can hold. */
const layersLimit = 100_000;

/** TensorFlow Lite Micro: an interpreter that plans one arena before the first inference and runs a `.tflite` as it is. */
export const tflm: Runtime = {
  id: 'tflm',
  title: 'TensorFlow Lite Micro',
  loads: ['tflite'],
  takesAsIs: isInteger,
  finish: finishForTflm,
  estimate,
};

/** True when no computed tensor is floating-point but inputs and outputs that are quantised at once: an integer model runs well as it is. */
function isInteger(graph: Graph): boolean {
  const converting = new Set(['QUANTIZE', 'DEQUANTIZE']);
  return [graph, ...graph.subgraphs].every((each) =>
    each.operators.every((operator) => {
      if (converting.has(operator.type)) return true;
      return !operator.outputs.some((id) => id !== null && each.tensors[id]?.dtype === 'float32');
    }),
  );
}

function estimate(artifact: Artifact, target: Target): Estimate {
  const { graph } = artifact;
  const { board } = target;
  const build = kernelBuild(board);
  const refusals = unsupported(graph);
  const arena = tflmArena(graph, build);
  const costs = graph.operators.map((operator) => operatorCost(graph, operator, board));

  const ramParts = [...arena.parts, ...besidesArena];
  const peakRam = peakRamMetric(graph, build, arena.isPlanned, total(ramParts));
  const code = runtimeFlash(graph);
  const flashParts = [{ name: 'model', bytes: artifact.bytes.byteLength }, ...code.parts];
  const flashBytes = total(flashParts);
  const flash: Metric = {
    value: flashBytes,
    unit: 'B',
    basis: 'modelled',
    // The model's bytes are known; only the code is estimated.
    error: rounded((code.error * total(code.parts)) / flashBytes),
    source: 'the model, and code sizes of TensorFlow Lite Micro with CMSIS-NN on a Cortex-M4',
  };
  const latency = latencyMetric(costs, target);
  const milliwatts = board.power.activeMilliwatts;
  const energy = energyMetric(latency, target);
  const findings = [...refusals, ...misfits(peakRam, flash, target)];
  return {
    deployable: !findings.some(({ severity }) => severity === 'error'),
    peakRam,
    flash,
    latency,
    energy,
    unavailable: {
      ...(latency === null ? { latency: `Kernel costs of ${board.id} are not known.` } : {}),
      ...(energy !== null
        ? {}
        : { energy: milliwatts === undefined ? `The power of ${board.id} is not known.` : 'Energy needs a latency.' }),
    },
    memory: arena.memory,
    parts: { peakRam: ramParts, flash: flashParts },
    layers: graph.operators
      .slice(0, layersLimit)
      .map((operator, index) => layerOf(graph, operator, index, arena, costs[index], milliwatts?.value)),
    findings,
  };
}

function peakRamMetric(graph: Graph, build: KernelBuild, isPlanned: boolean, bytes: number): Metric {
  const operators = [graph, ...graph.subgraphs].flatMap((each) => each.operators);
  const isVerified =
    isPlanned &&
    build.library === 'cmsis-nn' &&
    build.vectors !== 'none' &&
    operators.every(({ type }) => operatorFacts(type)?.verified === true);
  const allowance = total(besidesArena);
  const arenaError = isVerified ? 0 : unverifiedArenaError;
  return {
    value: bytes,
    unit: 'B',
    // `memory` is exact where the arena is verified; with allowances in it the sum is not.
    basis: 'modelled',
    error: rounded((allowance + arenaError * (bytes - allowance)) / bytes),
    source: isVerified
      ? 'the arena to the byte as TensorFlow Lite Micro lays it out, and allowances for interpreter object and stack'
      : 'the arena after TensorFlow Lite Micro, some of its kernels not verified, and allowances for interpreter object and stack',
  };
}

function latencyMetric(costs: readonly (OperatorCost | undefined)[], { board }: Target): Metric | null {
  if (costs.some((cost) => cost === undefined)) return null;
  const runtime = board.runtimes.tflm;
  const library = board.core.kernelLibraries[runtime?.kernelLibrary ?? ''];
  const error = runtime?.latencyError ?? library?.error;
  return {
    value: costs.reduce((sum, cost) => sum + (cost?.milliseconds ?? 0), 0),
    unit: 'ms',
    basis: 'modelled',
    ...(error === undefined ? {} : { error: error.value }),
    source: `costs per kernel of ${runtime?.kernelLibrary ?? 'its kernels'} on ${board.core.title} at ${board.clockHz.value / 1e6} MHz`,
  };
}

function energyMetric(latency: Metric | null, { board }: Target): Metric | null {
  const power = board.power.activeMilliwatts;
  if (latency === null || power === undefined) return null;
  const error = board.runtimes.tflm?.energyError;
  return {
    // mW × ms = µJ
    value: (power.value * latency.value) / 1000,
    unit: 'mJ',
    basis: 'modelled',
    ...(error === undefined ? {} : { error: error.value }),
    source: `active power of ${power.value} mW times latency`,
  };
}

function layerOf(
  graph: Graph,
  operator: Operator,
  index: number,
  arena: Arena,
  cost: OperatorCost | undefined,
  milliwatts: number | undefined,
): Layer {
  const shape = outputTensor(graph, operator)?.shape;
  return {
    index,
    type: operator.type.slice(0, 200),
    name: operator.name.slice(0, 400),
    macs: operatorMacs(graph, operator),
    latency: cost?.milliseconds ?? null,
    energy: cost === undefined || milliwatts === undefined ? null : (milliwatts * cost.milliseconds) / 1000,
    flash: constantBytes(graph, operator),
    liveBytes: arena.liveBytes[index] ?? 0,
    ...(cost?.instructions === undefined ? {} : { instructions: cost.instructions }),
    unit: 'cpu',
    ...(shape === undefined || shape.length > 32 ? {} : { outputShape: [...shape] }),
  };
}

/** What does not fit into what the target leaves for the model. */
function misfits(peakRam: Metric, flash: Metric, target: Target): readonly Finding[] {
  const misfit = (where: string, name: string, metric: Metric, available: number): readonly Finding[] =>
    metric.value <= available
      ? []
      : [
          {
            code: 'does-not-fit',
            severity: 'error',
            where,
            message: `The model needs ${kibibytes(metric.value)} of ${name}; ${target.name} has ${kibibytes(available)} for it.`,
          },
        ];
  return [...misfit('ram', 'RAM', peakRam, target.ramBytes), ...misfit('flash', 'flash', flash, target.flashBytes)];
}

const total = (parts: readonly Part[]) => parts.reduce((sum, { bytes }) => sum + bytes, 0);
const rounded = (fraction: number) => Math.round(fraction * 1000) / 1000;
const kibibytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
