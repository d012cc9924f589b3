import { isRecord } from '../../../basics/records.ts';
import type { Graph } from '../../../graph/graph.ts';

/** The name under which a file carries a memory plan. */
export const offlinePlanName = 'OfflineMemoryAllocation';

/**
 * The offsets of an offline memory plan by tensor, over all subgraphs in turn; -1 where it leaves the choice to the planner.
 * `undefined` when the file has no plan, or one that is not for this many tensors or places one below the arena.
 * Source: tensorflow/tflite-micro 90b983c, lite/micro/docs/memory_management.md: `[version, subgraph, count, offset …]` as int32.
 */
export function offlineOffsets(graph: Graph, tensors: number): readonly number[] | undefined {
  const data = offlinePlan(graph);
  if (data === undefined || data.byteLength < 12 + 4 * tensors) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (view.getInt32(8, true) !== tensors) return undefined;
  const offsets = Array.from({ length: tensors }, (_, index) => view.getInt32(12 + 4 * index, true));
  return offsets.some((offset) => offset < -1) ? undefined : offsets;
}

/** The content of the file's memory plan, if it carries one. */
export function offlinePlan(graph: Graph): Uint8Array | undefined {
  const metadata = graph.extras.metadata;
  if (!Array.isArray(metadata)) return undefined;
  const plan: unknown = metadata.find((entry: unknown) => isRecord(entry) && entry.name === offlinePlanName);
  return isRecord(plan) && plan.data instanceof Uint8Array ? plan.data : undefined;
}
