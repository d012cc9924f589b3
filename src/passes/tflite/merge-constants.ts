import { modelExtras } from '../../formats/tflite/extras.ts';
import { isConstant } from '../../graph/access.ts';
import type { Graph, Tensor, TensorId } from '../../graph/graph.ts';
import { shareConstants } from './share-constants.ts';
import { mapSubgraphs } from './subgraphs.ts';

/**
 * Lets operators of a subgraph that read constants of equal content, shape, type and quantisation read the first of them.
 *
 *     a → RESHAPE [1, 10]         a → RESHAPE ┐
 *     b → RESHAPE [1, 10]    →    b → RESHAPE ┴ [1, 10]
 *
 * The others are left without use (`removeUnusedTensors`). A runtime keeps a structure in RAM for every tensor.
 */
export function mergeConstants(graph: Graph): Graph {
  const shared = shareConstants(graph);
  const aliased = modelExtras(graph).signatures ?? [];
  return mapSubgraphs(shared, (subgraph, index) => {
    const kept = new Set(subgraph.outputs);
    for (const signature of aliased.filter((entry) => entry.subgraph === index)) {
      for (const { tensor } of [...signature.inputs, ...signature.outputs]) kept.add(tensor);
    }
    return mergeIn(subgraph, kept);
  });
}

function mergeIn(graph: Graph, kept: ReadonlySet<TensorId>): Graph {
  const contents = new Map<object, number>();
  const firstOf = new Map<string, TensorId>();
  const replacement = graph.tensors.map((tensor, id): TensorId => {
    const content = tensor.data ?? tensor.strings;
    if (!isConstant(tensor) || content === undefined || tensor.variable === true || kept.has(id)) return id;
    const number = contents.get(content) ?? contents.size;
    contents.set(content, number);
    const key = keyOf(tensor, number);
    const first = firstOf.get(key);
    if (first !== undefined) return first;
    firstOf.set(key, id);
    return id;
  });
  const operators = graph.operators.map((operator) => ({
    ...operator,
    inputs: operator.inputs.map((id) => (id === null ? null : (replacement[id] ?? id))),
  }));
  return { ...graph, operators };
}

function keyOf({ dtype, shape, quantization, extras }: Tensor, content: number): string {
  // Bytes in extras (sparsity) become objects with numbered keys: equal text, equal bytes.
  return JSON.stringify([content, dtype, shape, quantization, extras]);
}
