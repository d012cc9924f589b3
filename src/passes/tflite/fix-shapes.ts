import { tensorExtras } from '../../formats/tflite/extras.ts';
import { concreteShape } from '../../graph/access.ts';
import type { Graph, Tensor } from '../../graph/graph.ts';
import { mapSubgraphs } from './subgraphs.ts';

/**
 * Takes each shape in the file for the one that it will be: what the file says of extents that a caller may choose is dropped.
 * For runtimes that never resize a tensor; sizes that the model computes from shapes become constants then (`foldConstants`).
 */
export function fixShapes(graph: Graph): Graph {
  const isOpen = (tensor: Tensor) =>
    tensorExtras(tensor).shapeSignature !== undefined && concreteShape(tensor.shape) !== undefined;
  if (![graph, ...graph.subgraphs].some(({ tensors }) => tensors.some(isOpen))) return graph;
  return mapSubgraphs(graph, (subgraph) => ({
    ...subgraph,
    tensors: subgraph.tensors.map((tensor) => {
      if (!isOpen(tensor)) return tensor;
      const { extras: _, ...bare } = tensor;
      const { shapeSignature: __, ...others } = tensorExtras(tensor);
      return Object.keys(others).length === 0 ? bare : { ...bare, extras: others };
    }),
  }));
}
