import type { Problem } from './problem.ts';

/** Where the buffers of a problem go, by id, and the bytes that they span. */
export interface Placement {
  readonly offsets: Float64Array;
  readonly bytes: number;
}

/** Places the buffers of a problem one after another, each into the lowest gap that fits; `steps` counts the neighbours looked at. */
export interface Placer {
  readonly place: (order: Int32Array) => Placement;
  readonly steps: () => number;
}

/** A placer for a problem. A placement is overwritten by the next but one. */
export function makePlacer({ count, bytes, neighbours }: Problem): Placer {
  const buffers = [new Float64Array(count), new Float64Array(count)] as const;
  const starts = new Float64Array(count);
  const ends = new Float64Array(count);
  let isOdd = false;
  let steps = 0;

  const place = (order: Int32Array): Placement => {
    isOdd = !isOdd;
    const offsets = buffers[isOdd ? 1 : 0].fill(-1);
    let top = 0;
    for (const id of order) {
      // The taken places, sorted by their start as they are found.
      let taken = 0;
      for (const other of neighbours[id] ?? []) {
        steps++;
        const start = offsets[other] ?? -1;
        if (start < 0) continue;
        let at = taken++;
        while (at > 0 && (starts[at - 1] ?? 0) > start) {
          starts[at] = starts[at - 1] ?? 0;
          ends[at] = ends[at - 1] ?? 0;
          at--;
          steps++;
        }
        starts[at] = start;
        ends[at] = start + (bytes[other] ?? 0);
      }
      const wanted = bytes[id] ?? 0;
      let candidate = 0;
      for (let at = 0; at < taken && (starts[at] ?? 0) - candidate < wanted; at++) {
        candidate = Math.max(candidate, ends[at] ?? 0);
      }
      offsets[id] = candidate;
      top = Math.max(top, candidate + wanted);
    }
    return { offsets, bytes: top };
  };
  return { place, steps: () => steps };
}
