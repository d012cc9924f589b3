import type { Board } from '../../targets/board.ts';
import type { LayerWork } from './layer-work.ts';

/** Caches between a core and its external memory: the one beside the core, where another is behind it, and the last. */
export interface Caches {
  readonly first?: number;
  readonly last: number;
}

/** How often each coefficient of a board counts for a layer. */
export type CycleCounts = Readonly<Record<(typeof coefficientNames)[number], number>>;

/** Coefficients in cycles, by their names in a board's file. */
export const coefficientNames = [
  'cyclesPerVector',
  'cyclesPerDepthwiseVector',
  'cyclesPerRaggedPosition',
  'cyclesPerTableElement',
  'cyclesPerLayer',
  'cyclesPerMissedDataByte',
  'cyclesPerMissedWeightByte',
  'cyclesPerFlashWeightByte',
  'cyclesPerFirstMissedWeightByte',
] as const;

/**
 * What of `bytes` that are walked through again and again is not in a cache that replaces lines at random: the share m with m = 1 - e^(-m·bytes/cache), 0 where all fit.
 * A line stays for so many misses as the cache has lines, on average.
 */
export function missedShare(bytes: number, cache: number): number {
  if (bytes <= cache) return 0;
  let share = 1;
  for (let step = 0; step < 200; step++) share = 1 - Math.exp((-share * bytes) / cache);
  return share;
}

/** What a layer makes each coefficient count; `inFlash` where weights are read from flash and not from RAM. */
export function cycleCounts(work: LayerWork, caches: Caches, inFlash: boolean): CycleCounts {
  const reads = work.weightBytes * work.weightPasses;
  const missed = reads * missedShare(work.weightBytes, caches.last);
  return {
    cyclesPerVector: work.vectors,
    cyclesPerDepthwiseVector: work.depthwiseVectors,
    cyclesPerRaggedPosition: work.raggedPositions,
    cyclesPerTableElement: work.tableElements,
    cyclesPerLayer: 1,
    cyclesPerMissedDataByte: work.dataBytes * missedShare(work.dataBytes, caches.last),
    cyclesPerMissedWeightByte: inFlash ? 0 : missed,
    cyclesPerFlashWeightByte: inFlash ? missed : 0,
    cyclesPerFirstMissedWeightByte:
      caches.first === undefined ? 0 : reads * missedShare(work.weightBytes, caches.first),
  };
}

/** Milliseconds of a layer; `inFlash` where its weights are read from flash and not from RAM. */
export type LayerTime = (work: LayerWork, inFlash: boolean) => number;

/** Milliseconds of layers on a board, by its coefficients for ESP-DL; `undefined` where it has none. Where weights in flash have no cost of their own they cost what they do in RAM. */
export function espDlTime(board: Board): LayerTime | undefined {
  const coefficients = board.runtimes['esp-dl']?.coefficients;
  const last = coefficients?.lastCacheBytes?.value;
  if (coefficients === undefined || last === undefined) return undefined;
  const first = coefficients.firstCacheBytes?.value;
  const caches = first === undefined ? { last } : { first, last };
  const hasFlash = coefficients.cyclesPerFlashWeightByte !== undefined;
  return (work, inFlash) => {
    const counts = cycleCounts(work, caches, inFlash && hasFlash);
    const cycles = coefficientNames.reduce((sum, name) => sum + counts[name] * (coefficients[name]?.value ?? 0), 0);
    return (1e3 * cycles) / board.clockHz.value;
  };
}
