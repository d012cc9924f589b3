import type { Interpreter } from '../../kernels/run-graph.ts';
import type { TypedArray } from '../../kernels/values.ts';

/** What a thread is started with to evaluate a `.tflite`. */
export interface EvaluationTask {
  readonly kind: 'evaluate';
  readonly model: Uint8Array;
}

/** The inputs of independent inferences, each in the graph's order. */
export type Batch = readonly (readonly TypedArray[])[];

/** The first output of every inference of a batch; state is reset before each. */
export function runSamples(interpreter: Interpreter, batch: Batch): readonly TypedArray[] {
  return batch.map((inputs) => {
    interpreter.reset();
    return interpreter.run(inputs)[0] ?? new Float32Array(0);
  });
}
