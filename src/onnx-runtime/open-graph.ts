import { writeOnnx } from '../formats/onnx/write.ts';
import { writeOnnxApart } from '../formats/onnx/write-apart.ts';
import type { Graph } from '../graph/graph.ts';
import type { OnnxRuntime, OnnxSession, SessionOptions } from './session.ts';

/** Opens a graph of the ONNX dialect, whose weights are not copied for that where it can be helped. @throws OnnxRuntimeError when ONNX Runtime refuses it */
export function openGraph(runtime: OnnxRuntime, graph: Graph, options: SessionOptions): Promise<OnnxSession> {
  if (!runtime.takesContent) return runtime.open(writeOnnx(graph), options);
  const { model, content } = writeOnnxApart(graph);
  return runtime.open(model, { ...options, content });
}
