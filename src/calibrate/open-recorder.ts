import { writeTflite } from '../formats/tflite/write.ts';
import { tensorAt } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { graphMacs } from '../graph/macs.ts';
import { refuseEndless } from '../graph/refuse-endless.ts';
import { loadOnnxRuntime } from '../onnx-runtime/load.ts';
import { openExtremesRecorder } from './onnx-extremes-recorder.ts';
import { openOnnxRecorder } from './onnx-recorder.ts';
import type { Recorder } from './recorder.ts';
import { openTfliteRecorder } from './tflite-recorder.ts';
import { openThreadedRecorder } from './threads/recorder.ts';
import { withExtents } from './with-extents.ts';
import { withParts } from './with-parts.ts';

/** Multiply-accumulates in the gate's own kernels from which on threads, each with its own interpreter, pay. */
const worthwhileMacs = 5e8;
/**
 * Threads of ONNX Runtime, which share the work of one operator and the memory of one model: as many on every machine, however many cores it has. The rows that a thread gets of a
 * convolution decide which of them go through the kernel for a remainder, whose last bits differ: ranges would depend on the number of cores. (In ONNX Runtime 1.30.0, three models with
 * 1, 2, 3, 4 and 8 threads, by up to 8e-7 of the largest value; with the same number of threads on 1 or 2 cores, none.)
 */
const sharing = 2;

/**
 * The extremes of values alone, which ONNX Runtime finds itself; how they are distributed, from some of them where a tensor is large; the same, with every value seen, so that those that
 * are not finite can be told from others.
 */
export type Wanted = 'extremes' | 'distribution' | 'everything';

/**
 * A recorder of float tensors of a graph, inputs among them, for so many samples.
 * @param wanted what is to be known of them
 * @throws OnnxRuntimeError when ONNX Runtime does not load the model, UserError when there is no kernel for an operator of a `.tflite`, or the model would never end
 */
export async function openRecorder(
  graph: Graph,
  watched: readonly TensorId[],
  wanted: Wanted,
  samples: number,
): Promise<Recorder> {
  refuseEndless(graph);
  const extents = wanted === 'extremes';
  if (graph.dialect === 'tflite') {
    const observed = { ...graph, outputs: watched };
    const alone = openTfliteRecorder(observed, extents);
    if (graphMacs(graph) * samples < worthwhileMacs) return alone;
    return openThreadedRecorder({ kind: 'record', model: writeTflite(observed), extents }) ?? alone;
  }
  const computed = watched.filter((id) => !graph.inputs.includes(id));
  const names = watched.map((id) => tensorAt(graph, id).name);
  const runtime = await loadOnnxRuntime();
  if (extents) return openExtremesRecorder(withExtents(graph, computed), names, runtime, sharing);
  const parts = withParts(graph, computed, wanted === 'everything' ? 0 : samples);
  return openOnnxRecorder(parts, names, runtime, sharing, samples);
}
