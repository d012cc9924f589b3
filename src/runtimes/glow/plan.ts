import { type BufferRequest, overlapInTime, type Plan } from '../plan/buffers.ts';
import { placeSideBySide } from '../plan/greedy.ts';

/** Buffers up to which a plan is made: every choice looks at all of them at every moment. */
const limit = 2000;

/**
 * Memory as Glow's allocator lays it out: three orders of the same buffers are tried and the first of the smallest plans is taken. Two orders look for the moment at which
 * most bytes are still to be placed, and take the largest of its buffers, or the one that lives longest; the third is that of the requests. Each buffer goes to the lowest place that is free
 * while it lives. Source: pytorch/glow, lib/CodeGen/MemoryAllocator.cpp (`allocateAll`).
 */
export function planGlow(requests: readonly BufferRequest[]): Plan {
  if (requests.length > limit) return placeSideBySide(requests);
  const length = ({ first, last }: BufferRequest) => last - first;
  const orders = [
    () => fullestMomentFirst(requests, (a, b) => b.bytes - a.bytes || length(b) - length(a)),
    () => fullestMomentFirst(requests, (a, b) => length(b) - length(a) || b.bytes - a.bytes),
    () => requests.map((_, id) => id),
  ];
  return orders
    .map((order) => placeLowest(requests, order()))
    .reduce((best, plan) => (plan.bytes < best.bytes ? plan : best));
}

function fullestMomentFirst(
  requests: readonly BufferRequest[],
  compare: (a: BufferRequest, b: BufferRequest) => number,
): readonly number[] {
  const left = new Set(requests.keys());
  const moments = 1 + requests.reduce((most, { last }) => Math.max(most, last), 0);
  const live = new Array<number>(moments).fill(0);
  const add = (id: number, sign: 1 | -1) => {
    const { first, last, bytes } = requests[id] ?? { first: 0, last: -1, bytes: 0 };
    for (let moment = first; moment <= last; moment++) live[moment] = (live[moment] ?? 0) + sign * bytes;
  };
  for (const id of left) add(id, 1);
  const order: number[] = [];
  while (left.size > 0) {
    const fullest = live.reduce((best, bytes, moment) => (bytes > (live[best] ?? 0) ? moment : best), 0);
    const alive = [...left].filter((id) => {
      const { first, last } = requests[id] ?? { first: 0, last: -1 };
      return first <= fullest && fullest <= last;
    });
    // Where nothing but empty buffers is left, their order is of no account.
    const [next] = (alive.length === 0 ? [...left] : alive).sort((a, b) => {
      const [one, other] = [requests[a], requests[b]];
      return one === undefined || other === undefined ? 0 : compare(one, other) || a - b;
    });
    if (next === undefined) break;
    left.delete(next);
    add(next, -1);
    order.push(next);
  }
  return order;
}

function placeLowest(requests: readonly BufferRequest[], order: readonly number[]): Plan {
  const offsets = requests.map(() => 0);
  const placed: number[] = [];
  let bytes = 0;
  for (const id of order) {
    const wanted = requests[id];
    if (wanted === undefined) continue;
    let offset = 0;
    for (const other of placed) {
      const neighbour = requests[other];
      if (neighbour === undefined || !overlapInTime(neighbour, wanted)) continue;
      const start = offsets[other] ?? 0;
      if (start - offset >= wanted.bytes) break;
      offset = Math.max(offset, start + neighbour.bytes);
    }
    offsets[id] = offset;
    bytes = Math.max(bytes, offset + wanted.bytes);
    const position = placed.findIndex((other) => (offsets[other] ?? 0) > offset);
    placed.splice(position < 0 ? placed.length : position, 0, id);
  }
  return { offsets, bytes };
}
