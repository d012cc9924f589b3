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

/** Multiply-accumulates from which on threads for ONNX Runtime pay, which does about 3e10 a second; for the gate's own kernels a tenth of it. */
const worthwhileMacs = { onnx: 5e9, tflite: 5e8 } as const;
/** Threads that share the work of one operator: more find too little work in models of this size. */
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
  const isMuch = graphMacs(graph) * samples >= worthwhileMacs[graph.dialect];
  if (graph.dialect === 'tflite') {
    const observed = { ...graph, outputs: watched };
    const model = isMuch ? writeTflite(observed) : undefined;
    const alone = openTfliteRecorder(observed, extents);
    return (model && openThreadedRecorder({ kind: 'record-tflite', model, extents })) ?? alone;
  }
  const computed = watched.filter((id) => !graph.inputs.includes(id));
  const model = writeOnnx(extents ? withExtents(graph, computed) : withOutputs(graph, computed));
  const recording = { model, watched: watched.map((id) => tensorAt(graph, id).name), extents };
  const runtime = await loadOnnxRuntime();
  const threads = isMuch && extents ? Math.min(availableParallelism(), mostSharing) : 1;
  if (isMuch && !extents) {
    const threaded = openThreadedRecorder({ kind: 'record-onnx', recording, place: runtime.place });
    if (threaded !== undefined) return threaded;
  }
  return openOnnxRecorder(recording, runtime, threads);
}
