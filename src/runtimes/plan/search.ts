import type { Problem } from './problem.ts';

/** What a search for a plan within a capacity ended with: offsets by id, the proof that there are none, or neither within its budget. */
export type SearchResult =
  | { readonly found: 'plan'; readonly offsets: Float64Array; readonly steps: number }
  | { readonly found: 'nothing' | 'unknown'; readonly steps: number };

/** Which of the buffers that could come next is tried first. */
export type Preference = 'largest' | 'earliest' | 'longest';

/**
 * Looks through all plans that fit into `capacity`, at most `budget` moments long.
 *
 * Buffers are set down from the bottom up, each on the highest of those below it, at offsets that never fall; every plan can be brought into
 * this form without growing. A branch ends as soon as what is still to come at some moment does not fit above what is there.
 * After Moffitt, "MiniMalloc: A Lightweight Memory Allocator for Hardware-Accelerated Machine Learning", ASPLOS 2023.
 */
export function searchPlan(
  problem: Problem,
  capacity: number,
  budget: number,
  preference: Preference = 'largest',
): SearchResult {
  const { count, bytes, first, last, moments } = problem;
  const offsets = new Float64Array(count).fill(-1);
  /** First free byte at each moment, and bytes that are still to be placed there. */
  const floor = new Float64Array(moments);
  const rest = Float64Array.from(problem.live);
  const candidates = byPreference(problem, preference);
  const twinBefore = twinsBefore(problem);
  let steps = 0;

  function heightOver(id: number, floors: Float64Array): number {
    let height = 0;
    const end = last[id] ?? 0;
    for (let moment = first[id] ?? 0; moment <= end; moment++) height = Math.max(height, floors[moment] ?? 0);
    steps += end - (first[id] ?? 0) + 1;
    return height;
  }

  function descend(placed: number, lowest: number, floors: Float64Array): 'plan' | 'nothing' | 'unknown' {
    if (placed === count) return 'plan';
    steps += 2 * count + moments;
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
    for (const id of candidates) {
      const height = heights[id] ?? 0;
      // Something else would fit below it: that one comes first.
      if ((offsets[id] ?? -1) >= 0 || height >= ceiling) continue;
      // Of buffers that are alike only the first is tried.
      const twin = twinBefore[id] ?? -1;
      if (twin >= 0 && (offsets[twin] ?? -1) < 0) continue;
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

  const found = descend(0, 0, floor);
  return found === 'plan' ? { found, offsets, steps } : { found, steps };
}

/** For each buffer the one before of the same size and lifetime, or -1. */
function twinsBefore({ count, bytes, first, last }: Problem): Int32Array {
  const latest = new Map<string, number>();
  return Int32Array.from({ length: count }, (_, id) => {
    const key = `${bytes[id]} ${first[id]} ${last[id]}`;
    const twin = latest.get(key) ?? -1;
    latest.set(key, id);
    return twin;
  });
}

function byPreference({ count, bytes, first, last }: Problem, preference: Preference): Int32Array {
  const duration = (id: number) => (last[id] ?? 0) - (first[id] ?? 0) + 1;
  const rank = (id: number): number => {
    if (preference === 'earliest') return -(first[id] ?? 0);
    return preference === 'longest' ? duration(id) : duration(id) * (bytes[id] ?? 0);
  };
  const ids = Int32Array.from({ length: count }, (_, id) => id);
  return ids.sort((a, b) => rank(b) - rank(a) || (bytes[b] ?? 0) - (bytes[a] ?? 0) || a - b);
}
