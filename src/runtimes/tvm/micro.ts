import { tensorAt, tensorBytes } from '../../graph/access.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Finding } from '../../measurement/measurement.ts';
import type { Target } from '../../targets/target.ts';
import { energyOf, latencySum, whyMissing } from '../estimate/latency-and-energy.ts';
import { costedLayers } from '../estimate/layers.ts';
import { misfits } from '../estimate/misfits.ts';
import { noEstimate } from '../estimate/no-estimate.ts';
import { openShapes } from '../estimate/open-shapes.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import type { Artifact, Estimate, Part } from '../runtime.ts';
import { operatorCost } from '../tflm/cycles.ts';
import { kernelBuild } from '../tflm/kernels.ts';
import facts from './facts.json' with { type: 'json' };
import { refusedByTvm } from './support.ts';
import { type MicroWorkspace, microWorkspace } from './workspace.ts';

/**
 * microTVM's ahead-of-time C with CMSIS-NN, as MLPerf Tiny has it: no interpreter, one workspace that TVM's unified static memory planner (USMP) lays out,
 * kernels' scratch memory included; the model's inputs and outputs are the firmware's. For `.tflite` models on microcontrollers.
 */
export function estimateMicro(artifact: Artifact, target: Target): Estimate {
  const { graph } = artifact;
  if (graph.dialect !== 'tflite') return onlyTflite;
  const { board } = target;
  const workspace = microWorkspace(graph, kernelBuild(board));
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
  const findings = [
    retired,
    ...smallerPlan(workspace),
    ...refusals,
    ...openShapes(graph),
    ...misfits(target, totalBytes(ram), totalBytes(flash)),
  ];
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam: {
      value: totalBytes(ram),
      unit: 'B',
      basis: 'modelled',
      error: facts.micro.workspaceError,
      source:
        'workspace with the scratch memory of CMSIS-NN, planned as TVM 0.18 does by default, and inputs and outputs; without the stack',
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

/** Planned workspaces larger than another of TVM's plans by less are not worth a word. */
const worthSaying = 1.05;

/** TVM's default planner leaves gaps empty; which switch of its own saves how much. */
function smallerPlan({ memory, unplannedBytes }: MicroWorkspace): readonly Finding[] {
  const { arenaRequired, lowerBound } = memory;
  const kibibytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
  const isOff = unplannedBytes * worthSaying < arenaRequired;
  if (!isOff && lowerBound * worthSaying >= arenaRequired) return [];
  const off = isOff
    ? `with it switched off (--pass-config tir.usmp.enable=0) they are ${kibibytes(unplannedBytes)}; `
    : '';
  return [
    {
      code: 'larger-plan',
      severity: 'info',
      message: `TVM's default planner, greedy_by_size, makes ${kibibytes(arenaRequired)} of workspace; ${off}--pass-config tir.usmp.algorithm=hill_climb searches for less, down to ${kibibytes(lowerBound)} at best.`,
    },
  ];
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
