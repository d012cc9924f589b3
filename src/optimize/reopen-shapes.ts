import { isConstant } from '../graph/access.ts';
import type { Graph } from '../graph/graph.ts';

/**
 * A graph made from another whose open extents were closed on the way, with those of the other again, found by the names of tensors; what is new has no stated shape then.
 * The very same graph when none was open.
 */
export function reopenShapes(graph: Graph, original: Graph): Graph {
  const isOpen = original.inputs.some((id) =>
    original.tensors[id]?.shape?.some((extent) => typeof extent !== 'number'),
  );
  if (!isOpen) return graph;
  const shapes = new Map(original.tensors.map(({ name, shape }) => [name, shape]));
  const tensors = graph.tensors.map((tensor) =>
    isConstant(tensor) ? tensor : { ...tensor, shape: shapes.get(tensor.name) },
  );
  return { ...graph, tensors };
}
