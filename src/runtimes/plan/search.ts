import type { Problem } from './problem.ts';

/** What a search for a plan within a capacity ended with: offsets by id, the proof that there are none, or neither within its budget. */
export type SearchResult =
  | { readonly found: 'plan'; readonly offsets: Float64Array; readonly steps: number }
  | { readonly found: 'nothing' | 'unknown'; readonly steps: number };

/**
 * Looks through all plans that fit into `capacity`, at most `budget` moments long.
 *
 * Buffers are set down from the bottom up, each on the highest of those below it, at offsets that never fall; every plan can be brought into
 * this form without growing. A branch ends as soon as what is still to come at some moment does not fit above what is there.
 * After Moffitt, "MiniMalloc: A Lightweight Memory Allocator for Hardware-Accelerated Machine Learning", ASPLOS 2023.
 */
export function searchPlan(problem: Problem, capacity: number, budget: number): SearchResult {
  const { count, bytes, first, last, moments } = problem;
  const offsets = new Float64Array(count).fill(-1);
  /** First free byte at each moment, and bytes that are still to be placed there. */
  const floor = new Float64Array(moments);
  const rest = Float64Array.from(problem.live);
  /** Large and long ones first: they leave the fewest choices. */
  const preference = Int32Array.from(offsets.keys()).sort(
    (a, b) => area(b) - area(a) || (bytes[b] ?? 0) - (bytes[a] ?? 0) || a - b,
  );
  let steps = 0;

  function area(id: number): number {
    return (bytes[id] ?? 0) * ((last[id] ?? 0) - (first[id] ?? 0) + 1);
  }
  function heightOver(id: number, floors: Float64Array): number {
    let height = 0;
    const end = last[id] ?? 0;
    for (let moment = first[id] ?? 0; moment <= end; moment++) height = Math.max(height, floors[moment] ?? 0);
    steps += end - (first[id] ?? 0) + 1;
    return height;
  }

  function descend(placed: number, lowest: number, floors: Float64Array): 'plan' | 'nothing' | 'unknown' {
    if (placed === count) return 'plan';
    if (steps > budget) return 'unknown';
    const heights = new Float64Array(count);
    // At a moment nothing starts below the lowest place of a buffer that is still to come there.
    const reachable = new Float64Array(moments).fill(Number.POSITIVE_INFINITY);
    let ceiling = Number.POSITIVE_INFINITY;
    for (let id = 0; id < count; id++) {
      if ((offsets[id] ?? -1) >= 0) continue;
      const height = Math.max(lowest, heightOver(id, floors));
      heights[id] = height;
      ceiling = Math.min(ceiling, height + (bytes[id] ?? 0));
      const end = last[id] ?? 0;
      for (let moment = first[id] ?? 0; moment <= end; moment++) {
        reachable[moment] = Math.min(reachable[moment] ?? 0, height);
      }
    }
    for (let moment = 0; moment < moments; moment++) {
      const left = rest[moment] ?? 0;
      if (left > 0 && Math.max(floors[moment] ?? 0, reachable[moment] ?? 0) + left > capacity) return 'nothing';
    }
    let outcome: 'nothing' | 'unknown' = 'nothing';
    for (const id of preference) {
      const height = heights[id] ?? 0;
      // Something else would fit below it: that one comes first.
      if ((offsets[id] ?? -1) >= 0 || height >= ceiling) continue;
      // Of buffers that are alike only the first is tried.
      const isRepeated = hasTwinBefore(id);
      if (isRepeated) continue;
      const size = bytes[id] ?? 0;
      const next = floors.slice();
      const end = last[id] ?? 0;
      for (let moment = first[id] ?? 0; moment <= end; moment++) {
        next[moment] = height + size;
        rest[moment] = (rest[moment] ?? 0) - size;
      }
      offsets[id] = height;
      const below = descend(placed + 1, height, next);
      if (below === 'plan') return 'plan';
      offsets[id] = -1;
      for (let moment = first[id] ?? 0; moment <= end; moment++) rest[moment] = (rest[moment] ?? 0) + size;
      if (below === 'unknown') {
        outcome = 'unknown';
        break;
      }
    }
    return outcome;
  }

  function hasTwinBefore(id: number): boolean {
    for (let other = 0; other < id; other++) {
      if ((offsets[other] ?? -1) >= 0) continue;
      if (bytes[other] === bytes[id] && first[other] === first[id] && last[other] === last[id]) return true;
    }
    return false;
  }

  const found = descend(0, 0, floor);
  return found === 'plan' ? { found, offsets, steps } : { found, steps };
}
