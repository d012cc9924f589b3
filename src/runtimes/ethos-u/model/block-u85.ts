import { type Block, dilated, inputExtent, roundUp } from './block.ts';
import { elementsOf, type NpuOperation, type Volume } from './npu-operation.ts';

/** The compute unit of an Ethos-U85: see architectures.json. */
export interface U85Unit {
  readonly cores: number;
  readonly ofm: readonly (readonly number[])[];
  readonly ifmBytes: number;
  readonly accumulatorBytes: number;
  readonly outputBytes: number;
  readonly output: readonly number[];
  /** Words of 16 bytes that may be under way: moves, streams, weights, fast weights, inputs, scales. */
  readonly readBuffers: readonly number[];
}

const grain = 16;
const largest: Volume = { h: 128, w: 128, c: 1024 };

/** The block for an operation on an Ethos-U85: after Vela's search (`ArchEthosU85::FindBlockConfig`), with fewer special cases. */
export function findBlockU85(operation: NpuOperation, unit: U85Unit): Block {
  const { kind, inputBits } = operation;
  const isPartKernel = (kind === 'convolution' || kind === 'dense') && walksKernelFirstU85(operation);
  const wideAccumulator = inputBits === 16 && kind !== 'pooling' && kind !== 'copy';
  const micro = microBlock(operation, unit);
  const context: Search = { operation, unit, micro, isPartKernel, accumulatorBits: wideAccumulator ? 48 : 32 };
  const found =
    kind === 'elementwise'
      ? elementwiseBlock(context)
      : kind === 'convolution' || kind === 'dense'
        ? (rowBlock(context) ?? fetchedBlock(context))
        : areaBlock(context);
  return { ...found, micro, isPartKernel, wideAccumulator };
}

interface Search {
  readonly operation: NpuOperation;
  readonly unit: U85Unit;
  readonly micro: Volume;
  readonly isPartKernel: boolean;
  readonly accumulatorBits: number;
}

type Found = Pick<Block, 'ofm' | 'ifm'>;

/** Filter positions come in fives. */
export function walksKernelFirstU85({ ifm, kernel }: NpuOperation): boolean {
  const taps = kernel.h * kernel.w;
  const rounded = Math.floor(taps / 5) * 5 + Math.max(taps % 5, 2);
  return (ifm.c / roundUp(ifm.c, 16)) * (taps / rounded) >= ifm.c / roundUp(ifm.c, 64);
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
      : isEqualDepth && (!isWide || shallow.length === 0)
        ? sixteen
        : shallow.length > 0
          ? shallow
          : candidates;
  const waste = ({ h, w, c }: Volume): number => roundUp(ofm.h, h) * roundUp(ofm.w, w) * roundUp(ofm.c, c);
  const [first = { h: 1, w: 1, c: 8 }, ...others] = usable;
  return others.reduce((best, each) => (waste(each) < waste(best) ? each : best), first);
}

/** As wide as the output buffer, and as deep as the width leaves. */
function elementwiseBlock({ operation: { ofm, inputBits }, unit, micro }: Search): Found {
  const columns = Math.max(1, Math.floor((unit.outputBytes * 8) / inputBits / grain));
  const needed = roundUp(Math.min(ofm.w, columns, largest.w), micro.w);
  const c = Math.min(roundUp(ofm.c, grain), grain * Math.max(1, Math.floor(columns / needed)));
  const block = {
    h: Math.min(roundUp(ofm.h, micro.h), largest.h),
    w: Math.max(micro.w, Math.floor(columns / (c / grain))),
    c,
  };
  return { ofm: block, ifm: block };
}

/** A dense layer of one row: as many channels as there are accumulators for. */
function rowBlock({ operation, unit, micro, isPartKernel, accumulatorBits }: Search): Found | undefined {
  const { kind, ofm, inputBits } = operation;
  if (kind !== 'dense' || ofm.h * ofm.w > 1) return undefined;
  const most = Math.floor((unit.accumulatorBytes * 8) / accumulatorBits / 2 / (micro.h * micro.w) / grain) * grain;
  const c = Math.min(Math.max(roundUp(ofm.c, micro.c), grain), most, largest.c);
  return { ofm: { ...micro, c }, ifm: { ...micro, c: inputDepth(isPartKernel, inputBits, micro) } };
}

