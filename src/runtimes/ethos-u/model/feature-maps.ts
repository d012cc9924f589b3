import type { Graph, TensorId } from '../../../graph/graph.ts';
import type { Placement } from '../support/placements.ts';
import { inPlace, type KeptTensors, keptTensors, views } from './kept-tensors.ts';
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

/**
 * Tensors that take memory while the model runs. What stays within the NPU has its channels rounded up to 16 (its own layout);
 * views, and element-wise results that may overwrite their input, share its bytes.
 */
export function featureMaps(graph: Graph, placements: readonly Placement[]): readonly FeatureMap[] {
  const kept = keptTensors(graph, placements);
  const { producers, readers, isNpu, isInside, sizeOf, last } = kept;
  const { root, absorbed } = sharedBytes(graph, kept);
  const ends = new Set([...graph.inputs, ...graph.outputs]);
  const maps = new Map<TensorId, Growing>();
  const touch = (id: TensorId, first: number): void => {
    const key = root(id);
    const map = maps.get(key) ?? newMap(first);
    maps.set(key, map);
    map.first = Math.min(map.first, first);
    map.last = Math.max(map.last, last(id), first);
    if (!absorbed.has(id)) map.bytes = Math.max(map.bytes, sizeOf(id));
    const used = readers.get(id) ?? [];
    const writer = producers.get(id);
    if (writer !== undefined) map.writers.add(writer);
    if (!isInside(id) && !absorbed.has(id)) map.isLinear = true;
    for (const reader of used) map.readers.add(reader);
    if (ends.has(id) || !isNpu(writer) || used.some((index) => !isNpu(index))) map.isOutside = true;
  };
  for (const id of graph.inputs) if ((readers.get(id) ?? []).length > 0) touch(id, readers.get(id)?.[0] ?? 0);
  for (const [id, index] of producers) touch(id, index);
  return [...maps].map(([tensor, map]) => ({ tensor, ...map, writers: [...map.writers], readers: [...map.readers] }));
}

/** A map while tensors are added to it. */
interface Growing {
  first: number;
  last: number;
  bytes: number;
  isOutside: boolean;
  isLinear: boolean;
  readonly writers: Set<number>;
  readonly readers: Set<number>;
}

function newMap(first: number): Growing {
  return { first, last: first, bytes: 0, isOutside: false, isLinear: false, writers: new Set(), readers: new Set() };
}

/** Whose bytes each tensor shares, itself where it shares none, and what paddings write that are a part of the operator behind them. */
function sharedBytes(graph: Graph, { isNpu, sizeOf, last }: KeptTensors) {
  const shared = new Map<TensorId, TensorId>();
  const absorbed = new Set<TensorId>();
  const root = (id: TensorId): TensorId => {
    let top = id;
    for (let parent = shared.get(id); parent !== undefined; parent = shared.get(top)) top = parent;
    return top;
  };
  graph.operators.forEach((operator, index) => {
    if (!isNpu(index)) return;
    const [output] = operator.outputs;
    if (output === undefined || output === null) return;
    const isPadding = isAbsorbedPadding(graph, operator);
    if (isPadding) absorbed.add(output);
    const isView = views.has(operator.type) || isPadding;
    const candidates = isView ? operator.inputs.slice(0, 1) : inPlace.has(operator.type) ? operator.inputs : [];
    const found = candidates.find((id) => {
      if (id === null || graph.tensors[id]?.data !== undefined) return false;
      return isView || (last(id) === index && sizeOf(id) === sizeOf(output));
    });
    // Files may have an operator write what it reads.
    if (found !== undefined && found !== null && root(found) !== output) shared.set(output, root(found));
  });
  return { root, absorbed };
}
