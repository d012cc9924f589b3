import type { Layer, Metric } from '../../measurement/measurement.ts';
import { isQuantized } from '../../quantize/is-quantized.ts';
import type { Target } from '../../targets/target.ts';
import { energyOf, latencySum, whyMissing } from '../estimate/latency-and-energy.ts';
import { costedLayers } from '../estimate/layers.ts';
import { misfits } from '../estimate/misfits.ts';
import { openShapes } from '../estimate/open-shapes.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
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
  loads: ['onnx', 'ort'],
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
  const flashBytes = totalBytes(flashParts);
  const findings = [
    ...unsupportedOperators(artifact.graph),
    ...openShapes(executed.graph),
    ...misfits(target, session.peakBytes, flashBytes),
  ];
  const energy = energyOf(latency, target.board, 'onnxruntime');
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
    unavailable: whyMissing(latency, energy, target.board, 'ONNX Runtime'),
    memory: session.memory,
    parts: { peakRam: session.parts, flash: flashParts },
    layers,
    findings,
  };
}

function layersOf(executed: ExecutedGraph, liveBytes: readonly number[], { board }: Target): readonly Layer[] {
  const computed = computedTensors(executed.graph);
  const costs = executed.steps.map((step, position) => ({
    milliseconds: operatorMilliseconds(executed.graph, step, board, computed),
    unit: 'cpu' as const,
    liveBytes: liveBytes[position] ?? 0,
  }));
  return costedLayers(executed.graph, board, costs, (position) => executed.steps[position]?.index ?? position);
}

function latencyOf(layers: readonly Layer[], { board }: Target): Metric | null {
  if (board.core.roofline === undefined) return null;
  const error = board.runtimes.onnxruntime?.latencyError?.value ?? board.core.roofline.error.value;
  const threads = board.runtimes.onnxruntime?.threads?.value ?? 1;
  const source = `roofline per operator, ${board.core.title} at ${board.clockHz.value / 1e6} MHz, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return latencySum(layers, error, source);
}
