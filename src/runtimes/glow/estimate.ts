import type { Finding, Metric } from '../../measurement/measurement.ts';
import { isQuantized } from '../../quantize/is-quantized.ts';
import type { Target } from '../../targets/target.ts';
import { energyOf, latencySum, whyMissing } from '../estimate/latency-and-energy.ts';
import { costedLayers } from '../estimate/layers.ts';
import { misfits } from '../estimate/misfits.ts';
import { openShapes } from '../estimate/open-shapes.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import { operatorTimer } from '../roofline/operator-timer.ts';
import { cpuUnit } from '../roofline/time.ts';
import type { Artifact, Estimate, Part } from '../runtime.ts';
import { operatorCost } from '../tflm/cycles.ts';
import type { BundleMemory } from './bundle.ts';

/** What is known of a bundle; `compiled` when Glow made it. */
export interface BundleFigures extends BundleMemory {
  readonly compiled?: { readonly by: string; readonly objectBytes: number };
}

/** Of our own plan: exact for the one bundle that is documented (LeNet, pytorch/glow docs/AOT.md); what Glow's optimiser does to other graphs is not known, the error is an estimate. */
const planError = 0.15;

/** All that a Measurement has of a model whose bundle is known, from Glow or from our own model of it. */
export function estimateBundle({ graph }: Artifact, target: Target, figures: BundleFigures): Estimate {
  const { board } = target;
  const { compiled } = figures;
  const unit = cpuUnit(board, 'glow');
  const takes = unit && operatorTimer(graph, unit);
  const layers = costedLayers(
    graph,
    board,
    graph.operators.map((operator, index) => ({
      milliseconds: takes === undefined ? operatorCost(graph, operator, board)?.milliseconds : takes(operator),
      unit: 'cpu' as const,
      liveBytes: figures.liveBytes[index] ?? 0,
    })),
  );
  const latency = latencySum(
    layers,
    board.runtimes.glow?.latencyError?.value,
    unit === undefined
      ? `kernels of CMSIS-NN, which NXP's build of Glow calls, on ${board.core.title} at ${board.clockHz.value / 1e6} MHz`
      : `roofline per operator, ${board.core.title} at ${board.clockHz.value / 1e6} MHz`,
  );
  const energy = energyOf(latency, board, 'glow');
  const ram: readonly Part[] = [
    // The application's, handed to every bundle's entry.
    { name: 'activations', bytes: figures.activations.arenaRequired, shared: 'arena' },
    { name: 'inputs and outputs (mutable weights)', bytes: figures.mutable },
  ];
  const flash: readonly Part[] = [
    { name: 'constant weights', bytes: figures.constant },
    ...(compiled === undefined ? [] : [{ name: 'object file', bytes: compiled.objectBytes }]),
  ];
  const from = compiled === undefined ? ({ basis: 'modelled' } as const) : ({ basis: 'measured' } as const);
  const peakRam: Metric = {
    value: totalBytes(ram),
    unit: 'B',
    ...from,
    ...(compiled === undefined ? { error: planError } : {}),
    source: `${compiled?.by ?? 'activations as Glow plans them'}, with inputs and outputs; without the stack`,
  };
  const flashMetric: Metric = {
    value: totalBytes(flash),
    unit: 'B',
    ...from,
    bound: compiled === undefined ? 'at-least' : 'at-most',
    source:
      compiled === undefined
        ? 'constant weights; nothing was published of the size of the code that Glow generates'
        : `${compiled.by}: constant weights, and the object file with symbols that the linker drops`,
  };
  const findings = [
    ...notAsIntegers(graph),
    ...openShapes(graph),
    ...misfits(target, peakRam.value, flashMetric.value),
  ];
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam,
    flash: flashMetric,
    latency,
    energy,
    unavailable:
      unit === undefined && graph.dialect === 'onnx' && latency === null
        ? {
            latency: "The speed of Glow's own kernels is not known here; CMSIS-NN's are known for .tflite.",
            energy: 'Energy needs a latency.',
          }
        : whyMissing(latency, energy, board, 'Glow'),
    memory: figures.activations,
    parts: { peakRam: ram, flash },
    layers,
    findings,
  };
}

function notAsIntegers(graph: Artifact['graph']): readonly Finding[] {
  if (graph.dialect !== 'onnx' || !isQuantized(graph)) return [];
  const message =
    'Glow takes integers from a quantised .tflite or from a profile of its own (model-profiler, -load-profile); of QDQ in ONNX it reads one scale for each tensor and none by channel.';
  return [{ code: 'qdq-in-glow', severity: 'warning', message }];
}
