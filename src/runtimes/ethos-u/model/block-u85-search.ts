import { type Block, dilated, inputExtent, roundUp } from './block.ts';
import type { NpuOperation, Volume } from './npu-operation.ts';

/** The compute unit of an Ethos-U85: see architectures.json. */
export interface U85Unit {
  readonly cores: number;
  /** Micro-blocks: what is computed at once. */
  readonly ofm: readonly (readonly number[])[];
  /** For each of them, the pieces that its input is kept in where a position has at most 16 bytes, at most 32, or more; depth in 16 bytes. */
  readonly ifm: readonly (readonly (readonly number[])[])[];
  readonly ifmBytes: number;
  readonly accumulatorBytes: number;
  readonly outputBytes: number;
  readonly output: readonly number[];
  /** Words of 16 bytes that may be under way: moves, streams, weights, fast weights, inputs, scales. */
  readonly readBuffers: readonly number[];
}

/** Channels that accumulators and feature maps come in. */
export const grain = 16;
export const largest: Volume = { h: 128, w: 128, c: 1024 };

/** What a search for a block knows. */
export interface Search {
  readonly operation: NpuOperation;
  readonly unit: U85Unit;
  readonly micro: Volume;
  /** Channels of input that are walked through at once; 0 where these are the block's own. */
  readonly inputDepth: number;
  readonly accumulatorBits: number;
}

export type Found = Pick<Block, 'ofm' | 'ifm'>;

/** The pieces that the unit keeps the input of a block of so many channels in. */
export function inputPiece({ operation: { inputBits }, unit, micro, inputDepth }: Search, channels: number): Volume {
  const bits = (inputDepth === 0 ? channels : inputDepth) * inputBits;
  const at = unit.ofm.findIndex(([h, w, c]) => h === micro.h && w === micro.w && c === micro.c);
  const [h = 1, w = 1, c = 1] = unit.ifm[at]?.[bits > 256 ? 2 : bits > 128 ? 1 : 0] ?? [];
  return { h, w, c: (c * 128) / inputBits };
}

/** The input that a block of output needs, in whole pieces. */
export function inputBlock(search: Search, { h, w, c }: Volume): Volume {
  const { kernel, upscale } = search.operation;
  const piece = inputPiece(search, c);
  return {
    h: roundUp(inputExtent(h, kernel.strideH, dilated(kernel.h, kernel.dilationH), upscale), piece.h),
    w: roundUp(inputExtent(w, kernel.strideW, dilated(kernel.w, kernel.dilationW), upscale), piece.w),
    c: roundUp(search.inputDepth === 0 ? c : search.inputDepth, piece.c),
  };
}
