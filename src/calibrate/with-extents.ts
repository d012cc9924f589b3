import type { Graph, TensorId } from '../graph/graph.ts';
import { appendTo } from './appended.ts';

/** An ONNX graph whose outputs are the extremes of tensors instead of the tensors themselves, so that these never leave ONNX Runtime. */
export function withExtents(graph: Graph, watched: readonly TensorId[]): Graph {
  const appended = appendTo(graph);
  for (const id of appended.lastFirst(watched)) appended.addExtremes(id);
  return appended.finish();
}
