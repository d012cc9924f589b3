import { bindInputs } from '../data/bind-inputs.ts';
import type { DataSet } from '../data/data-set.ts';
import { modelInputs } from '../data/model-inputs.ts';
import { UserError } from '../errors.ts';
import { writeOnnx } from '../formats/onnx/write.ts';
import { tensorAt } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { type OnnxRuntime, OnnxRuntimeError } from '../onnx-runtime/session.ts';
import { addValues, type Histogram, newHistogram } from './histogram.ts';

/**
 * Runs the float graph on samples, one in memory at a time, and counts the values that each of the tensors takes.
 * @throws OnnxRuntimeError when ONNX Runtime does not load the model, UserError when it fails on a sample or the data set does not fit the model.
 */
export async function calibrate(
  graph: Graph,
  observed: readonly TensorId[],
  data: DataSet,
  indices: readonly number[],
  runtime: OnnxRuntime,
): Promise<ReadonlyMap<TensorId, Histogram>> {
  const histograms = new Map(observed.map((id) => [id, newHistogram()]));
  const inputs = modelInputs(graph);
  const computed = observed.filter((id) => !graph.inputs.includes(id));
  const session = computed.length === 0 ? undefined : await runtime.open(writeOnnx(withOutputs(graph, computed)));
  try {
    for (const index of indices) {
      const feeds = bindInputs(await data.sample(index), inputs, data.path);
      const results = (await session?.run(feeds)) ?? {};
      for (const [id, histogram] of histograms) {
        const { name } = tensorAt(graph, id);
        const values = (results[name] ?? feeds[name])?.data;
        if (values instanceof Float32Array) addValues(histogram, values);
      }
    }
  } catch (error) {
    if (error instanceof OnnxRuntimeError)
      throw new UserError(`ONNX Runtime fails on the model in calibration: ${error.message}`);
    throw error;
  } finally {
    await session?.close();
  }
  return histograms;
}

/** The graph with the tensors as its outputs, which ONNX Runtime then gives back; it computes nothing that they do not need. */
function withOutputs(graph: Graph, outputs: readonly TensorId[]): Graph {
  const tensors = graph.tensors.map((tensor, id) =>
    outputs.includes(id) && tensor.dtype === 'unknown' ? { ...tensor, dtype: 'float32' as const } : tensor,
  );
  return { ...graph, tensors, outputs };
}
