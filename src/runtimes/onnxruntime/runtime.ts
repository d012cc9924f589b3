import { tensorBytes } from '../../graph/access.ts';
import type { Graph } from '../../graph/graph.ts';
import { layerFacts } from '../../graph/layer-facts.ts';
import { operatorMacs } from '../../graph/macs.ts';
import { isQuantized } from '../../quantize/is-quantized.ts';
import type { Target } from '../../targets/target.ts';
import type { Finding, Layer, Metric } from '../measurement.ts';
import { computedTensors } from '../roofline/work.ts';
import type { Artifact, Estimate, Runtime } from '../runtime.ts';
import { type ExecutedGraph, executedGraph } from './executed-graph.ts';
import { operatorMilliseconds } from './latency.ts';
import { sessionMemory } from './memory.ts';
import facts from './memory-facts.json' with { type: 'json' };
import { unsupportedOperators } from './operator-support.ts';

/** ONNX Runtime on the CPU of a board that runs Linux. */
export const onnxruntime: Runtime = {
  id: 'onnxruntime',
  title: 'ONNX Runtime',
  loads: ['onnx'],
  takesAsIs: isQuantized,
  estimate,
};

function estimate(artifact: Artifact, target: Target): Estimate {
  const executed = executedGraph(artifact.graph);
  const session = sessionMemory(artifact.graph, executed);
  const layers = layersOf(executed, session.liveBytes, target);
  const latency = latencyOf(layers, target);
  const flashParts = [
    { name: 'model', bytes: artifact.bytes.byteLength },
    { name: 'ONNX Runtime library', bytes: facts.flash.libraryBytes, shared: 'runtime' as const },
  ];
  const flashBytes = flashParts.reduce((sum, { bytes }) => sum + bytes, 0);
  const findings = [
    ...unsupportedOperators(artifact.graph),
    ...openShapes(artifact.graph, executed),
    ...misfits('ram', 'RAM', session.peakBytes, target.ramBytes, target),
    ...misfits('flash', 'storage', flashBytes, target.flashBytes, target),
  ];
  const energy = energyOf(latency, target);
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam: {
      value: session.peakBytes,
      unit: 'B',
      basis: 'modelled',
      error: session.error,
      source:
        'library, session, weights and planned activations, fitted to ONNX Runtime 1.30.0 sessions on Linux x64; the error is that of the part that depends on the model',
    },
    flash: {
      value: flashBytes,
      unit: 'B',
      basis: 'exact',
      source: 'model file and libonnxruntime 1.30.0 for Linux arm64, full build',
    },
    latency,
    energy,
    unavailable: {
      ...(latency === null
        ? { latency: `no figures are known for the speed of ONNX Runtime on ${target.board.title}` }
        : {}),
      ...(energy === null ? { energy: `the power of ${target.board.title} or the latency on it is not known` } : {}),
    },
    memory: session.memory,
    parts: { peakRam: session.parts, flash: flashParts },
    layers,
    findings,
  };
}

function layersOf(executed: ExecutedGraph, liveBytes: readonly number[], { board }: Target): readonly Layer[] {
  const counted = new Set<number>();
  const computed = computedTensors(executed.graph);
  return executed.steps.map((step, position) => {
    const { operator, index } = step;
    const latency = operatorMilliseconds(executed.graph, step, board, computed) ?? null;
    const power = board.power.activeMilliwatts?.value;
    return {
      index,
      type: operator.type.slice(0, 200),
      name: (operator.name || operator.type).slice(0, 400),
      macs: operatorMacs(executed.graph, operator),
      latency,
      energy: latency === null || power === undefined ? null : (latency * power) / 1e3,
      flash: constantBytes(executed.graph, operator.inputs, counted),
      liveBytes: liveBytes[position] ?? 0,
      unit: 'cpu',
      ...layerFacts(executed.graph, operator),
    };
  });
}

/** Bytes of the constants that an operator is the first to read. */
function constantBytes(graph: Graph, inputs: readonly (number | null)[], counted: Set<number>): number {
  return inputs.reduce<number>((sum, id) => {
    const tensor = id === null ? undefined : graph.tensors[id];
    if (id === null || tensor?.data === undefined || counted.has(id)) return sum;
    counted.add(id);
    return sum + (tensorBytes(tensor) ?? 0);
  }, 0);
}

function latencyOf(layers: readonly Layer[], { board }: Target): Metric | null {
  if (layers.some(({ latency }) => latency === null) || board.core.roofline === undefined) return null;
  const value = layers.reduce((sum, { latency }) => sum + (latency ?? 0), 0);
  const error = board.runtimes.onnxruntime?.latencyError?.value ?? board.core.roofline.error.value;
  const threads = board.runtimes.onnxruntime?.threads?.value ?? 1;
  const source = `roofline per operator, ${board.core.title} at ${board.clockHz.value / 1e6} MHz, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return { value, unit: 'ms', basis: 'modelled', error, source: source.slice(0, 400) };
}

/** milliwatts × milliseconds are microjoules. */
function energyOf(latency: Metric | null, { board }: Target): Metric | null {
  const power = board.power.activeMilliwatts?.value;
  if (latency === null || power === undefined) return null;
  const error = board.runtimes.onnxruntime?.energyError?.value ?? latency.error;
  const source = `${power} mW while active, times the latency`;
  return {
    value: (latency.value * power) / 1e3,
    unit: 'mJ',
    basis: 'modelled',
    source,
    ...(error === undefined ? {} : { error }),
  };
}

/** What does not fit into what the target leaves for the model. */
function misfits(where: string, name: string, bytes: number, available: number, target: Target): readonly Finding[] {
  if (bytes <= available) return [];
  const message = `The model needs ${kibibytes(bytes)} of ${name} with ONNX Runtime; ${target.name} has ${kibibytes(available)} for it.`;
  return [{ code: 'does-not-fit', severity: 'error', where, message: message.slice(0, 2000) }];
}

const kibibytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

function openShapes(graph: Graph, executed: ExecutedGraph): readonly Finding[] {
  const open = executed.graph.operators.flatMap((operator) =>
    operator.outputs.filter(
      (id) => id !== null && graph.tensors[id] !== undefined && tensorBytes(graph.tensors[id]) === undefined,
    ),
  );
  if (open.length === 0) return [];
  const message = `The sizes of ${open.length} tensors are not known before the model runs, so peak RAM and latency leave them out.`;
  return [{ code: 'open-shapes', severity: 'warning', message }];
}
