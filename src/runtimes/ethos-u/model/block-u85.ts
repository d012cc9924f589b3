import { type Block, roundUp } from './block.ts';
import { areaBlock } from './block-u85-area.ts';
import { fetchedBlock } from './block-u85-fetch.ts';
import { type Found, grain, largest, type Search, type U85Unit } from './block-u85-search.ts';
import type { NpuOperation, Volume } from './npu-operation.ts';
import { areSparse } from './sparse-weights.ts';

/** The block for an operation on an Ethos-U85: what Vela's search finds (`ArchEthosU85::FindBlockConfig` of its compilation core). */
export function findBlockU85(operation: NpuOperation, unit: U85Unit): Block {
  const { kind, inputBits } = operation;
  const isSparse = areSparse(operation);
  const isPartKernel = (kind === 'convolution' || kind === 'dense') && walksKernelFirstU85(operation, isSparse);
  const wideAccumulator = inputBits === 16 && kind !== 'pooling' && kind !== 'copy' && kind !== 'reduce-sum';
  const micro = microBlock(operation, unit);
  const search: Search = {
    operation,
    unit,
    micro,
    inputDepth: inputDepth(operation, { isPartKernel, isSparse }, micro, unit),
    // Accumulators of 48 bits take the room of 64.
    accumulatorBits: wideAccumulator ? 64 : 32,
  };
  return { ...blockOf(search), micro, isPartKernel, wideAccumulator, isSparse };
}

function blockOf(search: Search): Found {
  switch (search.operation.kind) {
    case 'elementwise':
      return elementwiseBlock(search);
    case 'convolution':
    case 'dense':
      return fetchedBlock(search);
    default:
      return search.operation.isMove === true ? fetchedBlock(search) : areaBlock(search);
  }
}

/** Filter positions come in fives, sparse ones in tens. */
export function walksKernelFirstU85({ ifm, kernel }: NpuOperation, isSparse = false): boolean {
  const taps = kernel.h * kernel.w;
  const [group, least, channels] = isSparse ? [10, 4, 128] : [5, 2, 64];
  const rounded = Math.floor(taps / group) * group + Math.max(taps % group, least);
  return (ifm.c / roundUp(ifm.c, 16)) * (taps / rounded) >= ifm.c / roundUp(ifm.c, channels);
}

/** Of the micro-blocks that the operation may have, the one that wastes least of the output. Depthwise and pooling of 8 bits need 16 channels. */
function microBlock({ kind, ofm, inputBits }: NpuOperation, { ofm: all }: U85Unit): Volume {
  const candidates = all.map(([h = 1, w = 1, c = 8]): Volume => ({ h, w, c }));
  const shallow = candidates.filter(({ c }) => c === 8);
  const sixteen = candidates.filter(({ c }) => c === 16);
  const isEqualDepth = kind === 'depthwise' || kind === 'pooling' || kind === 'copy';
  const isWide = inputBits > 8;
  const usable =
    kind === 'elementwise'
      ? candidates
      : (isEqualDepth && (!isWide || shallow.length === 0)) || (kind === 'reduce-sum' && shallow.length === 0)
        ? sixteen
        : shallow.length > 0
          ? shallow
          : candidates;
  const waste = ({ h, w, c }: Volume): number => roundUp(ofm.h, h) * roundUp(ofm.w, w) * roundUp(ofm.c, c);
  const [first = { h: 1, w: 1, c: 8 }, ...others] = usable;
  return others.reduce((best, each) => (waste(each) < waste(best) ? each : best), first);
}

function inputDepth(
  { kind, inputBits }: NpuOperation,
  { isPartKernel, isSparse }: { readonly isPartKernel: boolean; readonly isSparse: boolean },
  micro: Volume,
  unit: U85Unit,
): number {
  if (kind === 'depthwise' || kind === 'pooling' || kind === 'copy' || kind === 'elementwise') return 0;
  if (isPartKernel) return 16;
  if (inputBits === 32 || (unit.cores === 1 && micro.c === 16 && !isSparse)) return 32;
  return isSparse && inputBits === 8 ? 128 : 64;
}

/** As wide as the output buffer, and as deep as the width leaves. */
function elementwiseBlock({ operation: { ofm, inputBits }, unit, micro }: Search): Found {
  const columns = Math.max(1, Math.floor((unit.outputBytes * 8) / inputBits / grain));
  const needed = roundUp(Math.min(ofm.w, columns, largest.w), micro.w);
  const c = Math.min(roundUp(ofm.c, grain), grain * Math.max(1, Math.floor(columns / needed)));
  const block = {
    h: Math.min(roundUp(ofm.h, micro.h), largest.h),
    w: roundUp(Math.max(1, Math.floor(columns / (c / grain))), micro.w),
    c,
  };
  return { ofm: block, ifm: block };
}
