import { allSubgraphs, modelExtras } from '../../formats/tflite/extras.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { offlineAllocation } from './offline-allocation.ts';

/** Rewrites every subgraph of a model; `index` is the subgraph's number in the file, 0 for the main one, whose model-wide extras stay. */
export function mapSubgraphs(graph: Graph, rewrite: (subgraph: Graph, index: number) => Graph): Graph {
  const [main = graph, ...subgraphs] = allSubgraphs(graph).map(rewrite);
  return { ...main, subgraphs };
}

/**
 * Rewrites what subgraphs compute with: `rewrite` is told which tensors callers know (inputs, outputs, what signatures name) and gives the very
 * same subgraph where it changed nothing. A memory plan in the file is for tensors that are no longer these, and goes with the first change.
 */
export function rewriteSubgraphs(
  graph: Graph,
  rewrite: (subgraph: Graph, callers: ReadonlySet<TensorId>) => Graph,
): Graph {
  const signatures = modelExtras(graph).signatures ?? [];
  let isChanged = false;
  const rewritten = mapSubgraphs(graph, (subgraph, index) => {
    const callers = new Set([...subgraph.inputs, ...subgraph.outputs]);
    for (const signature of signatures.filter((entry) => entry.subgraph === index)) {
      for (const { tensor } of [...signature.inputs, ...signature.outputs]) callers.add(tensor);
    }
    const next = rewrite(subgraph, callers);
    if (next !== subgraph) isChanged = true;
    return next;
  });
  return isChanged ? withoutAllocation(rewritten) : graph;
}

function withoutAllocation(graph: Graph): Graph {
  const { metadata, ...others } = modelExtras(graph);
  const kept = metadata?.filter(({ name }) => name !== offlineAllocation) ?? [];
  return { ...graph, extras: { ...others, ...(kept.length === 0 ? {} : { metadata: kept }) } };
}
