import type { Graph, TensorId } from '../graph/graph.ts';
import { refuseEndless } from '../graph/refuse-endless.ts';
import type { FloatRunner } from './float-runner.ts';
import { openOnnxRunner } from './onnx-runner.ts';
import { openTfliteRunner } from './tflite-runner.ts';

/**
 * Opens a float graph so that the values of the tensors can be had: ONNX in ONNX Runtime, TensorFlow Lite in the gate's own kernels.
 * @param watched tensors of the main graph; those that hold no float32 are left out of what `run` gives
 * @param path of the data set, for messages
 * @throws OnnxRuntimeError when ONNX Runtime does not load the model, UserError when there is no kernel for an operator of a `.tflite`, or the model would never end
 */
export async function openFloatRunner(graph: Graph, watched: readonly TensorId[], path: string): Promise<FloatRunner> {
  refuseEndless(graph);
  return graph.dialect === 'onnx' ? openOnnxRunner(graph, watched, path) : openTfliteRunner(graph, watched, path);
}
