import type { Block } from './block.ts';
import { clip, type NpuOperation, over } from './npu-operation.ts';

/** What the arithmetic of a unit costs. */
export interface Timing {
  readonly isU85: boolean;
  readonly cores: number;
  readonly macs: number;
  readonly output: readonly number[];
  readonly activation: readonly number[];
}

/** How the multipliers go over a window: micro-blocks by micro-blocks, some of its taps at once. */
interface Walk {
  /** Steps over the taps of a part of the window. */
  readonly steps: number;
  /** Cycles of all steps for one micro-block in depth. */
  readonly cycles: number;
}

/** Cycles of the multipliers for one block. */
export function blockCycles(operation: NpuOperation, block: Block, timing: Timing): number {
  const { kind, ifm, ofm, kernel } = operation;
  const micros = over(clip(ofm, block.ofm), block.micro);
  const area = micros.h * micros.w;
  const depth = clip(ifm, block.ifm).c;
  const isDeep = kind === 'convolution' || kind === 'dense' || kind === 'reduce-sum';
  const repeats = isDeep ? Math.ceil(ifm.c / depth) : 1;
  const delays = (kind === 'convolution' || kind === 'dense') && block.isPartKernel ? Math.ceil(depth / 8) : 1;
  const cycles = windowParts(kernel.h, kernel.w, kind === 'dense' ? 1 : 8).reduce((sum, taps) => {
    const walk = walkOf(operation, block, timing, { taps, area, depth });
    // Where one micro-block covers the area, each sum waits for the one before it.
    const waits = area > 1 ? 0 : micros.c === 1 ? walk.steps : (walk.steps - 1) * micros.c;
    return sum + walk.cycles * micros.c + waits * sumDelay(block, timing) * delays;
  }, 0);
  return timing.isU85 ? cycles * repeats : Math.floor((cycles * repeats) / timing.cores);
}

/** Taps of each part of a window that is cut into squares. */
function windowParts(height: number, width: number, side: number): readonly number[] {
  const cuts = (extent: number) =>
    Array.from({ length: Math.ceil(extent / side) }, (_, index) => Math.min(side, extent - index * side));
  return cuts(width).flatMap((w) => cuts(height).map((h) => h * w));
}

function walkOf(
  { kind, inputBits }: NpuOperation,
  block: Block,
  timing: Timing,
  { taps, area, depth }: { readonly taps: number; readonly area: number; readonly depth: number },
): Walk {
  const bytes = inputBits / 8;
  // Weights of a micro-block take their time to be decoded.
  const decoding = (32 * block.micro.c) / (timing.isU85 ? 8 * timing.cores : 8);
  const walk = (steps: number, cycles: number): Walk => ({
    steps,
    cycles: (Math.max(decoding, cycles) * steps) / (block.isSparse === true ? 2 : 1),
  });
  switch (kind) {
    case 'pooling':
    case 'copy':
      return { steps: 1, cycles: Math.max(4, taps) * area * (timing.macs === 32 ? 1 : 4 * bytes) };
    case 'depthwise':
      return walk(Math.ceil(taps / 4), 4 * area * bytes);
    default: {
      if (block.isPartKernel) {
        const { steps, cycles } = walk(Math.ceil(taps / (inputBits === 16 ? 2 : 4)), 4 * area);
        return { steps, cycles: cycles * Math.ceil(depth / 8) };
      }
      if (!timing.isU85) return walk(taps, 4 * area);
      const { steps, cycles } = walk(taps, Math.floor(depth / 8) * area);
      return { steps, cycles: cycles * bytes };
    }
  }
}

/** Cycles until a sum can be added to again. */
function sumDelay({ wideAccumulator }: Block, { macs }: Timing): number {
  if (macs === 32) return wideAccumulator ? 7 : 3;
  return wideAccumulator && macs <= 128 ? 3 : 2;
}
