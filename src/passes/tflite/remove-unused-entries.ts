import { modelExtras } from '../../formats/tflite/extras.ts';
import type { Graph } from '../../graph/graph.ts';

/** Removes buffers that nothing refers to and operator codes that no operator uses; interpreters look for the kernel of every code. */
export function removeUnusedEntries(graph: Graph): Graph {
  const { unusedBuffers: _, unusedOperatorCodes: __, ...extras } = modelExtras(graph);
  return { ...graph, extras };
}
