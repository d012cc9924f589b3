import type { Metadata } from '../../formats/tflite/extras.ts';
import type { TensorId } from '../../graph/graph.ts';

/** Metadata in which a compiler gives the tensors of a subgraph their place in the arena. */
export const offlineAllocation = 'OfflineMemoryAllocation';

/** int32 words before the offsets: version, subgraph, number of tensors (TensorFlow Lite Micro, docs/memory_management.md). */
const headerWords = 3;

/** The subgraph that an offline allocation is about; `undefined` unless it has exactly one offset for each of its tensors. */
export function allocatedSubgraph(
  data: Uint8Array,
  tensorsOf: (subgraph: number) => number | undefined,
): number | undefined {
  if (data.length < 4 * headerWords || data.length % 4 !== 0) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const subgraph = view.getInt32(4, true);
  const count = view.getInt32(8, true);
  return count === tensorsOf(subgraph) && data.length === 4 * (headerWords + count) ? subgraph : undefined;
}

/** The offline allocation of subgraph `subgraph` when only the tensors `kept` are left, in this order. */
export function keepOffsets(entry: Metadata, kept: readonly TensorId[], subgraph: number): Metadata {
  const before = new DataView(entry.data.buffer, entry.data.byteOffset, entry.data.length);
  const data = new Uint8Array(4 * (headerWords + kept.length));
  const after = new DataView(data.buffer);
  after.setInt32(0, before.getInt32(0, true), true);
  after.setInt32(4, subgraph, true);
  after.setInt32(8, kept.length, true);
  kept.forEach((id, index) => {
    after.setInt32(4 * (headerWords + index), before.getInt32(4 * (headerWords + id), true), true);
  });
  return { name: entry.name, data };
}
