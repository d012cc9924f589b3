import type { Graph, Operator } from '../../graph/graph.ts';
import { operatorPlace } from '../../graph/operator-place.ts';
import { isQuantized } from '../../quantize/is-quantized.ts';
import type { Target } from '../../targets/target.ts';
import { energyOf, latencySum, whyMissing } from '../estimate/latency-and-energy.ts';
import { costedLayers, type LayerCost } from '../estimate/layers.ts';
import { misfits } from '../estimate/misfits.ts';
import { openShapes } from '../estimate/open-shapes.ts';
import { plannedActivations } from '../estimate/planned-activations.ts';
import type { Finding } from '../measurement.ts';
import { executedGraph } from '../onnxruntime/executed-graph.ts';
import { acceleratorUnit, cpuUnit, unitMilliseconds } from '../roofline/time.ts';
import { computedTensors, operatorWork, precisionOf } from '../roofline/work.ts';
import type { Artifact, Estimate, Runtime } from '../runtime.ts';
import { convertWithSynap } from './compile.ts';
import { synapPlacement } from './placement.ts';
import { synapConvert } from './synap-convert.ts';

/** Synaptics SyNAP: models compiled offline for the NPU of an Astra, what the NPU lacks runs on the CPU. */
export const synap: Runtime = {
  id: 'synap',
  title: 'SyNAP',
  loads: ['tflite', 'onnx'],
  takesAsIs: isQuantized,
  estimate,
  compile: (artifact, target) => convertWithSynap(artifact, target, estimate(artifact, target)),
  compilerVersion: synapConvert.version,
};

/** Where buffers start, for the plan alone. */
const alignment = 64;

/** An operator as the NPU's compiler meets it, with Q and DQ fused into it. */
interface Step {
  readonly operator: Operator;
  readonly index: number;
  readonly isInteger: boolean;
}

function stepsOf(graph: Graph): { readonly graph: Graph; readonly steps: readonly Step[] } {
  if (graph.dialect === 'onnx') return executedGraph(graph);
  return {
    graph,
    steps: graph.operators.map((operator, index) => ({
      operator,
      index,
      isInteger: precisionOf(graph, operator) === 'int8',
    })),
  };
}

function estimate(artifact: Artifact, target: Target): Estimate {
  const { board } = target;
  const { graph, steps } = stepsOf(artifact.graph);
  const index = (position: number) => steps[position]?.index ?? position;
  const { memory, liveBytes } = plannedActivations(graph, alignment, index);
  const computed = computedTensors(graph);
  const [npu, cpu] = [acceleratorUnit(board, 'synap'), cpuUnit(board, 'synap')];
  const placements = steps.map(({ operator, isInteger }) => synapPlacement(graph, operator, isInteger));
  const costs = steps.map(({ operator, isInteger }, position): LayerCost => {
    const work = operatorWork(graph, operator, computed);
    const isOnNpu = placements[position]?.unit === 'npu';
    const unit = isOnNpu ? npu : cpu;
    const precision = isInteger ? 'int8' : precisionOf(graph, operator);
    const own = unit === undefined ? undefined : unitMilliseconds(work, unit, isOnNpu ? 'int8' : precision);
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
  const error = board.runtimes.synap?.latencyError?.value;
  const latency = latencySum(
    layers,
    error,
    'roofline per operator on the NPU, compiled offline; what the NPU lacks on the CPU',
  );
  const energy = energyOf(latency, board, 'synap');
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
      peakRam: `Activations need ${(memory.arenaRequired / 2 ** 20).toFixed(2)} MiB as planned by size; what SyNAP's driver and runtime hold besides was not measured.`,
      flash: `The size of SyNAP's compiled model, whose weights are compressed, was not measured; the model file has ${(artifact.bytes.byteLength / 2 ** 20).toFixed(2)} MiB.`,
      ...whyMissing(latency, energy, board, 'SyNAP'),
    },
    memory,
    parts: { peakRam: [], flash: [] },
    layers,
    findings: findings.slice(0, 1000),
  };
}
