import type { Volume } from './npu-operation.ts';

/** A memory as cycles see it: bytes a cycle, latencies in cycles, and its longest burst. */
export interface Channel {
  readonly bytesPerCycle: number;
  /** What each use of it reaches of that, in bytes a cycle: an Ethos-U85 has a limited number of requests under way for each. */
  readonly inputRate: number;
  /** Of element-wise operations. */
  readonly streamRate: number;
  readonly writeRate: number;
  readonly weightRate: number;
  readonly scaleRate: number;
  readonly moveRate: number;
  readonly readLatency: number;
  readonly writeLatency: number;
  readonly burstLength: number;
}

/** A transfer between a memory and the unit's own. */
export interface Transfer {
  readonly elements: number;
  readonly bits: number;
  readonly block: Volume;
  /** Of the whole feature map. */
  readonly shape: Volume;
  readonly isRead: boolean;
  readonly isLinear: boolean;
}

/** Bytes that a transfer costs: bursts that are not filled cost whole ones. */
export function transferBytes(transfer: Transfer, cores: number, memory: Channel): number {
  const filled = Math.min(memory.burstLength, Math.floor(contiguousBits(transfer, cores) / 8));
  const bytes = (transfer.elements * transfer.bits) / 8;
  return Math.floor((bytes * memory.burstLength) / Math.max(1, filled));
}

/** Bits of a block that lie side by side in memory: those of its rows in groups of 16 channels, or of its channels where these come one after another. */
function contiguousBits({ bits, block, shape, isRead, isLinear }: Transfer, cores: number): number {
  const group = 16 * bits * (isRead ? 1 : cores);
  if (!isLinear) return group * block.w;
  const channels = bits * block.c;
  const holdsAllChannels = (shape.c * bits) / 8 === block.c;
  if (holdsAllChannels && (isRead || block.c <= 16)) return channels * block.w;
  return isRead ? channels : Math.min(64 * 8, group, channels);
}
