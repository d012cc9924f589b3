import type { Graph } from '../graph/graph.ts';
import { writeOnnx } from './onnx/write.ts';
import { writeTflite } from './tflite/write.ts';

/** The file of a graph, in the format whose vocabulary the graph speaks. @throws UserError when the format's limits are passed */
export function writeModel(graph: Graph): Uint8Array {
  return graph.dialect === 'onnx' ? writeOnnx(graph) : writeTflite(graph);
}
