import { expect } from 'vitest';
import { writeOnnx } from '../../src/formats/onnx/write.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { largestDifference, noiseFeeds, openOnnx, runOnnx } from '../support/run-onnx.ts';

/** Asserts that ONNX Runtime computes the same with both graphs, up to `tolerance` of the largest magnitude. */
export async function expectSameResults(before: Graph, after: Graph, tolerance = 1e-6): Promise<void> {
  const [first, second] = [await openOnnx(writeOnnx(typed(before))), await openOnnx(writeOnnx(typed(after)))];
  const feeds = noiseFeeds(first, 7);
  expect(largestDifference(await runOnnx(first, feeds), await runOnnx(second, feeds))).toBeLessThanOrEqual(tolerance);
}

/** Hand-built graphs do not state their outputs' types; a file must. */
function typed(graph: Graph): Graph {
  const inferred = inferShapes(graph);
  const outputs = new Set(graph.outputs);
  const tensors = graph.tensors.map((tensor, id) => (outputs.has(id) ? (inferred.tensors[id] ?? tensor) : tensor));
  return { ...graph, tensors };
}
