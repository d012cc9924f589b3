import type { Graph } from '../../graph/graph.ts';
import type { Metric } from '../../measurement/measurement.ts';
import type { Target } from '../../targets/target.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import type { Part } from '../runtime.ts';
import type { Arena } from './arena/arena.ts';
import type { OperatorCost } from './cycles.ts';
import type { RuntimeFlash } from './flash/flash.ts';
import type { KernelBuild } from './kernels.ts';
import { operatorFacts } from './operator-facts.ts';

/** Bytes of a `MicroInterpreter`, and of a `MicroMutableOpResolver` as such and for each operator: `sizeof` with gcc 12.2 for Cortex-M0+ and M4, tensorflow/tflite-micro 90b983c. */
const objects = { interpreter: 208, resolver: 12, perOperator: 36 };

/** An assumption, nobody has measured it: the same for every model, so that it changes no difference between two models, and it counts as uncertain in the error of `peakRam`. */
const stackAllowance = 2048;

/** Mean relative error of an arena whose kernels were taken for those of another library, over 264 arenas: bench/tflm-arena.ts. */
const unverifiedArenaError = 0.053;

/** What inference needs besides the arena. */
export function besidesArena(graph: Graph): readonly Part[] {
  const types = new Set([graph, ...graph.subgraphs].flatMap((each) => each.operators.map(({ type }) => type)));
  return [
    { name: 'interpreter object', bytes: objects.interpreter },
    { name: 'op resolver', bytes: objects.resolver + objects.perOperator * types.size },
    { name: 'stack (allowance)', bytes: stackAllowance, shared: 'stack' },
  ];
}

/** Peak RAM of these parts. */
export function peakRamMetric(graph: Graph, build: KernelBuild, arena: Arena, parts: readonly Part[]): Metric {
  const bytes = totalBytes(parts);
  const operators = [graph, ...graph.subgraphs].flatMap((each) => each.operators);
  const isVerified =
    arena.isPlanned &&
    build.library === 'cmsis-nn' &&
    build.vectors !== 'none' &&
    operators.every(({ type }) => operatorFacts(type)?.verified === true);
  const arenaError = isVerified ? 0 : unverifiedArenaError;
  return {
    value: bytes,
    unit: 'B',
    // `memory` is exact where the arena is verified; with allowances in it the sum is not.
    basis: 'modelled',
    error: rounded((stackAllowance + arenaError * (bytes - stackAllowance)) / bytes),
    source: isVerified
      ? 'the arena to the byte as TensorFlow Lite Micro lays it out, interpreter and op resolver, and an allowance for the stack'
      : 'the arena after TensorFlow Lite Micro, some of its kernels not verified, interpreter and op resolver, and an allowance for the stack',
  };
}

/** Flash of the model and the runtime's code. */
export function flashMetric(code: RuntimeFlash, parts: readonly Part[]): Metric {
  const bytes = totalBytes(parts);
  return {
    value: bytes,
    unit: 'B',
    basis: 'modelled',
    // The model's bytes are known; only the code is estimated.
    error: rounded((code.error * totalBytes(code.parts)) / bytes),
    source: code.source,
  };
}

/** The sum of all operators' costs; `null` where one of them is not known. */
export function latencyMetric(costs: readonly (OperatorCost | undefined)[], { board }: Target): Metric | null {
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

const rounded = (fraction: number) => Math.round(fraction * 1000) / 1000;
