import type { Finish } from '../arithmetic/channel-scaling.ts';
import type { TypedArray } from '../values.ts';
import { blockChannels, channelBlocks, placeFinish, placePlan } from './channel-blocks.ts';
import type { FastMemory } from './memory.ts';

/** Sums over weights times what lies at the same places from each window's start, for every channel of every window. */
export interface Sums {
  /** By output position, in bytes from the image's start. */
  readonly windowStarts: Int32Array;
  /** Runs of `runElements` elements that follow each other in the image: by run, in bytes from the window's start. */
  readonly runStarts: Int32Array;
  readonly runElements: number;
  readonly weights: SumWeights;
}

/** Where the weight of an element of a run is: `values[channel · channelPitch + (run · runElements + element) · elementPitch]`. */
export interface SumWeights {
  readonly values: TypedArray;
  readonly channelPitch: number;
  readonly elementPitch: number;
}

/** Places the weights as assembly/products.ts reads them, their zero point taken off; gives the plan's address. */
export function placeProducts(memory: FastMemory, sums: Sums, finish: Finish, weightZero = 0): number {
  const { windowStarts, runStarts, runElements } = sums;
  const { values, channelPitch, elementPitch } = sums.weights;
  const channels = finish.multipliers.length;
  const blocks = channelBlocks(channels);
  const quads = Math.ceil(runElements / 4);
  const packed = new Int16Array(blocks.length * runStarts.length * quads * 4 * blockChannels);
  for (const [block, first] of blocks.entries()) {
    for (let lane = 0; lane < Math.min(blockChannels, channels - first); lane++) {
      const channel = first + lane;
      let from = channel * channelPitch;
      for (let run = 0; run < runStarts.length; run++) {
        const start = (block * runStarts.length + run) * quads * 4 * blockChannels;
        for (let element = 0; element < runElements; element++, from += elementPitch) {
          const value = (values[from] as number) - weightZero;
          packed[start + ((element >> 1) * blockChannels + lane) * 2 + (element & 1)] = value;
        }
      }
    }
  }
  const placed = placeFinish(memory, finish);
  return placePlan(
    memory,
    memory.place(windowStarts),
    windowStarts.length,
    memory.place(runStarts),
    runStarts.length,
    quads,
    memory.place(packed),
    placed.scaling,
    placed.right,
    placed.blocks,
    placed.blockCount,
    placed.channels,
    placed.low,
    placed.high,
    placed.zeroPoint,
  );
}
