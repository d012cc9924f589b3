import type { Graph } from '../../../graph/graph.ts';
import { sumOverTime } from '../../../graph/liveness.ts';
import type { Memory } from '../../../measurement/measurement.ts';
import { alignUp } from '../../plan/buffers.ts';
import { plannedBuffersLimit, planWithinLimit } from '../../plan/greedy.ts';
import type { Part } from '../../runtime.ts';
import type { KernelBuild } from '../kernels.ts';
import { offlineOffsets } from '../offline-plan/offline-plan.ts';
import { group, stack } from './allocations.ts';
import { kernelRequests } from './kernel-requests.ts';
import { arenaLifetimes, bufferAlignment, type ScratchRequest, tflmTensorBytes } from './lifetimes.ts';
import { callerTensors, interpreterStructures, kernelState, structureBytes } from './structures.ts';
import { bytesWhilePreparing, requestsPerOperator } from './while-preparing.ts';

/** Buffers that a Measurement can hold. */
const reportedBuffersLimit = 100_000;

/** What TensorFlow Lite Micro's arena holds for a model, and where. */
export interface Arena {
  readonly memory: Memory;
  /** What `memory.arenaRequired` is made of, by name; sums to it. */
  readonly parts: readonly Part[];
  /** Bytes of buffers alive while each operator of the main graph runs, scratch included. */
  readonly liveBytes: readonly number[];
  /** False when there were too many buffers to plan, and they lie side by side. */
  readonly isPlanned: boolean;
}

/**
 * The arena of a model, as TensorFlow Lite Micro's allocator and its greedy planner lay it out on a 32-bit target: buffers that operators share
 * at the beginning, and what stays at the end, growing downwards.
 * Source: tensorflow/tflite-micro 90b983c, lite/micro/micro_allocator.cc, micro_allocation_info.cc and micro_interpreter.cc.
 */
export function tflmArena(graph: Graph, build: KernelBuild): Arena {
  const graphs = [graph, ...graph.subgraphs];
  const tensorCount = graphs.reduce((sum, { tensors }) => sum + tensors.length, 0);
  const offsets = offlineOffsets(graph, tensorCount);
  const { persistent, scratch } = allKernelRequests(graphs, build);
  const { buffers, operatorAt } = arenaLifetimes(graphs, scratch, offsets);
  const isPlanned = buffers.length <= plannedBuffersLimit;
  const plan = planWithinLimit(buffers);

  const beforePlanning = [
    ...interpreterStructures(graphs),
    ...kernelState(graphs, build),
    ...group("kernels' tables", persistent, bufferAlignment),
    ...group(
      'interpreter',
      scratch.length === 0 ? [] : [structureBytes.pointer * scratch.length],
      structureBytes.pointer,
    ),
    ...group('variables', variableBytes(graphs, offsets), bufferAlignment),
  ];
  const tail = stack([...beforePlanning, ...callerTensors(graph)]);
  const planningHead = alignUp(
    structureBytes.scratchRequest * (scratch.length + requestsPerOperator) +
      structureBytes.pointer * graphs.length +
      structureBytes.allocationInfo * (tensorCount + scratch.length),
    bufferAlignment,
  );
  const planningBytes =
    alignUp(stack(beforePlanning).bytes, bufferAlignment) +
    planningHead +
    structureBytes.plannedBuffer * buffers.length;
  const preparingBytes = bytesWhilePreparing(graphs, build);
  const arenaUsed = tail.bytes + plan.bytes;
  const arenaRequired = alignUp(Math.max(arenaUsed, planningBytes, preparingBytes), bufferAlignment);
  const liveAt = sumOverTime(
    buffers.map(({ bytes, first, last }) => ({ bytes, first: first + 1, last: last + 1 })),
    operatorAt.length + 1,
  ).slice(1);
  return {
    memory: {
      arenaUsed,
      arenaRequired,
      lowerBound: liveAt.reduce((most, bytes) => Math.max(most, bytes), 0),
      buffers: buffers.slice(0, reportedBuffersLimit).map((buffer, id) => ({
        tensor: buffer.name.slice(0, 400),
        offset: plan.offsets[id] ?? 0,
        bytes: buffer.bytes,
        first: operatorAt[Math.max(0, buffer.first)] ?? 0,
        last: operatorAt[Math.max(0, buffer.last)] ?? 0,
      })),
    },
    parts: [
      { name: 'activations and scratch', bytes: plan.bytes, shared: 'arena' },
      ...tail.parts,
      { name: 'planning and alignment', bytes: arenaRequired - arenaUsed, shared: 'arena' },
    ],
    isPlanned,
    liveBytes: largestByOperator(liveAt, operatorAt, graph.operators.length),
  };
}

function allKernelRequests(
  graphs: readonly Graph[],
  build: KernelBuild,
): { readonly persistent: readonly number[]; readonly scratch: readonly ScratchRequest[] } {
  const persistent: number[] = [];
  const scratch: ScratchRequest[] = [];
  graphs.forEach((graph, subgraph) => {
    graph.operators.forEach((operator, index) => {
      const requests = kernelRequests(graph, operator, build);
      persistent.push(...requests.persistent);
      for (const bytes of requests.scratch) scratch.push({ bytes, subgraph, operator: index });
    });
  });
  return { persistent, scratch };
}

function variableBytes(graphs: readonly Graph[], offsets: readonly number[] | undefined): readonly number[] {
  return graphs.flatMap(({ tensors }) =>
    tensors.flatMap((tensor, id) =>
      tensor.variable === true && (offsets?.[id] ?? -1) === -1 ? [tflmTensorBytes(tensor)] : [],
    ),
  );
}

function largestByOperator(
  liveAt: readonly number[],
  operatorAt: readonly number[],
  operators: number,
): readonly number[] {
  const largest = new Array<number>(operators).fill(0);
  operatorAt.forEach((operator, moment) => {
    if (moment > 0) largest[operator] = Math.max(largest[operator] ?? 0, liveAt[moment] ?? 0);
  });
  return largest;
}
