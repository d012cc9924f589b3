import { type Block, dilated, inputExtent, roundUp, walksKernelFirst } from './block.ts';
import { elementsOf, type NpuOperation, type Volume } from './npu-operation.ts';

/** The compute unit of an Ethos-U85: see architectures.json. */
export interface U85Unit {
  readonly cores: number;
  readonly ofm: readonly (readonly number[])[];
  readonly ifmBytes: number;
  readonly accumulatorBytes: number;
  readonly output: readonly number[];
}

const granuleDepth = 16;
const largest: Volume = { h: 128, w: 128, c: 1024 };

/**
 * A block for an Ethos-U85: the micro-block that wastes least of the output, and of the blocks whose input and accumulators fit twice
 * the one that fetches least for each output element. Vela's search has more cases; this is an approximation of it.
 */
export function findBlockU85(operation: NpuOperation, unit: U85Unit): Block {
  const { kind, ifm, ofm, kernel, inputBits, upscale } = operation;
  const isPartKernel = walksKernelFirst(operation);
  const wide = inputBits === 16 && kind !== 'pooling' && kind !== 'copy';
  const micro = microBlock(operation, unit, isPartKernel);
  const isEqualDepth = kind === 'elementwise' || kind === 'pooling' || kind === 'depthwise' || kind === 'copy';
  const fixedDepth = isPartKernel ? 16 : inputBits === 32 || micro.c === 16 ? 32 : 64;
  const windowH = dilated(kernel.h, kernel.dilationH);
  const windowW = dilated(kernel.w, kernel.dilationW);
  const end = {
    h: roundUp(Math.min(ofm.h, largest.h), micro.h),
    w: roundUp(Math.min(ofm.w, largest.w), micro.w),
    c: roundUp(Math.min(ofm.c, largest.c), granuleDepth),
  };
  const accumulatorBits = wide ? 48 : 32;
  let best: { readonly ofm: Volume; readonly ifm: Volume } | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let c = granuleDepth; c <= end.c; c += granuleDepth) {
    for (let h = micro.h; h <= end.h; h += micro.h) {
      for (let w = micro.w; w <= end.w; w += micro.w) {
        const input = {
          h: inputExtent(h, kernel.strideH, windowH, upscale),
          w: inputExtent(w, kernel.strideW, windowW, upscale),
          c: isEqualDepth ? c : fixedDepth,
        };
        const inputBytes =
          input.h * input.w * roundUp(Math.min(input.c, isEqualDepth ? c : ifm.c), 16) * (inputBits / 8);
        const accumulators = (h * w * c * accumulatorBits) / 8;
        if (kind !== 'elementwise' && (inputBytes * 2 > unit.ifmBytes || accumulators * 2 > unit.accumulatorBytes))
          break;
        if (kind === 'elementwise' && h * w * c * (inputBits / 8) > 2048) break;
        const blocks = Math.ceil(ofm.h / h) * Math.ceil(ofm.w / w);
        const deep = Math.ceil(ofm.c / c);
        const fetched =
          input.h * input.w * ifm.c * blocks * (isEqualDepth ? 1 : deep) +
          kernel.h * kernel.w * ifm.c * blocks * (kind === 'convolution' ? ofm.c : 1);
        const cost = fetched / elementsOf(ofm);
        if (cost >= bestCost) continue;
        bestCost = cost;
        best = { ofm: { h, w, c }, ifm: input };
      }
    }
  }
  const smallest = { h: micro.h, w: micro.w, c: granuleDepth };
  return {
    ...(best ?? { ofm: smallest, ifm: { ...smallest, c: fixedDepth } }),
    micro,
    isPartKernel,
    wideAccumulator: wide,
  };
}

function microBlock({ kind, ofm }: NpuOperation, unit: U85Unit, isPartKernel: boolean): Volume {
  const candidates = unit.ofm.map(([h = 1, w = 1, c = 8]): Volume => ({ h, w, c }));
  // Depthwise and pooling have as many channels as there are inputs of a unit, which the shallower micro-blocks have.
  const shallow = kind === 'depthwise' || kind === 'pooling' || isPartKernel;
  const usable = shallow
    ? candidates.filter(({ c }) => c === Math.min(...candidates.map((each) => each.c)))
    : candidates;
  const waste = ({ h, w, c }: Volume): number => roundUp(ofm.h, h) * roundUp(ofm.w, w) * roundUp(ofm.c, c);
  const [first = { h: 1, w: 1, c: 8 }, ...others] = usable;
  return others.reduce((best, each) => (waste(each) < waste(best) ? each : best), first);
}
