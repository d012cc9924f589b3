import { type BufferRequest, overlapInTime, type Plan } from './buffers.ts';

/**
 * The plan that TensorFlow Lite Micro's greedy planner makes. Buffers with a fixed offset come first, in the order of the requests; the others follow by size,
 * largest first, among equals the later request first. Each goes into the lowest gap that fits, between the placed buffers that are alive at the same time.
 * Source: tensorflow/tflite-micro 90b983c, lite/micro/memory_planner/greedy_memory_planner.cc.
 */
export function planGreedily(requests: readonly BufferRequest[]): Plan {
  const offsets = requests.map((request) => request.offset ?? 0);
  const placed: number[] = [];
  const bytesOf = (id: number) => requests[id]?.bytes ?? 0;
  const offsetOf = (id: number) => offsets[id] ?? 0;

  const place = (id: number, offset: number) => {
    offsets[id] = offset;
    // By offset; a newcomer goes behind those that start where it starts.
    let position = placed.length;
    while (position > 0 && offsetOf(placed[position - 1] ?? 0) > offset) position--;
    placed.splice(position, 0, id);
  };

  for (const id of placementOrder(requests)) {
    const wanted = requests[id];
    if (wanted === undefined) continue;
    if (wanted.offset !== undefined) {
      place(id, wanted.offset);
      continue;
    }
    let candidate = 0;
    for (const other of placed) {
      const neighbour = requests[other];
      if (neighbour === undefined || !overlapInTime(neighbour, wanted)) continue;
      if (offsetOf(other) - candidate >= wanted.bytes) break;
      candidate = Math.max(candidate, offsetOf(other) + neighbour.bytes);
    }
    place(id, candidate);
  }
  return { offsets, bytes: requests.reduce((end, _, id) => Math.max(end, offsetOf(id) + bytesOf(id)), 0) };
}

/** Buffers up to which a plan is made; placing one looks at all others, so time grows with the square. */
export const plannedBuffersLimit = 10_000;

/** The greedy plan, or where there are too many buffers to plan, all of them side by side. */
export function planWithinLimit(requests: readonly BufferRequest[]): Plan {
  return requests.length > plannedBuffersLimit ? placeSideBySide(requests) : planGreedily(requests);
}

/** Every buffer beside all others: what is left when there are too many of them to plan. */
export function placeSideBySide(requests: readonly BufferRequest[]): Plan {
  let end = 0;
  const offsets = requests.map(({ bytes }) => {
    const offset = end;
    end += bytes;
    return offset;
  });
  return { offsets, bytes: end };
}

/** Ids in the order in which the planner places them. */
function placementOrder(requests: readonly BufferRequest[]): readonly number[] {
  const ids = requests.map((_, id) => id);
  const fixed = ids.filter((id) => requests[id]?.offset !== undefined);
  const free = ids.filter((id) => requests[id]?.offset === undefined).reverse();
  // Array.prototype.sort is stable, so the reversed order of requests decides between equals.
  return [...fixed, ...free.sort((a, b) => (requests[b]?.bytes ?? 0) - (requests[a]?.bytes ?? 0))];
}
