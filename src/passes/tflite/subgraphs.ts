import { allSubgraphs } from '../../formats/tflite/extras.ts';
import type { Graph } from '../../graph/graph.ts';

/** Rewrites every subgraph of a model; `index` is the subgraph's number in the file, 0 for the main one, whose model-wide extras stay. */
export function mapSubgraphs(graph: Graph, rewrite: (subgraph: Graph, index: number) => Graph): Graph {
  const [main = graph, ...subgraphs] = allSubgraphs(graph).map(rewrite);
  return { ...main, subgraphs };
}
