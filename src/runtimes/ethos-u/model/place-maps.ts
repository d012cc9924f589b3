import type { Graph } from '../../../graph/graph.ts';
import type { NpuConfiguration } from '../configuration.ts';
import type { Placement } from '../support/placements.ts';
import type { FeatureMap } from './feature-maps.ts';
import type { Channel } from './transfer.ts';
import type { Unit } from './unit.ts';

/** Where feature maps lie. */
export interface PlacedMaps {
  /** SRAM in use by feature maps while an operator runs, and what is left of it. */
  readonly usedAt: (operator: number) => number;
  readonly freeAt: (operator: number) => number;
  /** Where an operator reads and writes. */
  readonly channelsOf: (operator: number, unit: Unit) => { readonly input: Channel; readonly output: Channel };
  readonly outsideBytes: number;
}

/** SRAM of a `shared` system that Vela takes for unlimited: 4 MiB, its default. */
const sharedBytes = 4 * 1024 * 1024;

/** Operators that can run in stripes, so that the map between two of them never exists as a whole. */
const striped = /^(CONV_2D|DEPTHWISE_CONV_2D|AVERAGE_POOL_2D|MAX_POOL_2D|ADD|MUL|SUB)$/;

/**
 * `shared`: all in SRAM. `dedicated`: inputs and outputs of the NPU's part lie outside; of the rest the largest that do not fit at some time become
 * stripes where one striped operator feeds the next, else go outside too.
 */
export function placeMaps(
  graph: Graph,
  placements: readonly Placement[],
  maps: readonly FeatureMap[],
  { memoryMode, cacheBytes }: NpuConfiguration,
): PlacedMaps {
  const count = graph.operators.length;
  const limit = memoryMode === 'dedicated' ? (cacheBytes ?? sharedBytes) : sharedBytes;
  const inSram = new Map(maps.map((map) => [map, memoryMode === 'shared' || !map.isOutside ? map.bytes : 0]));
  const used = sumOverTime(maps, count, (map) => inSram.get(map) ?? 0);
  const add = (map: FeatureMap, bytes: number): void => {
    for (let at = map.first; at <= Math.min(map.last, count - 1); at += 1) used[at] = (used[at] ?? 0) + bytes;
  };
  const isOverAt = (moment: number): boolean => (used[moment] ?? 0) > limit;
  if (memoryMode === 'dedicated' && used.some((bytes) => bytes > limit)) {
    const bySize = [...maps].sort((a, b) => b.bytes - a.bytes);
    for (const map of bySize) {
      const bytes = inSram.get(map) ?? 0;
      let moment = map.first;
      while (moment <= map.last && !isOverAt(moment)) moment += 1;
      if (bytes === 0 || moment > map.last) continue;
      const stripe = stripeBytes(graph, map);
      add(map, stripe - bytes);
      inSram.set(map, stripe);
    }
  }
  const outside = (map: FeatureMap): number => (inSram.get(map) === 0 ? map.bytes : 0);
  const lyingOutside = maps.filter((map) => outside(map) > 0);
  const readersOutside = new Set(lyingOutside.flatMap(({ readers }) => readers));
  const writersOutside = new Set(lyingOutside.flatMap(({ writers }) => writers));
  return {
    usedAt: (operator) =>
      memoryMode === 'dedicated' && placements[operator]?.unit === 'cpu' ? 0 : (used[operator] ?? 0),
    freeAt: (operator) => Math.max(0, limit - (used[operator] ?? 0)),
    channelsOf: (operator, { sram, store }) => ({
      input: readersOutside.has(operator) ? store : sram,
      output: writersOutside.has(operator) ? store : sram,
    }),
    outsideBytes: sumOverTime(maps, count, outside).reduce((most, bytes) => Math.max(most, bytes), 0),
  };
}

/** At each operator the bytes of the maps that are alive then. */
function sumOverTime(maps: readonly FeatureMap[], count: number, bytesOf: (map: FeatureMap) => number): Float64Array {
  const sums = new Float64Array(count + 1);
  for (const map of maps) {
    const bytes = bytesOf(map);
    sums[map.first] = (sums[map.first] ?? 0) + bytes;
    const end = Math.min(map.last, count - 1) + 1;
    sums[end] = (sums[end] ?? 0) - bytes;
  }
  for (let at = 1; at < sums.length; at += 1) sums[at] = (sums[at] ?? 0) + (sums[at - 1] ?? 0);
  return sums;
}

/** Bytes of the rows between two striped operators; 0 when the map cannot be cut. */
function stripeBytes(graph: Graph, { first, readers, bytes, tensor }: FeatureMap): number {
  const [reader] = readers;
  const type = (index: number | undefined): string => graph.operators[index ?? -1]?.type ?? '';
  if (readers.length !== 1 || reader !== first + 1 || !striped.test(type(first)) || !striped.test(type(reader)))
    return 0;
  const shape = graph.tensors[tensor]?.shape ?? [];
  const height = shape.at(-3);
  const rows = 6;
  return typeof height === 'number' && height > rows ? Math.ceil((bytes * rows) / height) : 0;
}
