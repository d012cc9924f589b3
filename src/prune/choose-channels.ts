import { type ChannelGroups, layerInputGroups } from '../levers/channel-groups.ts';

/** Limits to how many channels a layer loses. */
export interface LayerLimits {
  /** The share of its channels that a layer keeps at least; 0.2 by default. */
  readonly leastShare?: number;
  /** Layers keep multiples of this many channels, where they have more than twice as many; 4 by default, as kernels work on blocks of 4 (CMSIS-NN) or 8. */
  readonly multipleOf?: number;
}

/** Groups that can go, in the order in which they should, and how far. */
export interface Candidates {
  readonly count: number;
  /** 1 for each group to be removed when the first `most` candidates go. */
  readonly removed: (most: number) => Uint8Array;
}

/** Fewer channels than this no layer keeps: an axis of 1 might be taken for one that nothing runs along. */
const fewest = 2;

/**
 * Puts all groups that may be removed in the order of their scores, whatever layer they are in; layers that are at their least are passed over.
 * Groups that no layer makes or that no layer reads are none of the candidates: removing them would change what callers or operators without weights see.
 */
export function pruningCandidates(groups: ChannelGroups, scores: Float64Array, limits: LayerLimits = {}): Candidates {
  const { leastShare = 0.2, multipleOf = 4 } = limits;
  const familyOf = new Int32Array(groups.count).fill(-1);
  const isRead = new Uint8Array(groups.count);
  for (const layer of groups.layers) {
    for (const group of groups.ofTensor.get(layer.output)?.groups ?? []) {
      if ((familyOf[group] as number) < 0) familyOf[group] = layer.index;
    }
    for (const group of layerInputGroups(groups, layer) ?? []) isRead[group] = 1;
  }
  const sizes = new Map<number, number>();
  for (const family of familyOf) sizes.set(family, (sizes.get(family) ?? 0) + 1);
  const least = (family: number): number => {
    const size = sizes.get(family) ?? 0;
    return Math.min(size, Math.max(fewest, Math.ceil(leastShare * size)));
  };
  const order = [...scores.keys()]
    .filter((group) => familyOf[group] !== -1 && isRead[group] === 1 && groups.isFixed[group] === 0)
    .filter((group) => !Number.isNaN(scores[group]))
    .sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b);
  return {
    count: order.length,
    removed: (most) => {
      const removed = new Uint8Array(groups.count);
      const taken = new Map<number, number[]>();
      let gone = 0;
      for (const group of order) {
        if (gone === most) break;
        const family = familyOf[group] as number;
        const list = taken.get(family) ?? [];
        taken.set(family, list);
        if ((sizes.get(family) ?? 0) - list.length <= least(family)) continue;
        list.push(group);
        gone += 1;
      }
      for (const [family, list] of taken) {
        const size = sizes.get(family) ?? 0;
        const kept = size - list.length;
        const wanted = size >= 2 * multipleOf ? Math.ceil(kept / multipleOf) * multipleOf : kept;
        for (const group of list.slice(0, Math.max(0, size - wanted))) removed[group] = 1;
      }
      return removed;
    },
  };
}
