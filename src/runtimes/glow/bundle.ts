import { tensorAt, tensorBytes } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { consumers } from '../../graph/traversal.ts';
import type { Memory } from '../../measurement/measurement.ts';
import { alignUp } from '../plan/buffers.ts';
import { planGlow } from './plan.ts';

/** `TensorAlignment`, pytorch/glow include/glow/Support/Memory.h: every tensor starts at a multiple of it. */
const alignment = 64;

/** The three memories that a bundle's entry function is given, in bytes. */
export interface BundleMemory {
  /** Weights: flash, or RAM for speed. */
  readonly constant: number;
  /** Inputs and outputs. */
  readonly mutable: number;
  readonly activations: Memory;
  readonly liveBytes: readonly number[];
}

const views = /^(Reshape|Flatten|Squeeze|Unsqueeze|Identity|Dropout|RESHAPE|SQUEEZE|EXPAND_DIMS)$/;
/** Written where their input lies when nobody reads that any more. */
const inPlace =
  /^(Relu|Clip|Sigmoid|Tanh|Add|Sub|Mul|Div|Max|Min|LeakyRelu|BatchNormalization|RELU|RELU6|ADD|SUB|MUL|DIV|MAXIMUM|MINIMUM|LOGISTIC|TANH)$/;

/** Memory of a bundle: constants and the model's own tensors side by side, what lies between planned as Glow's allocator does it. */
export function bundleMemory(graph: Graph): BundleMemory {
  const buffers = activationBuffers(graph);
  const requests = buffers.map(({ bytes, first, last }) => ({ bytes: alignUp(bytes, alignment), first, last }));
  const plan = planGlow(requests);
  const liveBytes = graph.operators.map((_, index) =>
    requests.reduce((sum, { bytes, first, last }) => sum + (first <= index && index <= last ? bytes : 0), 0),
  );
  const read = new Set(graph.operators.flatMap(({ inputs }) => inputs));
  const constants = graph.tensors.flatMap(({ data }, id) => (data !== undefined && read.has(id) ? [id] : []));
  return {
    constant: sideBySide(graph, constants),
    mutable: sideBySide(graph, [...graph.inputs, ...graph.outputs]),
    activations: {
      arenaUsed: plan.bytes,
      arenaRequired: plan.bytes,
      lowerBound: Math.max(0, ...liveBytes),
      buffers: buffers.map(({ tensor, first, last }, index) => ({
        tensor: tensorAt(graph, tensor).name.slice(0, 400),
        offset: plan.offsets[index] ?? 0,
        bytes: requests[index]?.bytes ?? 0,
        first,
        last,
      })),
    },
    liveBytes,
  };
}

const sideBySide = (graph: Graph, ids: readonly TensorId[]): number =>
  [...new Set(ids)].reduce((sum, id) => sum + alignUp(tensorBytes(tensorAt(graph, id)) ?? 0, alignment), 0);

interface ActivationBuffer {
  readonly tensor: TensorId;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** One for each tensor between operators that is neither a view of another nor written over one. */
function activationBuffers(graph: Graph): readonly ActivationBuffer[] {
  const outside = new Set([...graph.inputs, ...graph.outputs]);
  const readers = consumers(graph);
  const sizeOf = (id: TensorId) => tensorBytes(tensorAt(graph, id)) ?? 0;
  const isActivation = (id: TensorId) => tensorAt(graph, id).data === undefined;
  const home = new Map<TensorId, TensorId>();
  graph.operators.forEach(({ type, inputs, outputs }) => {
    const [to] = outputs;
    if (to === null || to === undefined) return;
    const from = inputs.find(
      (id) =>
        id !== null &&
        isActivation(id) &&
        (views.test(type) || (inPlace.test(type) && readers.get(id)?.length === 1 && sizeOf(id) === sizeOf(to))),
    );
    if (from === null || from === undefined) return;
    const source = home.get(from) ?? from;
    // The model's own inputs are not written over, and outputs are where the firmware wants them.
    if (!outside.has(source) && !outside.has(to)) home.set(to, source);
  });
  const spans = new Map<TensorId, { first: number; last: number }>();
  graph.operators.forEach(({ inputs, outputs }, index) => {
    for (const id of [...inputs, ...outputs]) {
      if (id === null || !isActivation(id)) continue;
      const source = home.get(id) ?? id;
      const span = spans.get(source);
      if (span === undefined) spans.set(source, { first: index, last: index });
      else span.last = index;
    }
  });
  return [...spans]
    .filter(([tensor]) => !outside.has(tensor))
    .map(([tensor, span]) => ({ tensor, bytes: sizeOf(tensor), ...span }));
}
