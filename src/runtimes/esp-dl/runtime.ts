import type { Graph } from '../../graph/graph.ts';
import { isQuantized } from '../../quantize/is-quantized.ts';
import type { QdqRules } from '../../quantize/onnx/qdq-rules.ts';
import type { Target } from '../../targets/target.ts';
import { energyOf, latencySum, whyMissing } from '../estimate/latency-and-energy.ts';
import { costedLayers } from '../estimate/layers.ts';
import { misfits } from '../estimate/misfits.ts';
import { openShapes } from '../estimate/open-shapes.ts';
import { plannedActivations } from '../estimate/planned-activations.ts';
import { executedGraph } from '../onnxruntime/executed-graph.ts';
import { computedTensors } from '../roofline/work.ts';
import type { Artifact, Estimate, Runtime } from '../runtime.ts';
import { espDlTime } from './latency.ts';
import { layerShape, layerWork } from './layer-work.ts';
import { otherScales, refusedByEspDl } from './support.ts';
import { waitsForFilters } from './waiting.ts';

/** Layers that apply the Relu behind them. */
const fusing: ReadonlySet<string> = new Set(['Conv', 'Gemm']);

/**
 * What esp-ppq makes (espressif/esp-ppq 3310a28, `EspdlQuantizer.py`; ESP-DL's quantisation specification): every scale a power of two and no zero point. The ESP32-P4 has scales
 * per output channel and biases of 32 bits, the ESP32-S3 one scale per tensor and biases of 20 bits, which its accumulators take.
 */
function rulesFor({ board }: Target): QdqRules {
  const common = { activations: 'symmetric', scales: 'powers-of-two', fusing, allResults: true } as const;
  if (board.core.id === 'esp32-p4-riscv') return { ...common, weights: 'per-channel', bias: 32 };
  return { ...common, weights: 'per-tensor', bias: board.core.id === 'xtensa-lx7' ? 20 : 32 };
}

/** Espressif's ESP-DL on an ESP32-S3 or ESP32-P4: int8 modules in vector instructions, models exported from ONNX by esp-ppq. */
export const espDl: Runtime = {
  id: 'esp-dl',
  title: 'ESP-DL',
  loads: ['onnx'],
  takesAsIs: isQuantized,
  qdqRules: rulesFor,
  estimate,
};

/** Vectors of 16 bytes are loaded from aligned addresses. */
const alignment = 16;

/** What planning by size may miss: ESP-DL also keeps the inputs of in-place operators; not measured. */
const planError = 0.3;

function estimate(artifact: Artifact, target: Target): Estimate {
  const { board } = target;
  const { graph, steps } = executedGraph(artifact.graph, {
    fusing,
    floatBias: false,
    moreKernels: new Set(['ConvTranspose', 'Relu', 'Clip']),
  });
  const index = (position: number) => steps[position]?.index ?? position;
  const { memory, liveBytes } = plannedActivations(graph, alignment, index);
  const weights = weightBytes(artifact.graph);
  const external = board.memories.reduce((sum, { kind, bytes }) => sum + (kind === 'external' ? bytes.value : 0), 0);
  // ESP-DL copies weights into external RAM, unless it is told not to because there is no room.
  const inFlash = memory.arenaRequired + weights > external;
  const time = espDlTime(board);
  const computed = computedTensors(graph);
  const works = steps.map(({ operator }) => {
    const shape = layerShape(graph, operator, computed);
    return shape && { ...layerWork(shape), ...(external === 0 ? { dataBytes: 0 } : {}) };
  });
  const costs = works.map((work, position) => ({
    milliseconds: work === undefined ? time && 0 : time?.(work, inFlash),
    unit: 'cpu' as const,
    liveBytes: liveBytes[position] ?? 0,
  }));
  const layers = costedLayers(graph, board, costs, index);
  const source = `cycles of ESP-DL's modules on one core of ${board.core.title} at ${board.clockHz.value / 1e6} MHz, activations in ${external === 0 ? 'internal' : 'external'} RAM, weights in ${inFlash ? 'flash' : 'external RAM'}`;
  const latency = latencySum(
    layers,
    time === undefined ? undefined : board.runtimes['esp-dl']?.latencyError?.value,
    source,
  );
  const energy = energyOf(latency, board, 'esp-dl');
  const refusals = refusedByEspDl(graph, steps);
  const room = { ...target, ramBytes: target.ramBytes + external };
  const findings = [
    ...refusals,
    ...otherScales(artifact.graph),
    ...openShapes(graph),
    ...(time === undefined ? [] : waitsForFilters(time, works, inFlash)),
    ...misfits(room, memory.arenaRequired, weights),
  ];
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam: {
      value: memory.arenaRequired,
      unit: 'B',
      basis: 'modelled',
      error: planError,
      source: 'activations planned by size, in internal or external RAM; the error is an estimate',
    },
    flash: null,
    latency,
    energy,
    unavailable: {
      flash: `The code of ESP-DL was not measured; constants need ${(weights / 1024).toFixed(1)} KiB as int8.`,
      ...whyMissing(latency, energy, board, 'ESP-DL'),
    },
    memory,
    parts: { peakRam: [{ name: 'activations', bytes: memory.arenaRequired }], flash: [] },
    layers,
    findings: findings.slice(0, 1000),
  };
}

/** Bytes of all constants, those in floating point as the int8 that they will be. */
function weightBytes(graph: Graph): number {
  return graph.tensors.reduce(
    (sum, { data, dtype }) => sum + (data?.byteLength ?? 0) / (dtype === 'float32' ? 4 : 1),
    0,
  );
}
