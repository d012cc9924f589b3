import { type BufferRequest, overlapInTime, type Plan } from '../plan/buffers.ts';

/**
 * The plan that LiteRT's arena planner makes: buffers that are needed from the first operator to the last come first, the others by size, largest first,
 * among equals the one that is needed earlier; each goes into the smallest gap that fits, else behind the last buffer that is alive at the same time.
 * Source: tensorflow/tensorflow, lite/arena_planner.cc (CreateTensorAllocationVector) and lite/simple_memory_arena.cc (SimpleMemoryArena::Allocate).
 */
export function planBestFit(requests: readonly BufferRequest[], lastMoment: number): Plan {
  const offsets = requests.map(() => 0);
  const placed: number[] = [];
  let bytes = 0;
  for (const id of allocationOrder(requests, lastMoment)) {
    const wanted = requests[id];
    if (wanted === undefined || wanted.bytes === 0) continue;
    let end = 0;
    let best: { readonly offset: number; readonly room: number } | undefined;
    for (const other of placed) {
      const neighbour = requests[other];
      if (neighbour === undefined || !overlapInTime(neighbour, wanted)) continue;
      const offset = offsets[other] ?? 0;
      const room = offset - end;
      if (room >= wanted.bytes && (best === undefined || room < best.room)) best = { offset: end, room };
      end = Math.max(end, offset + neighbour.bytes);
    }
    const offset = best?.offset ?? end;
    offsets[id] = offset;
    bytes = Math.max(bytes, offset + wanted.bytes);
    let position = placed.length;
    while (position > 0 && (offsets[placed[position - 1] ?? 0] ?? 0) > offset) position--;
    placed.splice(position, 0, id);
  }
  return { offsets, bytes };
}

function allocationOrder(requests: readonly BufferRequest[], lastMoment: number): readonly number[] {
  const isWhole = ({ first, last }: BufferRequest) => first === 0 && last >= lastMoment;
  const ids = requests.map((_, id) => id);
  return ids.sort((a, b) => {
    const [one, other] = [requests[a], requests[b]];
    if (one === undefined || other === undefined) return 0;
    const [wholeOne, wholeOther] = [isWhole(one), isWhole(other)];
    if (wholeOne !== wholeOther) return wholeOne ? -1 : 1;
    if (wholeOne && wholeOther) return a - b;
    return other.bytes - one.bytes || one.first - other.first || a - b;
  });
}
