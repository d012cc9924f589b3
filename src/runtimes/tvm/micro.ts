import { tensorAt, tensorBytes } from '../../graph/access.ts';
import type { Graph } from '../../graph/graph.ts';
import { liveness } from '../../graph/liveness.ts';
import type { Target } from '../../targets/target.ts';
import { energyOf, latencySum, whyMissing } from '../estimate/latency-and-energy.ts';
import { costedLayers } from '../estimate/layers.ts';
import { misfits } from '../estimate/misfits.ts';
import { noEstimate } from '../estimate/no-estimate.ts';
import { openShapes } from '../estimate/open-shapes.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import type { Finding, Memory } from '../measurement.ts';
import { alignUp } from '../plan/buffers.ts';
import { placeSideBySide, planGreedily, plannedBuffersLimit } from '../plan/greedy.ts';
import type { Artifact, Estimate, Part } from '../runtime.ts';
import { kernelRequests } from '../tflm/arena/kernel-requests.ts';
import { operatorCost } from '../tflm/cycles.ts';
import { kernelBuild } from '../tflm/kernels.ts';
import facts from './facts.json' with { type: 'json' };
import { refusedByTvm } from './support.ts';

/** `workspace_byte_alignment` of TVM's ahead-of-time executor with its C interface. */
const alignment = 16;

/**
 * microTVM's ahead-of-time C with CMSIS-NN, as MLPerf Tiny has it: no interpreter, one workspace that TVM's unified static memory planner (USMP) lays out,
 * kernels' scratch memory included; the model's inputs and outputs are the firmware's. For `.tflite` models on microcontrollers.
 */
export function estimateMicro(artifact: Artifact, target: Target): Estimate {
  const { graph } = artifact;
  if (graph.dialect !== 'tflite') return onlyTflite;
  const { board } = target;
  const workspace = microWorkspace(graph, target);
  const ram: readonly Part[] = [
    { name: 'workspace', bytes: workspace.memory.arenaRequired },
    { name: 'inputs and outputs', bytes: ownBytes(graph, [...graph.inputs, ...graph.outputs]) },
  ];
  const constants = ownBytes(
    graph,
    graph.tensors.flatMap(({ data }, id) => (data === undefined ? [] : [id])),
  );
  const flash: readonly Part[] = [
    { name: 'constants', bytes: constants },
    { name: 'generated code, kernels and runtime', bytes: facts.micro.codeBytes },
  ];
  const layers = costedLayers(
    graph,
    board,
    graph.operators.map((operator, index) => ({
      milliseconds: operatorCost(graph, operator, board)?.milliseconds,
      unit: 'cpu' as const,
      liveBytes: workspace.liveBytes[index] ?? 0,
    })),
  );
  const latency = latencySum(
    layers,
    board.runtimes.tvm?.latencyError?.value,
    `instructions of CMSIS-NN's kernels, called without an interpreter, on ${board.core.title} at ${board.clockHz.value / 1e6} MHz`,
  );
  const energy = energyOf(latency, board, 'tvm');
  const refusals = refusedByTvm(graph);
  const findings = [retired, ...refusals, ...openShapes(graph), ...misfits(target, totalBytes(ram), totalBytes(flash))];
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam: {
      value: totalBytes(ram),
      unit: 'B',
      basis: 'modelled',
      error: facts.micro.workspaceError,
      source:
        'workspace with the scratch memory of CMSIS-NN, planned by size, and inputs and outputs; without the stack',
    },
    flash: {
      value: totalBytes(flash),
      unit: 'B',
      basis: 'modelled',
      error: Math.round((1000 * facts.micro.codeError * facts.micro.codeBytes) / totalBytes(flash)) / 1000,
      source: 'constants of the model, and code as published for ahead-of-time builds of TVM',
    },
    latency,
    energy,
    unavailable: whyMissing(latency, energy, board, 'microTVM'),
    memory: workspace.memory,
    parts: { peakRam: ram, flash },
    layers,
    findings: findings.slice(0, 1000),
  };
}

/** The workspace: all tensors between operators, and what kernels need while they run. */
export function microWorkspace(
  graph: Graph,
  { board }: Pick<Target, 'board'>,
): { readonly memory: Memory; readonly liveBytes: readonly number[] } {
  const outside = new Set([...graph.inputs, ...graph.outputs]);
  const { lifetimes } = liveness(graph);
  const build = kernelBuild(board);
  const tensors = lifetimes
    .filter(({ tensor }) => !outside.has(tensor))
    .map(({ tensor, bytes = 0, first, last }) => ({ name: tensorAt(graph, tensor).name, bytes, first, last }));
  const scratch = graph.operators.flatMap((operator, index) =>
    kernelRequests(graph, operator, build).scratch.map((bytes) => ({
      name: 'scratch',
      bytes,
      first: index,
      last: index,
    })),
  );
  const requests = [...tensors, ...scratch].map((each) => ({ ...each, bytes: alignUp(each.bytes, alignment) }));
  const plan = requests.length > plannedBuffersLimit ? placeSideBySide(requests) : planGreedily(requests);
  const liveBytes = graph.operators.map((_, index) =>
    requests.reduce((sum, { bytes, first, last }) => sum + (first <= index && index <= last ? bytes : 0), 0),
  );
  return {
    memory: {
      arenaUsed: plan.bytes,
      arenaRequired: plan.bytes,
      lowerBound: Math.max(0, ...liveBytes),
      buffers: requests.map(({ name, bytes, first, last }, index) => ({
        tensor: name.slice(0, 400),
        offset: plan.offsets[index] ?? 0,
        bytes,
        first,
        last,
      })),
    },
    liveBytes,
  };
}

const ownBytes = (graph: Graph, ids: readonly number[]): number =>
  [...new Set(ids)].reduce((sum, id) => sum + (tensorBytes(tensorAt(graph, id)) ?? 0), 0);

/** What upstream has given up is said with every estimate. */
const retired: Finding = {
  code: 'retired-runtime',
  severity: 'info',
  message:
    "microTVM was taken out of Apache TVM (apache/tvm pull request 17554, December 2024; 0.18 is the last release that has it) and is not maintained. For new firmware use TensorFlow Lite Micro with CMSIS-NN (tflm), which runs the same kernels, or the vendor's own tool.",
};

const why =
  "microTVM's operators for CMSIS-NN are imported from TensorFlow Lite; convert the model into a .tflite first.";

const onlyTflite = noEstimate(why, [retired, { code: 'unsupported-format', severity: 'error', message: why }]);
