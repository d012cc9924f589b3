import type { Graph } from '../../graph/graph.ts';
import { fixShapes } from '../../passes/tflite/fix-shapes.ts';
import { optimizeTflite } from '../../passes/tflite/optimize.ts';
import { orderOperators } from '../../passes/tflite/order-operators.ts';
import type { Target } from '../../targets/target.ts';
import { alignUp } from '../plan/buffers.ts';
import { tflmArena } from './arena.ts';
import { type KernelBuild, kernelBuild } from './kernels.ts';
import { bufferAlignment, tflmTensorBytes } from './lifetimes.ts';
import { planOffline } from './plan-offline.ts';
import { kernelRequests } from './prepare.ts';

/** What a `.tflite` model gains once it is known that TensorFlow Lite Micro runs it, and with which kernels; outputs stay as they are. */
export function finishForTflm(graph: Graph, { board }: Target): Graph {
  return graph.dialect === 'tflite' ? finishFor(graph, kernelBuild(board)) : graph;
}

/** `finishForTflm` for kernels: shapes as the file has them, operators in the order that needs least, and a memory plan where it helps. */
export function finishFor(graph: Graph, build: KernelBuild): Graph {
  const fixed = fixShapes(graph);
  const optimized = fixed === graph ? graph : optimizeTflite(fixed);
  const planned = planOffline(optimized, build);
  const reordered = reorder(optimized, build);
  if (reordered === optimized) return planned;
  const replanned = planOffline(reordered, build);
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
