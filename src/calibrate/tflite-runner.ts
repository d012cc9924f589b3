import { bindInputs } from '../data/bind-inputs.ts';
import { modelInputs } from '../data/model-inputs.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { openInterpreter } from '../kernels/run-graph.ts';
import type { TypedArray } from '../kernels/values.ts';
import type { FloatRunner } from './float-runner.ts';

/** A TensorFlow Lite graph in the gate's own kernels; see `openFloatRunner`. @throws UserError when an operator has no kernel */
export async function openTfliteRunner(graph: Graph, watched: readonly TensorId[], path: string): Promise<FloatRunner> {
  const interpreter = openInterpreter(graph, { floats: 'single' });
  const inputs = modelInputs(graph);
  const values = new Map<TensorId, Float32Array>();
  for (const id of watched) {
    const elements = interpreter.valueOf(id)?.values;
    if (elements instanceof Float32Array) values.set(id, elements);
  }
  return {
    run: async (sample) => {
      const bound = bindInputs(sample, inputs, path);
      interpreter.reset();
      interpreter.run(inputs.map(({ name }) => bound[name]?.data as TypedArray));
      return values;
    },
    close: async () => {},
  };
}
