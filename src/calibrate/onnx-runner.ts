import { freeArrays } from '../basics/free-arrays.ts';
import { bindInputs } from '../data/bind-inputs.ts';
import { modelInputs } from '../data/model-inputs.ts';
import { elementCount, isConstant, tensorAt } from '../graph/access.ts';
import { constantNumbers } from '../graph/constant-numbers.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { graphMacs } from '../graph/macs.ts';
import { loadOnnxRuntime } from '../onnx-runtime/load.ts';
import { openGraph } from '../onnx-runtime/open-graph.ts';
import type { FloatRunner } from './float-runner.ts';
import { asUserError } from './onnx-recorder.ts';

/** Multiply-accumulates from which on two threads share the work of an operator; the model says it, not the machine, so that results are the same on all. */
const worthTwoThreads = 5e7;

/** Elements of what is watched from which on ONNX Runtime gives memory back after each operator, and what it gave is freed at once. */
const worthSparing = 1e6;

/** An ONNX graph in ONNX Runtime; see `openFloatRunner`. @throws OnnxRuntimeError when ONNX Runtime does not load the model */
export async function openOnnxRunner(graph: Graph, watched: readonly TensorId[], path: string): Promise<FloatRunner> {
  const inputs = modelInputs(graph);
  const constants = new Map<TensorId, Float32Array>();
  for (const id of watched) {
    const tensor = tensorAt(graph, id);
    if (isConstant(tensor) && tensor.dtype === 'float32')
      constants.set(id, Float32Array.from(constantNumbers(tensor) ?? []));
  }
  const computed = watched.filter((id) => !graph.inputs.includes(id) && !isConstant(tensorAt(graph, id)));
  const runtime = await loadOnnxRuntime();
  const watchedElements = computed.reduce((sum, id) => sum + (elementCount(tensorAt(graph, id)) ?? 0), 0);
  const sparesMemory = watchedElements >= worthSparing;
  const threads = graphMacs(graph) >= worthTwoThreads ? 2 : 1;
  const session =
    computed.length === 0
      ? undefined
      : await openGraph(runtime, withOutputs(graph, computed), { threads, sparesMemory });
  let last: readonly Float32Array[] = [];
  return {
    run: async (sample) => {
      if (sparesMemory) freeArrays(last);
      const feeds = bindInputs(sample, inputs, path);
      const results = (await session?.run(feeds).catch(asUserError)) ?? {};
      last = Object.values(results).flatMap(({ data }) => (data instanceof Float32Array ? [data] : []));
      const values = new Map(constants);
      for (const id of watched) {
        const { name } = tensorAt(graph, id);
        const elements = (results[name] ?? feeds[name])?.data;
        if (elements instanceof Float32Array) values.set(id, elements);
      }
      return values;
    },
    close: async () => session?.close(),
  };
}

/** The graph with the tensors as its outputs, which ONNX Runtime then gives back; it computes nothing that they do not need. */
export function withOutputs(graph: Graph, outputs: readonly TensorId[]): Graph {
  const tensors = graph.tensors.map((tensor, id) =>
    outputs.includes(id) && tensor.dtype === 'unknown' ? { ...tensor, dtype: 'float32' as const } : tensor,
  );
  return { ...graph, tensors, outputs };
}
