import type { NpuOperation, Volume } from './npu-operation.ts';

/** How an operation is cut into blocks that fit the NPU's own memory. */
export interface Block {
  readonly ofm: Volume;
  readonly ifm: Volume;
  /** The part of a block that is computed at once. */
  readonly micro: Volume;
  readonly isPartKernel: boolean;
  readonly wideAccumulator: boolean;
  /** Half of the weights are left out: an Ethos-U85's. */
  readonly isSparse?: boolean;
}

export const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;

/** Input rows or columns that so many output ones need, at most 8 of the window at a time. */
export function inputExtent(output: number, stride: number, window: number, upscale: number): number {
  return Math.ceil(((output - 1) * stride + Math.min(window, 8) + (upscale === 2 ? 1 : 0)) / upscale);
}

export const dilated = (size: number, dilation: number): number => (size - 1) * dilation + 1;

/** Whether filter positions or channels are walked through first: whichever fills the multipliers better. */
export function walksKernelFirst({ kind, ifm, kernel, inputBits }: NpuOperation): boolean {
  if (kind !== 'convolution') return false;
  if (ifm.c <= 8) return true;
  const elements = kernel.h * kernel.w;
  const depth = ifm.c / roundUp(ifm.c, inputBits === 8 ? 32 : 16);
  const part = (ifm.c / roundUp(ifm.c, 8)) * (elements / roundUp(elements, inputBits === 8 ? 4 : 2));
  return part >= depth;
}
