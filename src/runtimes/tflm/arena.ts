import { tensorAt } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { sumOverTime } from '../../graph/liveness.ts';
import type { Memory } from '../measurement.ts';
import { alignUp } from '../plan/buffers.ts';
import { plannedBuffersLimit, planWithinLimit } from '../plan/greedy.ts';
import type { Part } from '../runtime.ts';
import type { KernelBuild } from './kernels.ts';
import { arenaLifetimes, bufferAlignment, type ScratchRequest, tflmTensorBytes } from './lifetimes.ts';
import { offlineOffsets } from './offline-plan.ts';
import { operatorFacts } from './operator-facts.ts';
import { kernelRequests } from './prepare.ts';

/**
 * Bytes of the interpreter's own structures on a 32-bit target with short enums.
 * Source: tensorflow/tflite-micro 90b983c, lite/micro/micro_allocator.h, micro_allocation_info.h, memory_planner/greedy_memory_planner.h and lite/c/common.h.
 */
const sizes = {
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

/** Scratch requests that are reserved room for while an operator is prepared, `kMaxScratchBuffersPerOp`. */
const requestsPerOperator = 12;

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
    ...group('interpreter', scratch.length === 0 ? [] : [sizes.pointer * scratch.length], sizes.pointer),
    ...group('variables', variableBytes(graphs, offsets), bufferAlignment),
  ];
  const tail = stack([...beforePlanning, ...callerTensors(graph)]);
  const planningHead = alignUp(
    sizes.scratchRequest * (scratch.length + requestsPerOperator) +
      sizes.pointer * graphs.length +
      sizes.allocationInfo * (tensorCount + scratch.length),
    bufferAlignment,
  );
  const planningBytes =
    alignUp(stack(beforePlanning).bytes, bufferAlignment) + planningHead + sizes.plannedBuffer * buffers.length;
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

/** A piece at the arena's end: whose it is, its size and its alignment. */
interface Allocation {
  readonly name: string;
  readonly bytes: number;
  readonly alignment: number;
}

function group(name: string, bytes: readonly number[], alignment: number): readonly Allocation[] {
  return bytes.map((size) => ({ name, bytes: size, alignment }));
}

/** Stacks allocations downwards from an aligned address: the bytes in all, and by name with what alignment adds. */
function stack(allocations: readonly Allocation[]): { readonly bytes: number; readonly parts: readonly Part[] } {
  const byName = new Map<string, number>();
  let bytes = 0;
  for (const allocation of allocations) {
    const end = alignUp(bytes + allocation.bytes, allocation.alignment);
    byName.set(allocation.name, (byName.get(allocation.name) ?? 0) + end - bytes);
    bytes = end;
  }
  return { bytes, parts: [...byName].map(([name, size]) => ({ name, bytes: size })) };
}

function interpreterStructures(graphs: readonly Graph[]): readonly Allocation[] {
  return group(
    'interpreter',
    [
      sizes.arenaAllocator,
      sizes.greedyPlanner,
      sizes.microAllocator,
      sizes.parameterAllocator,
      sizes.subgraph * graphs.length,
      ...graphs.map(({ tensors }) => sizes.evalTensor * tensors.length),
      ...graphs.map(({ operators }) => sizes.node * operators.length),
    ],
    4,
  );
}

/** Parsed options of all operators, then the state of all kernels. */
function kernelState(graphs: readonly Graph[], build: KernelBuild): readonly Allocation[] {
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

/** Kernels that look at no tensor before they run. */
const unprepared = new Set([
  'ARG_MAX',
  'ARG_MIN',
  'FLOOR',
  'LOGICAL_AND',
  'LOGICAL_OR',
  'MAXIMUM',
  'MINIMUM',
  'NEG',
  'PACK',
  'UNPACK',
]);
/** Kernels that look at all their tensors twice, and free nothing in between. */
const preparedTwice = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'AVERAGE_POOL_2D']);
/** Kernels that ask for memory to keep while they look at tensors. */
const askingMeanwhile = new Set([...preparedTwice, 'TFLM_DECODE']);

/**
 * The most that any kernel's preparation needs: what is at the end of the arena by then, the list of scratch requests at the beginning,
 * and behind it descriptions of the operator's tensors.
 */
function bytesWhilePreparing(graphs: readonly Graph[], build: KernelBuild): number {
  const start = stack([...interpreterStructures(graphs), ...kernelState(graphs, build)]).bytes;
  let most = 0;
  let persistentBytes = start;
  let requested = 0;
  for (const graph of graphs) {
    for (const operator of graph.operators) {
      const requests = kernelRequests(graph, operator, build);
      const isTwice = preparedTwice.has(operator.type);
      const described = [...operator.inputs, ...operator.outputs].reduce<number>(
        (sum, id) => sum + (id === null ? 0 : describedBytes(graph, id)),
        0,
      );
      // Convolutions leave the bias out the first time.
      const bias = operator.type === 'AVERAGE_POOL_2D' ? null : (operator.inputs[2] ?? null);
      const unseen = isTwice && bias !== null ? describedBytes(graph, bias) : 0;
      // TANH looks at its input twice.
      const [first] = operator.inputs;
      const again = operator.type === 'TANH' && typeof first === 'number' ? describedBytes(graph, first) : 0;
      const rounds = unprepared.has(operator.type) ? 0 : isTwice ? 2 : 1;
      const after = requests.persistent.reduce(
        (bytes, size) => alignUp(bytes + size, bufferAlignment),
        persistentBytes,
      );
      const head = sizes.scratchRequest * (requested + requestsPerOperator) + rounds * described - unseen + again;
      most = Math.max(most, head + (askingMeanwhile.has(operator.type) ? after : persistentBytes));
      persistentBytes = after;
      requested += requests.scratch.length;
    }
  }
  return most;
}

/** A tensor as kernels and callers see it, with its quantisation: a zero point per channel is copied. */
function describedBytes(graph: Graph, id: TensorId): number {
  return description(graph, id).reduce((sum, bytes) => sum + bytes, 0);
}

function description(graph: Graph, id: TensorId): readonly number[] {
  const quantization = tensorAt(graph, id).quantization;
  const channels = quantization === undefined || quantization.zeroPoint.length === 0 ? 0 : quantization.scale.length;
  return channels === 0 ? [sizes.tensor] : [sizes.tensor, sizes.quantization, 4 + 4 * channels];
}

function variableBytes(graphs: readonly Graph[], offsets: readonly number[] | undefined): readonly number[] {
  return graphs.flatMap(({ tensors }) =>
    tensors.flatMap((tensor, id) =>
      tensor.variable === true && (offsets?.[id] ?? -1) === -1 ? [tflmTensorBytes(tensor)] : [],
    ),
  );
}

/** What the caller sees of inputs and outputs: a table of pointers, and each tensor with its quantisation. */
function callerTensors(graph: Graph): readonly Allocation[] {
  const list = (ids: readonly TensorId[]): readonly Allocation[] => [
    ...group('inputs and outputs', [sizes.pointer * ids.length], bufferAlignment),
    ...ids.flatMap((id) => group('inputs and outputs', description(graph, id), 4)),
  ];
  return [...list(graph.inputs), ...list(graph.outputs)];
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
