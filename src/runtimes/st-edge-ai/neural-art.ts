import { isConstant, tensorBytes } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import { operatorPlace } from '../../graph/operator-place.ts';
import type { Finding } from '../../measurement/measurement.ts';
import type { Target } from '../../targets/target.ts';
import { energyOf, latencySum, whyMissing } from '../estimate/latency-and-energy.ts';
import { costedLayers, type LayerCost } from '../estimate/layers.ts';
import { misfits } from '../estimate/misfits.ts';
import { openShapes } from '../estimate/open-shapes.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import { acceleratorUnit, type RooflineUnit, unitMilliseconds } from '../roofline/time.ts';
import { computedTensors, operatorWork as rooflineWork } from '../roofline/work.ts';
import type { Artifact, Estimate } from '../runtime.ts';
import { cyclesOf, operatorWork } from './latency.ts';
import facts from './neural-art.json' with { type: 'json' };
import { neuralArtActivations } from './neural-art-memory.ts';
import { stedgeai } from './stedgeai.ts';

const onNpu: ReadonlySet<string> = new Set(facts.operators.npu);

/** Where ST's compiler runs an operator; on the CPU it says why. */
type Placement = { readonly unit: 'npu' } | { readonly unit: 'cpu'; readonly reason: string };

/**
 * An estimate of a network on ST's Neural-ART NPU: a roofline per operator there, ST's own kernels on the Cortex-M for what the NPU lacks, activations in the NPU's banks of RAM,
 * weights as the NPU stores them. Figures and errors: bench/estimates/neural-art.ts.
 * @param graph in TensorFlow Lite's operators
 */
export function estimateOnNeuralArt(artifact: Artifact, graph: Graph, target: Target): Estimate {
  const { board } = target;
  const { memory, liveBytes } = neuralArtActivations(graph);
  const placements = graph.operators.map((operator) => placementOf(graph, operator));
  const npu = acceleratorUnit(board, 'st-edge-ai');
  const computed = computedTensors(graph);
  const costs = graph.operators.map((operator, index): LayerCost => {
    const unit = placements[index]?.unit ?? 'cpu';
    const milliseconds =
      unit === 'npu' ? npuMilliseconds(graph, operator, computed, npu) : cpuMilliseconds(graph, operator, target);
    return { milliseconds, unit, liveBytes: liveBytes[index] ?? 0 };
  });
  const layers = costedLayers(graph, board, costs);
  const isSmall = layers.reduce((sum, { macs }) => sum + macs, 0) < facts.small.macs;
  const error = isSmall ? facts.small.error : board.runtimes['st-edge-ai']?.latencyError?.value;
  const source = "roofline per operator on the Neural-ART NPU; what it lacks by ST's kernels on the CPU";
  const latency = latencySum(layers, error, source);
  const energy = energyOf(latency, board, 'st-edge-ai');
  const ramParts = [{ name: 'activations', bytes: memory.arenaRequired, shared: 'arena' as const }];
  const flashParts = storedWeights(graph);
  const findings = [
    toolDecides,
    ...placements.flatMap((placement, index) => fallback(graph, placement, index, costs[index]?.milliseconds)),
    ...openShapes(graph),
    ...misfits(target, totalBytes(ramParts), totalBytes(flashParts), 'flash'),
  ];
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam: {
      value: totalBytes(ramParts),
      unit: 'B',
      basis: 'modelled',
      error: facts.activationsError.value,
      source: "activations placed in the NPU's banks as ST does it; the RAM of the runtime is not counted",
    },
    flash: {
      value: totalBytes(flashParts),
      unit: 'B',
      basis: 'modelled',
      error: facts.weightsError.value,
      source: 'weights as the NPU stores them; the code of the runtime is not counted',
    },
    latency,
    energy,
    unavailable: whyMissing(latency, energy, board, 'ST Edge AI Core'),
    memory: artifact.graph === graph ? memory : null,
    parts: { peakRam: ramParts, flash: flashParts },
    layers,
    findings: findings.slice(0, 1000),
  };
}

const toolDecides: Finding = {
  code: 'compiler-missing',
  severity: 'info',
  message: `These figures are our own model of what ST Edge AI Core compiles for the Neural-ART NPU, which is not on this machine; what ships is still to be compiled. ${stedgeai.howToGet}`,
};

function placementOf(graph: Graph, operator: Operator): Placement {
  const type = operator.type.slice(0, 200);
  if (!onNpu.has(operator.type)) {
    return {
      unit: 'cpu',
      reason: `the Neural-ART NPU has no ${type}; replace it by convolutions, pooling or element-wise operators`,
    };
  }
  const wide = [...operator.inputs.slice(0, 1), ...operator.outputs]
    .map((id) => (id === null ? undefined : graph.tensors[id]?.dtype))
    .find((dtype) => dtype !== undefined && dtype !== 'int8' && dtype !== 'uint8');
  if (wide === undefined) return { unit: 'npu' };
  return { unit: 'cpu', reason: `${type} computes in ${wide}, and the NPU in int8; quantise the model` };
}

/** Moving data and starting, as fitted, or computing at the NPU's peak where that takes longer. */
function npuMilliseconds(
  graph: Graph,
  operator: Operator,
  computed: ReadonlySet<number>,
  npu: RooflineUnit | undefined,
): number | undefined {
  if (npu === undefined) return undefined;
  const work = rooflineWork(graph, operator, computed);
  const macs = work.convolutionMacs + work.depthwiseMacs + work.denseMacs;
  const computing = (1e3 * macs) / (facts.peakMacsPerCycle.value * npu.clockHz);
  return Math.max(computing, unitMilliseconds(work, npu, 'int8') ?? 0);
}

function cpuMilliseconds(graph: Graph, operator: Operator, { board }: Target): number | undefined {
  const work = operatorWork(graph, operator, board);
  return work === undefined ? undefined : (1e3 * cyclesOf(work, board)) / board.clockHz.value;
}

/** Constants as they are in flash: filters of depthwise convolutions take several times their bytes. */
function storedWeights(graph: Graph): Estimate['parts']['flash'] {
  const counted = new Set<number>();
  let [plain, depthwise] = [0, 0];
  for (const { type, inputs } of graph.operators) {
    for (const id of inputs) {
      const tensor = id === null ? undefined : graph.tensors[id];
      if (id === null || tensor === undefined || !isConstant(tensor) || counted.has(id)) continue;
      counted.add(id);
      const bytes = tensorBytes(tensor) ?? 0;
      if (type === 'DEPTHWISE_CONV_2D') depthwise += bytes;
      else plain += bytes;
    }
  }
  const padded = Math.round(facts.depthwiseBytes.value * depthwise);
  return [
    { name: 'weights', bytes: plain },
    ...(padded === 0 ? [] : [{ name: 'depthwise filters, as the NPU stores them', bytes: padded }]),
  ];
}

function fallback(
  graph: Graph,
  placement: Placement,
  index: number,
  milliseconds: number | undefined,
): readonly Finding[] {
  const operator = graph.operators[index];
  if (placement.unit === 'npu' || operator === undefined || operator.type === 'QUANTIZE') return [];
  const cost = milliseconds === undefined ? '' : ` It takes about ${milliseconds.toPrecision(2)} ms there.`;
  const message = `${operator.type.slice(0, 200)} runs on the CPU: ${placement.reason}.${cost}`;
  return [{ code: 'fallback', severity: 'warning', where: operatorPlace(operator, index), message }];
}