/** Channels of input that are walked through at once. */
const inputDepth = (isPartKernel: boolean, inputBits: number, micro: Volume): number =>
  isPartKernel ? 16 : inputBits === 32 || micro.c === 16 ? 32 : 64;

/** The block that fetches least of inputs and weights for each output element. */
function fetchedBlock({ operation, unit, micro, isPartKernel, accumulatorBits }: Search): Found {
  const { kind, ifm, ofm, kernel, inputBits, upscale } = operation;
  const depth = inputDepth(isPartKernel, inputBits, micro);
  const windowH = dilated(kernel.h, kernel.dilationH);
  const windowW = dilated(kernel.w, kernel.dilationW);
  const end = {
    h: roundUp(Math.min(ofm.h, largest.h), micro.h),
    w: roundUp(Math.min(ofm.w, largest.w), micro.w),
    c: roundUp(Math.min(ofm.c, largest.c), grain),
  };
  let best: Found = { ofm: { ...micro, c: grain }, ifm: { ...micro, c: depth } };
  let bestCost = Number.POSITIVE_INFINITY;
  for (let c = grain; c <= end.c; c += grain) {
    for (let h = micro.h; h <= end.h; h += micro.h) {
      for (let w = micro.w; w <= end.w; w += micro.w) {
        const input = {
          h: inputExtent(h, kernel.strideH, windowH, upscale),
          w: roundUp(inputExtent(w, kernel.strideW, windowW, upscale), micro.w),
          c: depth,
        };
        const inputBytes = input.h * input.w * roundUp(Math.min(depth, ifm.c), 16) * (inputBits / 8) * 2;
        if (inputBytes > unit.ifmBytes || ((h * w * c * accumulatorBits) / 8) * 2 > unit.accumulatorBytes) break;
        const rows = Math.ceil(ofm.h / h) * Math.ceil(ofm.w / w);
        const inputFetch = input.h * input.w * ifm.c * (ofm.h / h) * (ofm.w / w) * Math.ceil(ofm.c / c);
        const weightFetch = kernel.h * kernel.w * ifm.c * rows * ofm.c;
        let cost = kind === 'dense' ? 1 / (h * w) : (inputFetch + weightFetch) / elementsOf(ofm);
        if (elementsOf(ifm) < elementsOf(input) * 2) cost /= 2;
        if (cost >= bestCost) continue;
        bestCost = cost;
        best = { ofm: { h, w, c }, ifm: input };
      }
    }
  }
  return best;
}

/** The block that covers most of the output's area, and of its depth. */
function areaBlock({ operation, unit, micro, accumulatorBits }: Search): Found {
  const { kind, ifm, ofm, kernel, inputBits, upscale } = operation;
  const windowH = dilated(kernel.h, kernel.dilationH);
  const windowW = dilated(kernel.w, kernel.dilationW);
  const limit = {
    h: roundUp(ofm.h, micro.h),
    w: roundUp(ofm.w, micro.w),
    c: Math.min(roundUp(ofm.c, grain), largest.c),
  };
  const accumulators = (unit.accumulatorBytes * 8) / accumulatorBits;
  const inputs = (unit.ifmBytes * 8) / inputBits;
  let best: Found = { ofm: { ...micro, c: grain }, ifm: { ...micro, c: grain } };
  let bestCost = Number.POSITIVE_INFINITY;
  for (let c = grain; c <= limit.c; c += grain) {
    for (let h = micro.h; h <= Math.min(limit.h, largest.h); h += micro.h) {
      for (let w = micro.w; w <= Math.min(limit.w, largest.w); w += micro.w) {
        const input = {
          h: inputExtent(h, kernel.strideH, windowH, upscale),
          w: inputExtent(w, kernel.strideW, windowW, upscale),
          c: kind === 'reduce-sum' ? 32 : c,
        };
        const needed = Math.min(elementsOf(input), ifm.h * ifm.w * roundUp(ifm.c, grain));
        if (h * w * c > accumulators || needed > inputs) break;
        const cost = (1 + Math.abs(1 - (ofm.h * ofm.w) / (h * w))) * (1 + Math.abs(1 - limit.c / c) / 10);
        if (cost >= bestCost) continue;
        bestCost = cost;
        best = { ofm: { h, w, c }, ifm: input };
      }
    }
  }
  return best;
}
