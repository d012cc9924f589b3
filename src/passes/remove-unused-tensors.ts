import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { capturedNames } from '../graph/traversal.ts';

/**
 * Removes tensors, constants among them, that no operator, input, output or nested graph uses, and numbers the others anew in their order.
 *
 * ```
 *   W ──▶ Conv          W ──▶ Conv
 *   V                          (V is gone)
 * ```
 *
 * @returns the same graph when every tensor is used
 */
export function removeUnusedTensors(graph: Graph): Graph {
  const used = new Set<TensorId>([...graph.inputs, ...graph.outputs]);
  const captured = new Set<string>();
  for (const operator of graph.operators) {
    for (const id of operator.inputs) if (id !== null) used.add(id);
    for (const id of operator.outputs) if (id !== null) used.add(id);
    for (const id of operator.intermediates ?? []) used.add(id);
    for (const name of capturedNames(operator)) captured.add(name);
  }
  if (captured.size > 0) {
    graph.tensors.forEach((tensor, id) => {
      if (captured.has(tensor.name)) used.add(id);
    });
  }
  if (used.size === graph.tensors.length) return graph;
  const kept = graph.tensors.map((_, id) => id).filter((id) => used.has(id));
  const renumbered = new Map(kept.map((id, position) => [id, position]));
  const renumber = (id: TensorId): TensorId => renumbered.get(id) as TensorId;
  const renumberOptional = (id: TensorId | null): TensorId | null => (id === null ? null : renumber(id));
  const operators = graph.operators.map(
    (operator): Operator => ({
      ...operator,
      inputs: operator.inputs.map(renumberOptional),
      outputs: operator.outputs.map(renumberOptional),
      ...(operator.intermediates === undefined ? {} : { intermediates: operator.intermediates.map(renumber) }),
    }),
  );
  return {
    ...graph,
    tensors: kept.map((id) => graph.tensors[id] as (typeof graph.tensors)[number]),
    operators,
    inputs: graph.inputs.map(renumber),
    outputs: graph.outputs.map(renumber),
    captures: graph.captures
      .filter((capture) => used.has(capture.tensor))
      .map((capture) => ({ ...capture, tensor: renumber(capture.tensor) })),
  };
}
