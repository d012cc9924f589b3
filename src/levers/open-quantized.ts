import { openFloatRunner } from '../calibrate/open-float-runner.ts';
import { bindInputs } from '../data/bind-inputs.ts';
import { modelInputs } from '../data/model-inputs.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { producers } from '../graph/traversal.ts';
import { openInterpreter } from '../kernels/run-graph.ts';
import type { TypedArray, Value } from '../kernels/values.ts';
import type { OpenRunner } from './layer-statistics.ts';

/**
 * Opens an integer graph so that tensors can be watched in real values: TensorFlow Lite in the gate's own kernels, as far as the watched tensors need,
 * ONNX QDQ in ONNX Runtime.
 * @throws UserError when an operator has no kernel, OnnxRuntimeError when ONNX Runtime does not load the model
 */
export const openQuantized: OpenRunner = async (graph, watched) => {
  const path = 'calibration samples';
  if (graph.dialect === 'onnx') return openFloatRunner(graph, watched, path);
  const interpreter = openInterpreter(upTo(graph, watched));
  const inputs = modelInputs(graph);
  const found = watched.flatMap((id) => {
    const value = interpreter.valueOf(id);
    return value === undefined ? [] : [[id, value, new Float32Array(value.values.length)] as const];
  });
  return {
    run: async (sample) => {
      const bound = bindInputs(sample, inputs, path);
      interpreter.reset();
      interpreter.run(inputs.map(({ name }) => bound[name]?.data as TypedArray));
      for (const [, value, reals] of found) toReal(value, reals);
      return new Map(found.map(([id, , reals]) => [id, reals]));
    },
    close: async () => {},
  };
};

/** The graph without the operators after the last one that makes a watched tensor. */
function upTo(graph: Graph, watched: readonly TensorId[]): Graph {
  const makers = producers(graph);
  const last = Math.max(-1, ...watched.map((id) => makers.get(id) ?? -1));
  return { ...graph, operators: graph.operators.slice(0, last + 1), outputs: watched };
}

/** The real numbers of a value, into an array as long. */
export function toReal({ values, scale, zeroPoint }: Value, reals: Float32Array): void {
  const factor = scale || 1;
  for (let index = 0; index < reals.length; index += 1) reals[index] = (Number(values[index]) - zeroPoint) * factor;
}
