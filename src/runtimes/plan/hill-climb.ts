import { makeRandom } from '../../basics/random.ts';
import { makePlacer, type Placement } from './place.ts';
import type { Problem } from './problem.ts';

/** What decides in which order buffers are placed, the most telling value first; larger ones go first. */
type Priority = (id: number) => readonly number[];

/**
 * Places buffers in several orders that do well, then climbs from the best one: two buffers change their turn, one of them at the top of the
 * plan or beside it, and the change stays unless the plan grows. Ends at the lower bound or after `budget` looks at a neighbour.
 * After the idea of Arm's Vela (ethosu/vela/hillclimb_allocation.py) and the greedy orders of Pisarchyk and Lee, "Efficient Memory Management
 * for Deep Neural Net Inference", 2020.
 */
export function climb(problem: Problem, budget: number): Placement {
  const { count, lowerBound, neighbours } = problem;
  const placer = makePlacer(problem);
  const keep = ({ offsets, bytes }: Placement): Placement => ({ offsets: offsets.slice(), bytes });
  let order: Int32Array = new Int32Array(count);
  let best: Placement | undefined;
  for (const candidate of startingOrders(problem)) {
    const placement = placer.place(candidate);
    if (best !== undefined && placement.bytes >= best.bytes) continue;
    best = keep(placement);
    order = candidate;
  }
  if (best === undefined) return { offsets: new Float64Array(0), bytes: 0 };

  const random = makeRandom(1);
  const turn = new Int32Array(count);
  order.forEach((id, position) => {
    turn[id] = position;
  });
  const swap = (a: number, b: number) => {
    const [first, second] = [turn[a] ?? 0, turn[b] ?? 0];
    order[first] = b;
    order[second] = a;
    turn[a] = second;
    turn[b] = first;
  };
  let current = best;
  while (best.bytes > lowerBound && placer.steps() < budget && count > 1) {
    const { offsets, bytes } = current;
    const atTop = order.filter((id) => (offsets[id] ?? 0) + (problem.bytes[id] ?? 0) === bytes);
    const top = atTop[random(atTop.length)] ?? 0;
    const beside = neighbours[top] ?? new Int32Array(0);
    // Mostly something that is alive with it, at times anything: the cause may lie further away.
    const pick = () => (beside.length > 0 && random(10) < 7 ? (beside[random(beside.length)] ?? 0) : random(count));
    const swaps: (readonly [number, number])[] = [];
    for (let left = 1 + random(2); left > 0; left--) {
      const one = random(2) === 0 ? top : pick();
      const other = pick();
      if (one !== other) swaps.push([one, other]);
    }
    for (const [one, other] of swaps) swap(one, other);
    const next = placer.place(order);
    if (next.bytes > current.bytes) {
      for (const [one, other] of swaps.reverse()) swap(one, other);
      continue;
    }
    current = keep(next);
    if (current.bytes < best.bytes) best = current;
  }
  return best;
}

function startingOrders(problem: Problem): readonly Int32Array[] {
  const { bytes, first, last, live, count } = problem;
  const size = (id: number) => bytes[id] ?? 0;
  const start = (id: number) => first[id] ?? 0;
  const duration = (id: number) => (last[id] ?? 0) - start(id) + 1;
  const urgency = (id: number) =>
    live.subarray(start(id), start(id) + duration(id)).reduce((a, b) => Math.max(a, b), 0);
  const priorities: readonly Priority[] = [
    (id) => [urgency(id), duration(id), -start(id), size(id)],
    (id) => [size(id), duration(id), id],
    (id) => [size(id), -duration(id), -id],
    (id) => [urgency(id), size(id), duration(id)],
    (id) => [duration(id), size(id)],
    (id) => [size(id) * duration(id), size(id)],
    (id) => [-start(id), size(id)],
    (id) => [start(id), size(id)],
  ];
  return priorities.map((priority) => {
    const keys = Array.from({ length: count }, (_, id) => priority(id));
    return Int32Array.from(keys.keys()).sort((a, b) => compare(keys[b] ?? [], keys[a] ?? []) || a - b);
  });
}

function compare(a: readonly number[], b: readonly number[]): number {
  const position = a.findIndex((value, index) => value !== b[index]);
  return position === -1 ? 0 : (a[position] ?? 0) - (b[position] ?? 0);
}
