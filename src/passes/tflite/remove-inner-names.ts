import { modelExtras } from '../../formats/tflite/extras.ts';
import type { Graph } from '../../graph/graph.ts';
import { mapSubgraphs } from './subgraphs.ts';

/**
 * Removes the names of tensors that are not the caller's: all but inputs and outputs of a subgraph and what signatures name.
 * Microcontroller runtimes never read them. Not part of `optimizeTflite`: reports and people know layers by these names.
 */
export function removeInnerNames(graph: Graph): Graph {
  const signatures = modelExtras(graph).signatures ?? [];
  return mapSubgraphs(graph, (subgraph, index) => {
    const callers = new Set([...subgraph.inputs, ...subgraph.outputs]);
    for (const signature of signatures.filter((entry) => entry.subgraph === index)) {
      for (const { tensor } of [...signature.inputs, ...signature.outputs]) callers.add(tensor);
    }
    const tensors = subgraph.tensors.map((tensor, id) => (callers.has(id) ? tensor : { ...tensor, name: '' }));
    const operators = subgraph.operators.map((operator) => {
      const named = operator.outputs.find((id) => id !== null);
      return { ...operator, name: named === undefined ? '' : (tensors[named]?.name ?? '') };
    });
    return { ...subgraph, tensors, operators };
  });
}
