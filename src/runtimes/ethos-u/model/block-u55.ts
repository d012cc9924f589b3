import { type Block, inputExtent, roundUp, walksKernelFirst } from './block.ts';
import {
  type BlockCost,
  type BlockPair,
  fetchCost,
  mainInput,
  memoryTest,
  type U55Unit,
  windowOf,
} from './block-u55-cost.ts';
import type { NpuOperation } from './npu-operation.ts';

/** Extents of the largest block, and channels of the step in which deeper ones are tried. */
const limits = { h: 32, w: 64, c: 128, channelStep: 16 };

/**
 * The block that fetches least for each output element, of all that fit the unit's memory: the one that Vela takes for Ethos-U55 and U65. What a block needs of the memory, what it fetches and
 * which of two equal ones is taken are facts of its compilation core (`ArchEthosU55::FindBlockConfig`). `undefined` when none fits.
 */
export function findBlockU55(operation: NpuOperation, unit: U55Unit): Block | undefined {
  const { kind, inputBits, ofm, kernel } = operation;
  const [unitH = 1, unitW = 1, unitC = 8] = unit.ofm;
  const wideAccumulator = inputBits === 16 && kind !== 'pooling' && kind !== 'copy';
  const fits = memoryTest(operation, unit, wideAccumulator);
  const cost = fetchCost(operation, unit);
  let best: (BlockPair & BlockCost) | undefined;
  // Areas of the input that the best was preferred for among equals; all, when it was better.
  let areas = Number.POSITIVE_INFINITY;
  for (const candidate of blocksOf(operation, unit)) {
    if (!fits(candidate)) continue;
    const rated = { ...candidate, ...cost(candidate) };
    const isEqual = rated.fetched === best?.fetched;
    const isSmall = rated.ofm.h <= 4 && rated.ofm.w <= 4;
    if (isEqual ? !isSmall || rated.areas > areas : best !== undefined && rated.fetched > best.fetched) continue;
    best = rated;
    areas = isEqual ? rated.areas : Number.POSITIVE_INFINITY;
  }
  if (best === undefined) return undefined;
  // Units of two rows compute one row of twice the width where there is one row alone.
  const isRow =
    unitH === 2 && (kind === 'convolution' || kind === 'dense') && ofm.h === 1 && ofm.w % 2 === 0 && kernel.h === 1;
  return {
    ofm: best.ofm,
    ifm: best.ifm,
    micro: isRow ? { h: 1, w: 4, c: unitC } : { h: unitH, w: unitW, c: unitC },
    isPartKernel: walksKernelFirst(operation),
    wideAccumulator,
  };
}

/** All blocks of whole units, shallow ones first, each with the part of the input that it needs. */
function* blocksOf(operation: NpuOperation, unit: U55Unit): Generator<BlockPair> {
  const { kernel, upscale, ofm } = operation;
  const [unitH = 1, unitW = 1, unitC = 8] = unit.ofm;
  const window = windowOf(operation);
  const depth = inputDepth(operation, unit);
  for (const c of depthsOf(ofm.c, unitC)) {
    for (const h of multiples(unitH, Math.min(ofm.h, limits.h))) {
      for (const w of multiples(unitW, Math.min(ofm.w, limits.w))) {
        const ifm = {
          h: roundUp(inputExtent(h, kernel.strideH, window.h, upscale), unitH),
          w: roundUp(inputExtent(w, kernel.strideW, window.w, upscale), unitW),
          c: depth ?? c,
        };
        yield { ofm: { h, w, c }, ifm };
      }
    }
  }
}

/** 2, 4, 6 … up to the first that is no less than `end`. */
const multiples = (unit: number, end: number): readonly number[] =>
  Array.from({ length: Math.ceil(end / unit) }, (_, index) => (index + 1) * unit);

/** Multiples of 16 channels; one that is none where it takes all channels, being shallower than 16 or one unit deeper than a multiple. */
function depthsOf(channels: number, unit: number): readonly number[] {
  const step = limits.channelStep;
  return multiples(unit, Math.min(channels, limits.c)).filter(
    (depth) => depth % step === 0 || (depth >= channels && (depth < step || (depth - unit) % step === 0)),
  );
}

/** Channels of input that are multiplied at once; `undefined` where each output channel comes from one of the input. */
function inputDepth(operation: NpuOperation, unit: U55Unit): number | undefined {
  const { kind, inputBits } = operation;
  if (kind === 'elementwise' || kind === 'pooling' || kind === 'depthwise' || kind === 'copy') return undefined;
  const { c } = mainInput(operation);
  if (inputBits === 16) return roundUp(Math.min(c, 16), 4);
  return roundUp(Math.min(c, walksKernelFirst(operation) ? 16 : 32), unit.ifm[2] ?? 8);
}
