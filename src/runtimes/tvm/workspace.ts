import { isConstant, tensorAt, tensorBytes } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { liveness } from '../../graph/liveness.ts';
import { producers } from '../../graph/traversal.ts';
import type { Memory } from '../../measurement/measurement.ts';
import { placeSideBySide, plannedBuffersLimit } from '../plan/greedy.ts';
import type { KernelBuild } from '../tflm/kernels.ts';
import { cmsisScratch } from './cmsis-scratch.ts';
import { rewrittenBytes } from './rewritten-storage.ts';
import { type NamedRequest, planUnified } from './unified-planner.ts';

/** Operators that give the same bytes another shape: TVM hands the memory on. */
const views: ReadonlySet<string> = new Set(['RESHAPE', 'SQUEEZE', 'EXPAND_DIMS']);

/** Constants that a convolution has in Relay besides its filter: two of scales, bias, multipliers and shifts. They count in the names of buffers. */
const convolutionConstants = 6;

/** What the workspace of a model is like. */
export interface MicroWorkspace {
  /** As TVM's unified planner lays it out, its default for the C runtime. */
  readonly memory: Memory;
  /** Bytes that it takes with that planner switched off. */
  readonly unplannedBytes: number;
  /** By operator of the graph, bytes in use while it runs. */
  readonly liveBytes: readonly number[];
}

/**
 * The workspace of microTVM's ahead-of-time code: all tensors between operators, and what kernels of CMSIS-NN need while they run.
 * The model's inputs and outputs are the firmware's.
 */
export function microWorkspace(graph: Graph, build: KernelBuild): MicroWorkspace {
  const order = relayOrder(graph);
  const ordered: Graph = { ...graph, operators: order.flatMap((index) => graph.operators[index] ?? []) };
  const { tensors, scratch } = workspaceRequests(ordered, build);
  const requests = [...tensors, ...scratch];
  const plan = requests.length > plannedBuffersLimit ? placeSideBySide(requests) : planUnified(requests);
  const live = ordered.operators.map((_, step) =>
    requests.reduce((sum, { bytes, first, last }) => sum + (first <= step && step <= last ? bytes : 0), 0),
  );
  const stepOf = new Map(order.map((index, step) => [index, step]));
  return {
    memory: {
      arenaUsed: plan.bytes,
      arenaRequired: plan.bytes,
      lowerBound: live.reduce((most, bytes) => Math.max(most, bytes), 0),
      buffers: requests.map(({ title, bytes, first, last }, index) => ({
        tensor: title.slice(0, 400),
        offset: plan.offsets[index] ?? 0,
        bytes,
        // Graph order, as everywhere else; where Relay's differs a lifetime is drawn around all that it covers.
        ...span(order.slice(first, last + 1)),
      })),
    },
    unplannedBytes: rewrittenBytes(tensors, scratch),
    liveBytes: graph.operators.map((_, index) => live[stepOf.get(index) ?? -1] ?? 0),
  };
}

interface WorkspaceRequest extends NamedRequest {
  readonly title: string;
}

function workspaceRequests(
  graph: Graph,
  build: KernelBuild,
): { readonly tensors: readonly WorkspaceRequest[]; readonly scratch: readonly WorkspaceRequest[] } {
  const origin = origins(graph);
  const outside = new Set([...graph.inputs, ...graph.outputs].map((id) => origin(id)));
  const names = storageNames(graph, origin);
  const merged = new Map<TensorId, { first: number; last: number }>();
  for (const { tensor, first, last } of liveness(graph).lifetimes) {
    const id = origin(tensor);
    const known = merged.get(id);
    merged.set(id, { first: Math.min(first, known?.first ?? first), last: Math.max(last, known?.last ?? last) });
  }
  const tensors = [...merged].flatMap(([id, span]) => {
    const bytes = tensorBytes(tensorAt(graph, id)) ?? 0;
    return outside.has(id) || bytes === 0
      ? []
      : [{ name: names.get(id) ?? '', title: tensorAt(graph, id).name, bytes, ...span }];
  });
  const scratch = graph.operators.flatMap((operator, step) => {
    const bytes = cmsisScratch(graph, operator, build);
    return bytes === 0 ? [] : [{ bytes, first: step, last: step, title: 'scratch' }];
  });
  return { tensors, scratch: scratch.map((each, index) => ({ ...each, name: `context_buffer_${index}` })) };
}

/** The tensor whose memory each tensor has: itself, or through views what was viewed. */
function origins(graph: Graph): (id: TensorId) => TensorId {
  const viewed = new Map<TensorId, TensorId>();
  for (const { type, inputs, outputs } of graph.operators) {
    const [from, to] = [inputs[0] ?? null, outputs[0] ?? null];
    if (views.has(type) && from !== null && to !== null && from !== to) viewed.set(to, viewed.get(from) ?? from);
  }
  return (id) => viewed.get(id) ?? id;
}

/** Names of storage, numbered as Relay's nodes are visited: inputs and constants count too. */
function storageNames(graph: Graph, origin: (id: TensorId) => TensorId): ReadonlyMap<TensorId, string> {
  let next = 0;
  const names = new Map<TensorId, string>();
  const name = (id: TensorId) => {
    if (names.has(id)) return;
    names.set(id, `sid_${next}`);
    next += 1;
  };
  const given = new Set(graph.inputs);
  for (const operator of graph.operators) {
    if (views.has(operator.type)) continue;
    for (const id of operator.inputs) if (id !== null && given.has(id)) name(id);
    next += constantNodes(graph, operator);
    for (const id of operator.outputs) if (id !== null) name(origin(id));
  }
  return names;
}

function constantNodes(graph: Graph, { type, inputs }: Operator): number {
  if (type === 'CONV_2D' || type === 'DEPTHWISE_CONV_2D') return convolutionConstants;
  return inputs.filter((id) => id !== null && isConstant(tensorAt(graph, id))).length;
}

/** Indices of the operators in the order in which Relay visits them: from the outputs backwards, first operands first. What no output needs is dropped. */
function relayOrder(graph: Graph): readonly number[] {
  const producer = producers(graph);
  const order: number[] = [];
  const seen = new Set<number>();
  const stack: { readonly index: number; readonly isDone: boolean }[] = [];
  const push = (ids: readonly (TensorId | null)[]) => {
    for (const id of [...ids].reverse()) {
      const index = id === null ? undefined : producer.get(id);
      if (index !== undefined && !seen.has(index)) stack.push({ index, isDone: false });
    }
  };
  push(graph.outputs);
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (top.isDone) order.push(top.index);
    else if (!seen.has(top.index)) {
      seen.add(top.index);
      stack.push({ index: top.index, isDone: true });
      push(graph.operators[top.index]?.inputs ?? []);
    }
  }
  return order;
}

function span(indices: readonly number[]): { readonly first: number; readonly last: number } {
  const first = indices.reduce((least, index) => Math.min(least, index), Number.POSITIVE_INFINITY);
  return { first, last: indices.reduce((most, index) => Math.max(most, index), first) };
}
