import type { Finish } from '../arithmetic/channel-scaling.ts';
import type { FixedPoint } from '../arithmetic/fixed-point.ts';
import type { FastMemory } from './memory.ts';

/** int8 channels that are computed together. */
export const blockChannels = 8;

/** The first channel of each block of `size`; the last block overlaps the one before it where they do not divide evenly. */
export function channelBlocks(channels: number, size = blockChannels): Int32Array {
  return Int32Array.from({ length: Math.ceil(channels / size) }, (_, block) =>
    Math.max(0, Math.min(block * size, channels - size)),
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

/** What a sum is scaled with, its bias added. */
export interface LaneScaling extends FixedPoint {
  readonly bias: number;
}

/** Places the scaling of blocks of 8 lanes, as assembly/requantize.ts reads it. */
export function placeScaling(memory: FastMemory, blocks: readonly (readonly LaneScaling[])[]): number {
  const fields = 5;
  const table = new Int32Array(blocks.length * blockChannels * fields);
  for (const [block, lanes] of blocks.entries()) {
    for (const [lane, { bias, multiplier, shift }] of lanes.entries()) {
      const at = block * blockChannels * fields + lane;
      table[at] = bias;
      table[at + blockChannels] = multiplier;
      table[at + blockChannels * 2] = shift > 0 ? 1 << shift : 1;
      table[at + blockChannels * 3] = shift < 0 ? 2 ** (31 + shift) : 0;
      table[at + blockChannels * 4] = shift < 0 ? 0 : -1;
    }
  }
  return memory.place(table);
}

/** Bits that a bias of 64 bits may have: its product with a multiplier of 15 bits then fits. */
const wideBiasBits = 46;

/** False for 64-bit accumulators whose products or shifts the fast kernels do not hold. */
export function canBePlaced({ wide, bias, shifts }: Finish): boolean {
  const fits = (shift: number): boolean => shift <= 14 && shift >= 14 - 62;
  return !wide || (shifts.every(fits) && bias.every((value) => Math.abs(value) <= 2 ** wideBiasBits));
}

/** Places the scaling of blocks of 8 lanes with 64-bit accumulators, as assembly/requantize.ts reads it. */
function placeWideScaling(memory: FastMemory, blocks: readonly (readonly LaneScaling[])[]): number {
  const table = new BigInt64Array(blocks.length * blockChannels * 2);
  const factors = new Int32Array(table.buffer);
  for (const [block, lanes] of blocks.entries()) {
    for (const [lane, { bias, multiplier, shift }] of lanes.entries()) {
      const at = block * blockChannels;
      table[2 * at + lane] = BigInt(bias);
      factors[4 * at + 2 * blockChannels + lane] = multiplier;
      factors[4 * at + 3 * blockChannels + lane] = 14 - shift;
    }
  }
  return memory.place(table);
}

/** Places how the sums of each block of channels are finished. */
export function placeFinish(memory: FastMemory, finish: Finish): PlacedFinish {
  const { bias, multipliers, shifts, zeroPoint, range, wide } = finish;
  const channels = multipliers.length;
  const blocks = channelBlocks(channels);
  const scaling = Array.from(blocks, (first) =>
    Array.from({ length: Math.min(blockChannels, channels - first) }, (_, lane) => ({
      bias: bias[first + lane] ?? 0,
      multiplier: multipliers[first + lane] ?? 0,
      shift: shifts[first + lane] ?? 0,
    })),
  );
  return {
    scaling: wide ? placeWideScaling(memory, scaling) : placeScaling(memory, scaling),
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
