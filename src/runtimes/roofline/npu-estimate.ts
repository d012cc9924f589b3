import type { Graph, Operator } from '../../graph/graph.ts';
import { operatorPlace } from '../../graph/operator-place.ts';
import type { Finding, Memory } from '../../measurement/measurement.ts';
import type { Board } from '../../targets/board.ts';
import type { Target } from '../../targets/target.ts';
import { energyOf, latencySum, whyMissing } from '../estimate/latency-and-energy.ts';
import { costedLayers, type LayerCost } from '../estimate/layers.ts';
import { misfits } from '../estimate/misfits.ts';
import { openShapes } from '../estimate/open-shapes.ts';
import { plannedActivations } from '../estimate/planned-activations.ts';
import type { Artifact, Estimate } from '../runtime.ts';
import { acceleratorUnit, cpuUnit, type Precision, unitMilliseconds } from './time.ts';
import { computedTensors, operatorWork, precisionOf } from './work.ts';

/** An operator as the NPU's compiler meets it, with Q and DQ fused into it; `index` is its place in the artifact. */
export interface NpuStep {
  readonly operator: Operator;
  readonly index: number;
  readonly isInteger: boolean;
}

/** Where an operator runs: on the NPU, and what it is computed in there, or on the CPU and why. */
export type NpuPlacement =
  | { readonly unit: 'npu'; readonly precision: Precision }
  | { readonly unit: 'cpu'; readonly reason: string };

/** A runtime that gives an NPU what it can run, and the CPU the rest. */
export interface NpuRuntime {
  readonly id: string;
  readonly title: string;
  /** Where its latency is from, as a Measurement says it. */
  readonly source: string;
  readonly place: (graph: Graph, step: NpuStep) => NpuPlacement;
  /** Milliseconds of an operator on the unit that runs it, `undefined` where they are not known; by the rooflines of board and core where it is left out. */
  readonly milliseconds?: (graph: Graph, step: NpuStep, placement: NpuPlacement, board: Board) => number | undefined;
  /** Why memory and size are not known. */
  readonly unavailable: (memory: Memory, artifact: Artifact) => { readonly peakRam: string; readonly flash: string };
}

/** Where buffers start, for the plan alone. */
const alignment = 64;

/** The estimate of a graph in steps: a roofline per operator on the unit that runs it, and a launch for each change between the units. */
export function npuEstimate(
  runtime: NpuRuntime,
  artifact: Artifact,
  target: Target,
  { graph, steps }: { readonly graph: Graph; readonly steps: readonly NpuStep[] },
  refused: readonly Finding[] = [],
): Estimate {
  const { board } = target;
  const index = (position: number) => steps[position]?.index ?? position;
  const { memory, liveBytes } = plannedActivations(graph, alignment, index);
  const computed = computedTensors(graph);
  const [npu, cpu] = [acceleratorUnit(board, runtime.id), cpuUnit(board, runtime.id)];
  const placements = steps.map((step) => runtime.place(graph, step));
  const costs = steps.map((step, position): LayerCost => {
    const { operator, isInteger } = step;
    const work = operatorWork(graph, operator, computed);
    const placement = placements[position];
    const isOnNpu = placement?.unit === 'npu';
    const unit = isOnNpu ? npu : cpu;
    const precision = isOnNpu ? placement.precision : isInteger ? 'int8' : precisionOf(graph, operator);
    const own =
      placement === undefined || runtime.milliseconds === undefined
        ? unit && unitMilliseconds(work, unit, precision)
        : runtime.milliseconds(graph, step, placement, board);
    // Each change between the units costs a launch.
    const neighbours = [placements[position - 1], placements[position + 1]];
    const changes = isOnNpu || work.launches === 0 ? 0 : neighbours.filter((each) => each?.unit === 'npu').length;
    const handed = (changes * (npu?.costs.int8?.launchMicroseconds ?? 0)) / 1e3;
    return {
      milliseconds: own === undefined ? undefined : own + handed,
      unit: isOnNpu ? 'npu' : 'cpu',
      liveBytes: liveBytes[position] ?? 0,
    };
  });
  const layers = costedLayers(graph, board, costs, index);
  const error = board.runtimes[runtime.id]?.latencyError?.value;
  const latency = latencySum(layers, error, runtime.source);
  const energy = energyOf(latency, board, runtime.id);
  const fallbacks = steps.flatMap(({ operator, index: place }, position): readonly Finding[] => {
    const placement = placements[position];
    const milliseconds = costs[position]?.milliseconds;
    if (placement?.unit !== 'cpu' || milliseconds === 0) return [];
    const cost =
      milliseconds === undefined ? '' : ` It takes about ${milliseconds.toPrecision(2)} ms with the round trip.`;
    const message = `${operator.type.slice(0, 200)} runs on the CPU: ${placement.reason}.${cost}`;
    return [{ code: 'fallback', severity: 'warning', where: operatorPlace(operator, place), message }];
  });
  const findings = [
    ...refused,
    ...fallbacks,
    ...openShapes(graph),
    ...misfits(target, memory.arenaRequired, artifact.bytes.byteLength),
  ];
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam: null,
    flash: null,
    latency,
    energy,
    unavailable: {
      ...runtime.unavailable(memory, artifact),
      ...whyMissing(latency, energy, board, runtime.title),
    },
    memory,
    parts: { peakRam: [], flash: [] },
    layers,
    findings: findings.slice(0, 1000),
  };
}
