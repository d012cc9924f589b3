import type { Finish } from '../arithmetic/channel-scaling.ts';
import type { FastMemory } from './memory.ts';

/** Channels that are computed together. */
export const blockChannels = 8;

/** The first channel of each block; the last block overlaps the one before it where they do not divide evenly. */
export function channelBlocks(channels: number): Int32Array {
  const count = Math.ceil(channels / blockChannels);
  return Int32Array.from({ length: count }, (_, block) =>
    Math.max(0, Math.min(block * blockChannels, channels - blockChannels)),
  );
}

/** How sums become output bytes: the fields of a plan, in the order of assembly/'s classes. */
export interface PlacedFinish {
  readonly scaling: number;
  readonly right: number;
  readonly blocks: number;
  readonly blockCount: number;
  readonly channels: number;
  readonly low: number;
  readonly high: number;
  readonly zeroPoint: number;
}

/** Places the scaling of each block, as assembly/requantize.ts reads it. */
export function placeFinish(memory: FastMemory, finish: Finish): PlacedFinish {
  const { bias, multipliers, shifts, zeroPoint, range } = finish;
  const channels = multipliers.length;
  const blocks = channelBlocks(channels);
  const table = new Int32Array(blocks.length * blockChannels * 5);
  for (const [block, first] of blocks.entries()) {
    for (let lane = 0; lane < Math.min(blockChannels, channels - first); lane++) {
      const channel = first + lane;
      const shift = shifts[channel] ?? 0;
      const at = block * blockChannels * 5 + lane;
      table[at] = bias[channel] ?? 0;
      table[at + 8] = multipliers[channel] ?? 0;
      table[at + 16] = shift > 0 ? 1 << shift : 1;
      table[at + 24] = shift < 0 ? 2 ** (31 + shift) : 0;
      table[at + 32] = shift < 0 ? 0 : -1;
    }
  }
  return {
    scaling: memory.place(table),
    right: Number(shifts.every((shift) => shift < 0)),
    blocks: memory.place(blocks),
    blockCount: blocks.length,
    channels,
    low: range.min - zeroPoint,
    high: range.max - zeroPoint,
    zeroPoint,
  };
}

/** Places the fields of a plan one after the other. */
export function placePlan(memory: FastMemory, ...fields: readonly number[]): number {
  return memory.place(Int32Array.from(fields));
}

/** True when every value fits where plans and sums keep it. */
export function isInt8(...values: readonly number[]): boolean {
  return values.every((value) => Number.isInteger(value) && value >= -128 && value <= 127);
}
