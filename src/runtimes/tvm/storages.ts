import { tensorAt } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import type { Kernel } from './kernels.ts';
import { held } from './quantised.ts';

/** A piece of memory and the tensors that take turns in it. */
export interface Storage {
  readonly bytes: number;
  readonly tensors: readonly { readonly tensor: TensorId; readonly first: number; readonly last: number }[];
}

/** Pieces at most so many times larger or smaller than what is wanted are taken. */
const range = 16;

/**
 * Memory as TVM plans it for kernels that run one after another: every tensor takes a free piece, the smallest that is large enough, else the largest, which grows;
 * a piece is free once the last kernel that reads from it has run. Pieces are never cut, and hold elements of one type.
 * Source: apache/tvm 0.27.0, src/relax/transform/static_plan_block_memory.cc. Outputs of the model are not planned.
 */
export function planStorages(graph: Graph, kernels: readonly Kernel[]): readonly Storage[] {
  const isPlanned = plannedTensors(graph, kernels);
  const lastUse = new Map<TensorId, number>();
  const origin = originsOfViews(kernels);
  kernels.forEach(({ inputs }, index) => {
    for (const id of inputs) lastUse.set(origin(id), index);
  });
  const storages: { bytes: number; type: string; tensors: { tensor: TensorId; first: number; last: number }[] }[] = [];
  const free = new Set<number>();
  kernels.forEach((kernel, index) => {
    if (kernel.isView) return;
    for (const id of kernel.outputs) {
      if (!isPlanned.has(id)) continue;
      const { bytes, type } = held(tensorAt(graph, id));
      const last = lastUse.get(id) ?? index;
      const candidates = [...free]
        .filter((each) => storages[each]?.type === type)
        .map((each) => ({ each, bytes: storages[each]?.bytes ?? 0 }));
      const chosen = fittingPiece(candidates, bytes);
      const tensor = { tensor: id, first: index, last };
      const storage = storages[chosen?.each ?? -1];
      if (chosen === undefined || storage === undefined) storages.push({ bytes, type, tensors: [tensor] });
      else {
        free.delete(chosen.each);
        storage.bytes = Math.max(storage.bytes, bytes);
        storage.tensors.push(tensor);
      }
    }
    storages.forEach(({ tensors }, each) => {
      const { last } = tensors.at(-1) ?? { last: Number.POSITIVE_INFINITY };
      if (last <= index) free.add(each);
    });
  });
  return storages;
}

/** The free piece that TVM takes for so many bytes: the smallest that is large enough, else the largest; `undefined` when all are of quite another size. */
export function fittingPiece<T extends { readonly bytes: number }>(free: readonly T[], bytes: number): T | undefined {
  const fitting = free
    .filter((candidate) => candidate.bytes >= Math.floor(bytes / range) && candidate.bytes <= bytes * range)
    .sort((a, b) => a.bytes - b.bytes);
  return fitting.find((candidate) => candidate.bytes >= bytes) ?? fitting.at(-1);
}

function plannedTensors(graph: Graph, kernels: readonly Kernel[]): ReadonlySet<TensorId> {
  const origin = originsOfViews(kernels);
  const outputs = new Set(graph.outputs.map(origin));
  return new Set(kernels.flatMap((kernel) => kernel.outputs).filter((id) => !outputs.has(id)));
}

/** The tensor whose bytes a view shows. */
function originsOfViews(kernels: readonly Kernel[]): (id: TensorId) => TensorId {
  const source = new Map<TensorId, TensorId>();
  for (const { isView, inputs, outputs } of kernels) {
    const [from] = inputs;
    if (isView && from !== undefined) for (const id of outputs) source.set(id, source.get(from) ?? from);
  }
  return (id) => source.get(id) ?? id;
}
