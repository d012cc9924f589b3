import { tensorAt } from '../../../graph/access.ts';
import type { Graph, TensorId } from '../../../graph/graph.ts';
import type { KernelBuild } from '../kernels.ts';
import { operatorFacts } from '../operator-facts.ts';
import { type Allocation, group } from './allocations.ts';
import { bufferAlignment } from './lifetimes.ts';

/**
 * Bytes of the interpreter's own structures on a 32-bit target with short enums.
 * Source: tensorflow/tflite-micro 90b983c, lite/micro/micro_allocator.h, micro_allocation_info.h, memory_planner/greedy_memory_planner.h and lite/c/common.h.
 */
export const structureBytes = {
  arenaAllocator: 36,
  greedyPlanner: 44,
  microAllocator: 36,
  parameterAllocator: 8,
  subgraph: 8,
  evalTensor: 12,
  node: 32,
  pointer: 4,
  tensor: 32,
  quantization: 12,
  scratchRequest: 12,
  allocationInfo: 24,
  plannedBuffer: 40,
} as const;

/** What the interpreter makes of every graph before it looks at an operator. */
export function interpreterStructures(graphs: readonly Graph[]): readonly Allocation[] {
  return group(
    'interpreter',
    [
      structureBytes.arenaAllocator,
      structureBytes.greedyPlanner,
      structureBytes.microAllocator,
      structureBytes.parameterAllocator,
      structureBytes.subgraph * graphs.length,
      ...graphs.map(({ tensors }) => structureBytes.evalTensor * tensors.length),
      ...graphs.map(({ operators }) => structureBytes.node * operators.length),
    ],
    4,
  );
}

/** Parsed options of all operators, then the state of all kernels. */
export function kernelState(graphs: readonly Graph[], build: KernelBuild): readonly Allocation[] {
  const facts = graphs.flatMap(({ operators }) => operators.map(({ type }) => operatorFacts(type)));
  const parameters = facts.flatMap((fact): readonly Allocation[] => {
    const [bytes, alignment = 1] = fact?.parameters ?? [];
    return bytes === undefined ? [] : [{ name: "operators' options", bytes, alignment }];
  });
  const states = facts.flatMap((fact) => {
    const state = fact?.state;
    if (state === undefined) return [];
    return [typeof state === 'number' ? state : state[build.library === 'cmsis-nn' ? 'cmsis-nn' : 'reference']];
  });
  return [...parameters, ...group("kernels' state", states, bufferAlignment)];
}

/** A tensor as kernels and callers see it, with its quantisation: a zero point per channel is copied. */
export function describedBytes(graph: Graph, id: TensorId): number {
  return description(graph, id).reduce((sum, bytes) => sum + bytes, 0);
}

function description(graph: Graph, id: TensorId): readonly number[] {
  const quantization = tensorAt(graph, id).quantization;
  const channels = quantization === undefined || quantization.zeroPoint.length === 0 ? 0 : quantization.scale.length;
  return channels === 0
    ? [structureBytes.tensor]
    : [structureBytes.tensor, structureBytes.quantization, 4 + 4 * channels];
}

/** What the caller sees of inputs and outputs: a table of pointers, and each tensor with its quantisation. */
export function callerTensors(graph: Graph): readonly Allocation[] {
  const list = (ids: readonly TensorId[]): readonly Allocation[] => [
    ...group('inputs and outputs', [structureBytes.pointer * ids.length], bufferAlignment),
    ...ids.flatMap((id) => group('inputs and outputs', description(graph, id), 4)),
  ];
  return [...list(graph.inputs), ...list(graph.outputs)];
}
