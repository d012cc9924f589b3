import type { Graph } from '../../graph/graph.ts';
import { fixShapes } from '../../passes/tflite/fix-shapes.ts';
import { isQuantized } from '../../quantize/is-quantized.ts';
import type { Target } from '../../targets/target.ts';
import { energyOf, latencySum, whyMissing } from '../estimate/latency-and-energy.ts';
import { costedLayers } from '../estimate/layers.ts';
import { misfits } from '../estimate/misfits.ts';
import { openShapes } from '../estimate/open-shapes.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import { operatorTimer } from '../roofline/operator-timer.ts';
import { cpuUnit } from '../roofline/time.ts';
import type { Artifact, Estimate, Runtime } from '../runtime.ts';
import { interpreterMemory } from './memory.ts';
import facts from './memory-facts.json' with { type: 'json' };
import { unsupportedByLitert } from './support.ts';

/** LiteRT (TensorFlow Lite) with XNNPACK on the CPU of a board that runs Linux or Android. */
export const litert: Runtime = {
  id: 'litert',
  title: 'LiteRT',
  loads: ['tflite'],
  takesAsIs: isQuantized,
  finish: { passes: ['fix-shapes'], apply: (graph, _, only) => (only.includes('fix-shapes') ? fixed(graph) : graph) },
  estimate,
};

const fixed = (graph: Graph): Graph => (graph.dialect === 'tflite' ? fixShapes(graph) : graph);

function estimate(artifact: Artifact, target: Target): Estimate {
  const { graph } = artifact;
  const { board } = target;
  const held = interpreterMemory(graph, artifact.bytes.byteLength, board.core.pointerBytes);
  const unit = cpuUnit(board, 'litert');
  const takes = unit && operatorTimer(graph, unit);
  const layers = costedLayers(
    graph,
    board,
    graph.operators.map((operator, index) => ({
      milliseconds: takes?.(operator),
      unit: 'cpu',
      liveBytes: held.liveBytes[index] ?? 0,
    })),
  );
  const threads = board.runtimes.litert?.threads?.value ?? board.cores.value;
  const latency = latencySum(
    layers,
    board.runtimes.litert?.latencyError?.value ?? unit?.error,
    `roofline per operator, ${board.core.title} at ${board.clockHz.value / 1e6} MHz, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  );
  const energy = energyOf(latency, board, 'litert');
  const flashParts = [
    { name: 'model', bytes: artifact.bytes.byteLength },
    { name: 'LiteRT library', bytes: facts.flash.libraryBytes, shared: 'runtime' as const },
  ];
  const flashBytes = totalBytes(flashParts);
  const findings = [
    ...unsupportedByLitert(graph),
    ...openShapes(graph),
    ...misfits(target, held.peakBytes, flashBytes),
  ];
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam: {
      value: held.peakBytes,
      unit: 'B',
      basis: 'modelled',
      error: held.error,
      source:
        'library, interpreter, constants and pointers as XNNPACK lays them out, and planned activations, fitted to interpreters of ai-edge-litert 2.3.0 on Linux x64',
    },
    flash: {
      value: flashBytes,
      unit: 'B',
      basis: 'modelled',
      // The model's bytes are known, a build of the library may be half or twice as large as the one that is taken.
      error: Math.round((500 * facts.flash.libraryBytes) / flashBytes) / 1000,
      source: 'model file, and an estimate for a library with XNNPACK on Linux arm64',
    },
    latency,
    energy,
    unavailable: whyMissing(latency, energy, board, 'LiteRT'),
    memory: held.memory,
    parts: { peakRam: held.parts, flash: flashParts },
    layers,
    findings,
  };
}
