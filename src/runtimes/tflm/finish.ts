import type { Graph } from '../../graph/graph.ts';
import { fixShapes } from '../../passes/tflite/fix-shapes.ts';
import { optimizeTflite } from '../../passes/tflite/optimize.ts';
import { orderOperators } from '../../passes/tflite/order-operators.ts';
import { unpackWeights } from '../../passes/tflite/unpack-weights.ts';
import { alignUp } from '../plan/buffers.ts';
import type { Finish } from '../runtime.ts';
import { tflmArena } from './arena/arena.ts';
import { kernelRequests } from './arena/kernel-requests.ts';
import { bufferAlignment, tflmTensorBytes } from './arena/lifetimes.ts';
import { type KernelBuild, kernelBuild } from './kernels.ts';
import { planOffline } from './offline-plan/plan-offline.ts';

/** What a `.tflite` model gains once it is known that TensorFlow Lite Micro runs it, and with which kernels; outputs stay as they are. */
export const finishForTflm: Finish = {
  passes: ['unpack-weights', 'fix-shapes', 'order-operators', 'plan-memory'],
  apply: (graph, { board }, only) => finishFor(graph, kernelBuild(board), only),
};

/** `finishForTflm` for kernels: weights as they are computed with, shapes as the file has them, operators in the order that needs least, and a memory plan where it helps. */
export function finishFor(graph: Graph, build: KernelBuild, only: readonly string[] = finishForTflm.passes): Graph {
  if (graph.dialect !== 'tflite') return graph;
  const unpacked = only.includes('unpack-weights') ? unpackWeights(graph) : graph;
  const fixed = only.includes('fix-shapes') ? fixShapes(unpacked) : unpacked;
  const optimized = fixed === graph ? graph : optimizeTflite(fixed);
  const plan = (each: Graph) => (only.includes('plan-memory') ? planOffline(each, build) : each);
  const planned = plan(optimized);
  const reordered = only.includes('order-operators') ? reorder(optimized, build) : optimized;
  if (reordered === optimized) return planned;
  const replanned = plan(reordered);
  const required = (each: Graph) => tflmArena(each, build).memory.arenaRequired;
  return required(replanned) < required(planned) ? replanned : planned;
}

function reorder(graph: Graph, build: KernelBuild): Graph {
  const aligned = (bytes: number) => alignUp(bytes, bufferAlignment);
  return orderOperators(graph, {
    tensor: (id) => {
      const tensor = graph.tensors[id];
      return tensor === undefined ? 0 : aligned(tflmTensorBytes(tensor));
    },
    operator: (index) => {
      const operator = graph.operators[index];
      const scratch = operator === undefined ? [] : kernelRequests(graph, operator, build).scratch;
      return scratch.reduce((sum, bytes) => sum + aligned(bytes), 0);
    },
  });
}
