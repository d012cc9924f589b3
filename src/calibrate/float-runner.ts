import type { Sample } from '../data/data-set.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { openOnnxRunner } from './onnx-runner.ts';
import { openTfliteRunner } from './tflite-runner.ts';

/** A float model of either dialect whose inner tensors can be watched. */
export interface FloatRunner {
  /**
   * One inference, from fresh state: the elements of every watched float tensor, constants and inputs too. The arrays are written over by the next run: copy what is to stay.
   * @throws UserError when the sample does not fit the model or the model fails on it
   */
  readonly run: (sample: Sample) => Promise<ReadonlyMap<TensorId, Float32Array>>;
  readonly close: () => Promise<void>;
}

/**
 * Opens a float graph so that the values of the tensors can be had: ONNX in ONNX Runtime, TensorFlow Lite in the gate's own kernels.
 * @param watched tensors of the main graph; those that hold no float32 are left out of what `run` gives
 * @param path of the data set, for messages
 * @throws OnnxRuntimeError when ONNX Runtime does not load the model, UserError when there is no kernel for an operator of a `.tflite`
 */
export function openFloatRunner(graph: Graph, watched: readonly TensorId[], path: string): Promise<FloatRunner> {
  return graph.dialect === 'onnx' ? openOnnxRunner(graph, watched, path) : openTfliteRunner(graph, watched, path);
}
