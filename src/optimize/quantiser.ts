import type { Range } from '../calibrate/range.ts';
import { UserError } from '../errors.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import type { Finding } from '../measurement/measurement.ts';
import { multiplyByReciprocals } from '../passes/multiply-by-reciprocals.ts';
import { observedOnnxTensors, prepareOnnx, quantizeOnnxGraph } from '../quantize/onnx/quantize-onnx.ts';
import { dequantizeWeights } from '../quantize/tflite/dequantize-weights.ts';
import { observedTensors } from '../quantize/tflite/observed.ts';
import { quantizeTflite } from '../quantize/tflite/quantize-tflite.ts';
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
      prepare: (graph) => multiplyByReciprocals(dequantizeWeights(graph)),
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
