import { alignUp, type BufferRequest, overlapInTime, type Plan } from '../plan/buffers.ts';

/** A buffer as TVM's planner knows it: among equals its name decides. */
export interface NamedRequest extends BufferRequest {
  readonly name: string;
}

/** Default `workspace-byte-alignment` of TVM's ahead-of-time executor. */
export const workspaceAlignment = 16;

/**
 * The plan of TVM's unified static memory planner with `greedy_by_size`, its default: largest first, among equals what overlaps more others, then the name that
 * sorts last. Each goes behind everything that it overlaps and that is placed already; gaps stay empty.
 * Source: apache/tvm 0.18.0, src/tir/usmp/algo/greedy.cc and src/tir/usmp/analysis/extract_buffer_info.cc.
 */
export function planUnified(requests: readonly NamedRequest[]): Plan {
  const overlapping = (one: NamedRequest) => requests.reduce((n, other) => n + Number(overlapInTime(one, other)), 0);
  const order = requests
    .map((request, id) => ({ request, id, conflicts: overlapping(request) }))
    .sort(
      (a, b) =>
        b.request.bytes - a.request.bytes ||
        b.conflicts - a.conflicts ||
        Number(a.request.name < b.request.name) - Number(a.request.name > b.request.name),
    );
  const placed: { readonly request: NamedRequest; readonly end: number }[] = [];
  const offsets = new Array<number>(requests.length).fill(0);
  for (const { id, request } of order) {
    const offset = placed.reduce(
      (most, other) =>
        overlapInTime(request, other.request) ? Math.max(most, alignUp(other.end, workspaceAlignment)) : most,
      0,
    );
    offsets[id] = offset;
    placed.push({ request, end: offset + request.bytes });
  }
  return { offsets, bytes: placed.reduce((most, { end }) => Math.max(most, end), 0) };
}
