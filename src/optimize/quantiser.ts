import { type CalibrationOptions, calibrate } from '../calibrate/calibrate.ts';
import { chooseObserver } from '../calibrate/choose-observer.ts';
import type { Range } from '../calibrate/range.ts';
import type { DataSet } from '../data/data-set.ts';
import { UserError } from '../errors.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { signalToNoise } from '../levers/signal-to-noise.ts';
import { observedOnnxTensors, prepareOnnx, quantizeOnnxGraph } from '../quantize/onnx/quantize-onnx.ts';
import { dequantizeWeights } from '../quantize/tflite/dequantize-weights.ts';
import { observedTensors } from '../quantize/tflite/observed.ts';
import { quantizeTflite } from '../quantize/tflite/quantize-tflite.ts';
import type { Finding } from '../runtimes/measurement.ts';
import { runtimeOf } from '../runtimes/registry.ts';
import type { Target } from '../targets/target.ts';
import type { AppliedRecipe } from './recipe.ts';

type Ranges = ReadonlyMap<TensorId, Range>;

/** A way to integers for graphs of one dialect. */
export interface Quantiser {
  /** The float graph as the steps below take it, computing the same. */
  readonly prepare: (graph: Graph) => Graph;
  /** The tensors whose ranges are needed. */
  readonly observed: (graph: Graph) => readonly TensorId[];
  readonly quantize: (graph: Graph, ranges: Ranges) => { readonly graph: Graph; readonly findings: readonly Finding[] };
}

/** QDQ for ONNX by the target's rules, the TensorFlow Lite specification else. @throws UserError when the dialect has no such integers */
export function quantiserOf(
  dialect: Graph['dialect'],
  { numbers, leastDecibels }: AppliedRecipe,
  target?: Target,
): Quantiser {
  if (dialect === 'tflite') {
    const activations = numbers === 'int16x8' ? 'int16' : 'int8';
    return {
      prepare: dequantizeWeights,
      observed: observedTensors,
      quantize: (graph, ranges) => quantizeTflite(graph, ranges, { activations }),
    };
  }
  if (numbers === 'int16x8') {
    throw new UserError('Recipe int16x8 is for targets that load .tflite; in ONNX there is no such form. Use int8.');
  }
  if (leastDecibels !== undefined) {
    throw new UserError('Step "mixed" is for targets that load .tflite; integers in ONNX have 8 bits.');
  }
  const rules = target === undefined ? undefined : runtimeOf(target.runtime).qdqRules?.(target);
  const options = rules === undefined ? {} : { rules };
  return {
    prepare: prepareOnnx,
    observed: (graph) => observedOnnxTensors(graph, options),
    quantize: (graph, ranges) => quantizeOnnxGraph(graph, ranges, options),
  };
}

/** Ranges of a float graph by the observer whose integers come nearest to the float model, and which that is. */
export async function bestRangesOf(
  graph: Graph,
  quantiser: Quantiser,
  data: DataSet,
  options: Omit<CalibrationOptions, 'observer'>,
): Promise<{ readonly ranges: Ranges; readonly findings: readonly Finding[] }> {
  const observed = quantiser.observed(graph);
  if (observed.length === 0) return { ranges: new Map(), findings: [] };
  const score = (ranges: Ranges) =>
    signalToNoise(graph, graph, (each) => quantiser.quantize(each, ranges).graph, { data });
  const { ranges, findings, observer, scores } = await chooseObserver(graph, observed, data, score, options);
  const decibels = scores.get(observer)?.toFixed(1);
  const message = `Ranges by ${observer}, which of ${[...scores.keys()].join(', ')} keeps the outputs nearest to the float model's (${decibels} dB).`;
  return { ranges, findings: [...findings, { code: 'observer', severity: 'info', message }] };
}

/** Ranges of a float graph, and what there is to say of them. */
export async function rangesOf(
  graph: Graph,
  quantiser: Quantiser,
  data: DataSet,
  options: CalibrationOptions,
): Promise<{ readonly ranges: Ranges; readonly findings: readonly Finding[] }> {
  const observed = quantiser.observed(graph);
  return observed.length === 0 ? { ranges: new Map(), findings: [] } : calibrate(graph, observed, data, options);
}
