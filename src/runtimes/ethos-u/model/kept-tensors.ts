import { tensorBytes } from '../../../graph/access.ts';
import { bytesOf } from '../../../graph/data-type.ts';
import type { Graph, TensorId } from '../../../graph/graph.ts';
import type { Placement } from '../support/placements.ts';
import { roundUp } from './block.ts';
import { isShallow } from './deepened.ts';
import { volumeOf } from './maker.ts';

/** Types whose output is another name for their input's bytes, or a part of them. */
export const views: ReadonlySet<string> = new Set(['RESHAPE', 'SQUEEZE', 'EXPAND_DIMS']);
/** Element by element, into the place of an input that nobody needs any more. */
export const inPlace: ReadonlySet<string> = new Set([
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

/** Who uses the tensors of a model, and how each is kept. */
export interface KeptTensors {
  /** By tensor the operator that writes it, and in order those that read it; of operators that are there at run time. */
  readonly producers: ReadonlyMap<TensorId, number>;
  readonly readers: ReadonlyMap<TensorId, readonly number[]>;
  readonly isNpu: (operator: number | undefined) => boolean;
  /** Whether only the NPU sees it, so that it is kept in the NPU's own layout, channels rounded up to 16. */
  readonly isInside: (id: TensorId) => boolean;
  readonly sizeOf: (id: TensorId) => number;
  /** The last operator that reads it, -1 for none; one after all for outputs of the model. */
  readonly last: (id: TensorId) => number;
}

export function keptTensors(graph: Graph, placements: readonly Placement[]): KeptTensors {
  const producers = new Map<TensorId, number>();
  const readers = new Map<TensorId, number[]>();
  graph.operators.forEach(({ inputs, outputs }, index) => {
    if (placements[index]?.unit === 'dropped') return;
    for (const id of outputs) if (id !== null) producers.set(id, index);
    for (const id of new Set(inputs)) if (id !== null) readers.set(id, appended(readers.get(id), index));
  });
  const outputs = new Set(graph.outputs);
  const typeOf = (operator: number | undefined): string => graph.operators[operator ?? -1]?.type ?? '';
  const isNpu = (index: number | undefined): boolean => index !== undefined && placements[index]?.unit === 'npu';
  /** Views, and dense layers over an image, need channels side by side. */
  const flattens = (index: number, id: TensorId): boolean => {
    const type = typeOf(index);
    const { h, w } = volumeOf(graph.tensors[id]);
    return views.has(type) || (type === 'FULLY_CONNECTED' && h * w > 1);
  };
  /** It is folded for what goes over it element by element, an operator's own activation too. */
  const isFolded = (index: number | undefined): boolean => {
    const { type = '', attributes = {} } = graph.operators[index ?? -1] ?? {};
    const fused = attributes.fused_activation_function;
    return inPlace.has(type) || (fused?.kind === 'string' && fused.value !== 'NONE' && windowed.has(type));
  };
  const isInside = (id: TensorId): boolean => {
    const producer = producers.get(id);
    const used = readers.get(id) ?? [];
    if (!isNpu(producer) || outputs.has(id) || views.has(typeOf(producer))) return false;
    if (!used.every((index) => isNpu(index) && !flattens(index, id))) return false;
    const folding = [producer, ...used.filter((index) => inPlace.has(typeOf(index)))];
    return !(isShallow(volumeOf(graph.tensors[id])) && folding.some(isFolded));
  };
  const sizeOf = (id: TensorId): number => {
    const tensor = graph.tensors[id];
    if (tensor === undefined) return 0;
    if (!isInside(id)) return roundUp(tensorBytes(tensor) ?? 0, 16);
    const { h, w, c } = volumeOf(tensor);
    return roundUp(bytesOf(tensor.dtype, h * w * roundUp(c, 16)), 16);
  };
  const last = (id: TensorId): number => (outputs.has(id) ? graph.operators.length : (readers.get(id)?.at(-1) ?? -1));
  return { producers, readers, isNpu, isInside, sizeOf, last };
}

/** `list` with one more; the list itself is changed, as copies of long lists add up. */
function appended(list: number[] | undefined, index: number): number[] {
  if (list === undefined) return [index];
  list.push(index);
  return list;
}
