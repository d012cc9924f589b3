import { tensorBytes } from '../../../graph/access.ts';
import { bytesOf } from '../../../graph/data-type.ts';
import type { Graph, TensorId } from '../../../graph/graph.ts';
import type { Placement } from '../support/placements.ts';
import { roundUp } from './block.ts';
import { isShallow } from './deepened.ts';
import { volumeOf } from './maker.ts';
import { isAbsorbedPadding } from './steps.ts';

/** A tensor in memory, from the operator that writes it to the last that reads it. */
export interface FeatureMap {
  readonly tensor: TensorId;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  /** It crosses the border of the NPU: an input or output of the model, or the CPU's. */
  readonly isOutside: boolean;
  /** It keeps the model's layout, channels side by side. */
  readonly isLinear: boolean;
  readonly writers: readonly number[];
  readonly readers: readonly number[];
}

/** Types whose output is another name for their input's bytes, or a part of them. */
export const views: ReadonlySet<string> = new Set(['RESHAPE', 'SQUEEZE', 'EXPAND_DIMS']);
/** Element by element, into the place of an input that nobody needs any more. */
const inPlace: ReadonlySet<string> = new Set([
  'ADD',
  'SUB',
  'MUL',
  'MAXIMUM',
  'MINIMUM',
  'ABS',
  'LEAKY_RELU',
  'LOGISTIC',
  'TANH',
  'RELU',
  'RELU6',
  'HARD_SWISH',
  'QUANTIZE',
]);

/** Operators with a window, whose output is not folded. */
const windowed: ReadonlySet<string> = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'AVERAGE_POOL_2D', 'MAX_POOL_2D']);

/**
 * Tensors that take memory while the model runs. What stays within the NPU has its channels rounded up to 16 (its own layout);
 * views, and element-wise results that may overwrite their input, share its bytes.
 */
export function featureMaps(graph: Graph, placements: readonly Placement[]): readonly FeatureMap[] {
  const producers = new Map<TensorId, number>();
  const readers = new Map<TensorId, number[]>();
  graph.operators.forEach(({ inputs, outputs }, index) => {
    if (placements[index]?.unit === 'dropped') return;
    for (const id of outputs) if (id !== null) producers.set(id, index);
    for (const id of new Set(inputs)) if (id !== null) readers.set(id, appended(readers.get(id), index));
  });
  const inputs = new Set(graph.inputs);
  const outputs = new Set(graph.outputs);
  const isNpu = (index: number | undefined): boolean => index !== undefined && placements[index]?.unit === 'npu';
  const shared = new Map<TensorId, TensorId>();
  const absorbed = new Set<TensorId>();
  const root = (id: TensorId): TensorId => {
    let top = id;
    for (let parent = shared.get(id); parent !== undefined; parent = shared.get(top)) top = parent;
    return top;
  };
  const bytes = new Map<TensorId, number>();
  /** Views, and dense layers over an image, need channels side by side. */
  const flattens = (index: number, id: TensorId): boolean => {
    const type = graph.operators[index]?.type ?? '';
    const { h, w } = volumeOf(graph.tensors[id]);
    return views.has(type) || (type === 'FULLY_CONNECTED' && h * w > 1);
  };
  /** It is folded for what goes over it element by element, an operator's own activation too. */
  const isFolded = (index: number | undefined): boolean => {
    const { type = '', attributes = {} } = graph.operators[index ?? -1] ?? {};
    const fused = attributes.fused_activation_function;
    return inPlace.has(type) || (fused?.kind === 'string' && fused.value !== 'NONE' && windowed.has(type));
  };
  const isInside = (id: TensorId): boolean =>
    isNpu(producers.get(id)) &&
    !outputs.has(id) &&
    !(
      isShallow(volumeOf(graph.tensors[id])) &&
      [
        producers.get(id),
        ...(readers.get(id) ?? []).filter((index) => inPlace.has(graph.operators[index]?.type ?? '')),
      ].some(isFolded)
    ) &&
    (readers.get(id) ?? []).every((index) => isNpu(index) && !flattens(index, id)) &&
    !views.has(graph.operators[producers.get(id) ?? -1]?.type ?? '');
  const sizeOf = (id: TensorId): number => {
    const tensor = graph.tensors[id];
    if (tensor === undefined) return 0;
    if (!isInside(id)) return roundUp(tensorBytes(tensor) ?? 0, 16);
    const { h, w, c } = volumeOf(tensor);
    return roundUp(bytesOf(tensor.dtype, h * w * roundUp(c, 16)), 16);
  };
  const last = (id: TensorId): number => (outputs.has(id) ? graph.operators.length : (readers.get(id)?.at(-1) ?? -1));
  graph.operators.forEach((operator, index) => {
    if (!isNpu(index)) return;
    const [output] = operator.outputs;
    if (output === undefined || output === null) return;
    const isPadding = isAbsorbedPadding(graph, operator);
    if (isPadding) absorbed.add(output);
    const candidates =
      views.has(operator.type) || isPadding
        ? operator.inputs.slice(0, 1)
        : inPlace.has(operator.type)
          ? operator.inputs
          : [];
    const found = candidates.find((id) => {
      if (id === null || graph.tensors[id]?.data !== undefined) return false;
      if (views.has(operator.type) || isPadding) return true;
      return last(id) === index && sizeOf(id) === sizeOf(output);
    });
    // Files may have an operator write what it reads.
    if (found !== undefined && found !== null && root(found) !== output) shared.set(output, root(found));
  });
  const maps = new Map<
    TensorId,
    {
      first: number;
      last: number;
      bytes: number;
      isOutside: boolean;
      isLinear: boolean;
      writers: Set<number>;
      readers: Set<number>;
    }
  >();
  const touch = (id: TensorId, first: number): void => {
    const key = root(id);
    const known = maps.get(key) ?? {
      first,
      last: first,
      bytes: 0,
      isOutside: false,
      isLinear: false,
      writers: new Set<number>(),
      readers: new Set<number>(),
    };
    known.first = Math.min(known.first, first);
    known.last = Math.max(known.last, last(id), first);
    if (!absorbed.has(id)) known.bytes = Math.max(known.bytes, sizeOf(id));
    const used = readers.get(id) ?? [];
    const writer = producers.get(id);
    if (writer !== undefined) known.writers.add(writer);
    if (!isInside(id) && !absorbed.has(id)) known.isLinear = true;
    for (const reader of used) known.readers.add(reader);
    if (inputs.has(id) || outputs.has(id)) known.isOutside = true;
    if (!isNpu(producers.get(id)) || used.some((index) => !isNpu(index))) known.isOutside = true;
    maps.set(key, known);
    bytes.set(key, known.bytes);
  };
  for (const id of graph.inputs) if ((readers.get(id) ?? []).length > 0) touch(id, readers.get(id)?.[0] ?? 0);
  for (const [id, index] of producers) touch(id, index);
  return [...maps].map(([tensor, map]) => ({ tensor, ...map, writers: [...map.writers], readers: [...map.readers] }));
}

/** `list` with one more; the list itself is changed, as copies of long lists add up. */
function appended(list: number[] | undefined, index: number): number[] {
  if (list === undefined) return [index];
  list.push(index);
  return list;
}
