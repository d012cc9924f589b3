import { availableParallelism } from 'node:os';
import { writeOnnx } from '../formats/onnx/write.ts';
import { writeTflite } from '../formats/tflite/write.ts';
import { tensorAt } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { graphMacs } from '../graph/macs.ts';
import { loadOnnxRuntime } from '../onnx-runtime/load.ts';
import { openOnnxRecorder } from './onnx-recorder.ts';
import { withOutputs } from './onnx-runner.ts';
import type { Recorder } from './recorder.ts';
import { openTfliteRecorder } from './tflite-recorder.ts';
import { openThreadedRecorder } from './threads/recorder.ts';
import { withExtents } from './with-extents.ts';

/** Multiply-accumulates in the gate's own kernels from which on threads, each with its own interpreter, pay. */
const worthwhileMacs = 5e8;
/** Threads of ONNX Runtime, which share the work of one operator and the memory of one model: more find too little to do in models of this size. */
const mostSharing = 4;

/**
 * A recorder of float tensors of a graph, inputs among them, for so many samples.
 * @param extents whether only the extremes of their values are wanted; ONNX Runtime then finds them itself
 * @throws OnnxRuntimeError when ONNX Runtime does not load the model, UserError when there is no kernel for an operator of a `.tflite`
 */
export async function openRecorder(
  graph: Graph,
  watched: readonly TensorId[],
  extents: boolean,
  samples: number,
): Promise<Recorder> {
  if (graph.dialect === 'tflite') {
    const observed = { ...graph, outputs: watched };
    const alone = openTfliteRecorder(observed, extents);
    if (graphMacs(graph) * samples < worthwhileMacs) return alone;
    return openThreadedRecorder({ kind: 'record', model: writeTflite(observed), extents }) ?? alone;
  }
  const computed = watched.filter((id) => !graph.inputs.includes(id));
  const model = writeOnnx(extents ? withExtents(graph, computed) : withOutputs(graph, computed));
  const names = watched.map((id) => tensorAt(graph, id).name);
  const threads = Math.min(availableParallelism(), mostSharing);
  return openOnnxRecorder({ model, watched: names, extents }, await loadOnnxRuntime(), threads);
}
