import type { Graph } from '../../graph/graph.ts';
import type { Target } from '../../targets/target.ts';
import { kernelBuild } from './kernels.ts';
import { planOffline } from './plan-offline.ts';

/** What a `.tflite` model gains once it is known that TensorFlow Lite Micro runs it, and with which kernels; outputs stay as they are. */
export function finishForTflm(graph: Graph, { board }: Target): Graph {
  return graph.dialect === 'tflite' ? planOffline(graph, kernelBuild(board)) : graph;
}
