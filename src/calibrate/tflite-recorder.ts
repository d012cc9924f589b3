import type { Graph } from '../graph/graph.ts';
import { openInterpreter } from '../kernels/run-graph.ts';
import type { TypedArray } from '../kernels/values.ts';
import { makeCounters, type Recorder } from './recorder.ts';

/** A recorder of the outputs of a TensorFlow Lite graph, each sample from fresh state. @throws UserError when an operator has no kernel */
export function openTfliteRecorder(graph: Graph, extents: boolean): Recorder {
  const interpreter = openInterpreter(graph, { floats: 'single' });
  const counters = makeCounters(graph.outputs.length, extents);
  return {
    seesEverything: true,
    record: async (feeds, sample) => {
      interpreter.reset();
      interpreter.run(interpreter.inputs.map(({ name }) => feeds[name]?.data as TypedArray));
      for (const [index, { values }] of interpreter.outputs.entries()) {
        if (values instanceof Float32Array) counters.add({ index, values }, sample);
      }
    },
    histograms: async () => counters.histograms(),
    close: async () => {},
  };
}
