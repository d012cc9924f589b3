import { constantOf, tensorOf } from './evaluate/constant-value.ts';
import type { Graph, Tensor, TensorId } from './graph.ts';

/** Element types of what a caller says in whole numbers. */
const whole: ReadonlySet<Tensor['dtype']> = new Set(['int32', 'int64']);

/** True for an input that is one whole number, which may be fixed like an extent: a sampling rate, a switch. */
function isFixable({ dtype, shape }: Tensor): boolean {
  return whole.has(dtype) && shape !== undefined && shape.length <= 1 && (shape.length === 0 || shape[0] === 1);
}

/** The names of an ONNX graph's inputs that are one whole number. */
export function fixableInputs(graph: Graph): readonly string[] {
  return graph.dialect === 'onnx' ? fixable(graph).map((id) => graph.tensors[id]?.name ?? '') : [];
}

/** The ONNX graph with the inputs that are one whole number and named in `numbers` as constants, which the caller no longer gives; the very same graph where there are none. */
export function fixInputs(graph: Graph, numbers: ReadonlyMap<string, number>): Graph {
  if (graph.dialect !== 'onnx') return graph;
  const fixed = new Set(fixable(graph).filter((id) => numbers.has(graph.tensors[id]?.name ?? '')));
  if (fixed.size === 0) return graph;
  const tensors = graph.tensors.map((tensor, id) => {
    if (!fixed.has(id)) return tensor;
    const shape = (tensor.shape ?? []).map(Number);
    return tensorOf(tensor.name, constantOf(tensor.dtype, shape, [numbers.get(tensor.name) ?? 0]));
  });
  return { ...graph, tensors, inputs: graph.inputs.filter((id) => !fixed.has(id)) };
}

function fixable(graph: Graph): readonly TensorId[] {
  return graph.inputs.filter((id) => {
    const tensor = graph.tensors[id];
    return tensor !== undefined && tensor.data === undefined && isFixable(tensor);
  });
}
