import { isConstant } from '../graph/access.ts';
import type { Graph, Tensor, TensorId } from '../graph/graph.ts';
import { weightedLayers } from './layer-weights.ts';

/**
 * The graph with a copy for each operator that uses a float constant, weights of layers apart: biases that happen to be alike (all zero, mostly) are stored once,
 * and still belong to channels that are scaled or removed on their own. Ids stay; copies come after them.
 */
export function separateConstants(graph: Graph): Graph {
  const weights = new Set(weightedLayers(graph).map((layer) => layer.weights));
  const tensors: Tensor[] = [...graph.tensors];
  const names = new Set(tensors.map(({ name }) => name));
  const seen = new Set<TensorId>(graph.outputs);
  const operators = graph.operators.map((operator) => {
    const inputs = operator.inputs.map((id) => {
      const tensor = id === null ? undefined : tensors[id];
      if (id === null || tensor === undefined || !isConstant(tensor) || tensor.dtype !== 'float32') return id;
      if (weights.has(id)) return id;
      if (!seen.has(id)) {
        seen.add(id);
        return id;
      }
      let name = `${tensor.name}_copy`;
      for (let suffix = 2; names.has(name); suffix += 1) name = `${tensor.name}_copy_${suffix}`;
      names.add(name);
      return tensors.push({ ...tensor, name }) - 1;
    });
    return inputs.some((id, position) => id !== operator.inputs[position]) ? { ...operator, inputs } : operator;
  });
  return tensors.length === graph.tensors.length ? graph : { ...graph, tensors, operators };
}
