import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { capturedNames } from '../graph/traversal.ts';
import { removeUnusedTensors } from './remove-unused-tensors.ts';
import { hasSideEffects } from './side-effects.ts';

/**
 * Operators that no output depends on are removed.
 *
 * ```
 *   x ─▶ Conv ─▶ y (output)          x ─▶ Conv ─▶ y (output)
 *          └───▶ Relu ─▶ (nobody)
 * ```
 *
 * Operators with side effects stay, and what they need.
 */
export function removeDeadOperators(graph: Graph): Graph {
  const needed = new Set<TensorId>(graph.outputs);
  const idOfName = new Map(graph.tensors.map((tensor, id) => [tensor.name, id]));
  const kept: Operator[] = [];
  for (const operator of [...graph.operators].reverse()) {
    const isNeeded = operator.outputs.some((id) => id !== null && needed.has(id)) || hasSideEffects(operator);
    if (!isNeeded) continue;
    kept.push(operator);
    for (const id of operator.inputs) if (id !== null) needed.add(id);
    for (const name of capturedNames(operator)) {
      const id = idOfName.get(name);
      if (id !== undefined) needed.add(id);
    }
  }
  if (kept.length === graph.operators.length) return graph;
  return removeUnusedTensors({ ...graph, operators: kept.reverse() });
}
