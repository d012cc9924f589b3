import { dilated, roundUp } from './block.ts';
import { type Found, grain, inputBlock, inputPiece, largest, type Search } from './block-u85-search.ts';
import { elementsOf, type Volume } from './npu-operation.ts';

/** A block of a convolution, of a dense layer or of a move: the one that fetches least of inputs and weights for each output element. */
export function fetchedBlock(search: Search): Found {
  const { operation, micro } = search;
  const { ofm } = operation;
  const end = {
    h: roundUp(Math.min(ofm.h, largest.h), micro.h),
    w: roundUp(Math.min(ofm.w, largest.w), micro.w),
    c: roundUp(Math.max(Math.min(ofm.c, largest.c), grain), micro.c),
  };
  // Two blocks in turns; one at a time only where no two fit.
  return cheapest(search, end, 2) ?? cheapest(search, end, 1) ?? { ofm: { ...micro, c: grain }, ifm: micro };
}

function cheapest(search: Search, end: Volume, buffers: number): Found | undefined {
  const { operation, micro, inputDepth } = search;
  const costOf = fetchCost(search);
  let best: (Found & { readonly cost: number; readonly coverage: number }) | undefined;
  for (const c of depthsOf(operation.ofm.c, micro.c, end.c)) {
    for (let h = micro.h; h <= end.h; h += micro.h) {
      for (let w = micro.w; w <= end.w; w += micro.w) {
        const block = { h, w, c };
        const input = inputBlock(search, block);
        // What is wider or deeper needs more of both.
        if (!fits(search, block, input, buffers)) break;
        const cost = costOf(block, input);
        const coverage = area(operation.ifm) / area(smaller(operation.ifm, input));
        // Among equals that are small, a later one is taken that covers no less of the input.
        const isEqual = h <= 4 && w <= 4 && cost === best?.cost && coverage <= best.coverage;
        if (best !== undefined && cost >= best.cost && !isEqual) continue;
        best = {
          ofm: block,
          ifm: { ...input, c: inputDepth === 0 ? c : inputDepth },
          cost,
          coverage: isEqual ? coverage : Number.POSITIVE_INFINITY,
        };
      }
    }
  }
  return best;
}

/** Depths of a block: groups of 16 channels, the last cut where the micro-block is shallower. */
function depthsOf(channels: number, step: number, end: number): readonly number[] {
  const depths: number[] = [];
  for (let c = grain; c <= end; c = c + step < channels ? roundUp(c + step, grain) : c + step) depths.push(c);
  return depths;
}

function fits(search: Search, { h, w, c }: Volume, input: Volume, buffers: number): boolean {
  const { operation, unit, inputDepth, accumulatorBits } = search;
  const { ifm, inputBits } = operation;
  const depth = inputDepth === 0 ? input.c : roundUp(Math.min(input.c, ifm.c), inputPiece(search, c).c);
  const inputBytes = (input.h * input.w * depth * inputBits) / 8;
  const sums = (h * w * roundUp(c, grain) * accumulatorBits) / 8;
  return inputBytes * buffers <= unit.ifmBytes && sums * buffers <= unit.accumulatorBytes;
}

/** What a block costs: elements fetched for each of the output, or blocks where a window covers the whole input; half where two blocks hold all input. */
function fetchCost({ operation: { kind, ifm, ofm, kernel } }: Search): (block: Volume, input: Volume) => number {
  const window = { h: dilated(kernel.h, kernel.dilationH), w: dilated(kernel.w, kernel.dilationW) };
  const isMove = kind === 'pooling' || kind === 'copy';
  const taps = isMove ? 0 : kernel.h * kernel.w;
  const parts = Math.ceil(window.h / 8) * Math.ceil(window.w / 8);
  const isWhole = !isMove && area(ofm) === 1 && window.h === ifm.h && window.w === ifm.w;
  const elements = single(elementsOf(ofm));
  return (block, input) => {
    const half = elementsOf(ifm) < elementsOf(input) * 2 ? 2 : 1;
    if (isWhole) return single(elements / elementsOf(block)) / half;
    const blocks = single(single(ofm.h / block.h) * single(ofm.w / block.w));
    const fetches = Math.ceil(ofm.h / block.h) * Math.ceil(ofm.w / block.w);
    const channels = single(single(ofm.c / block.c) * block.c);
    const weights = single(single(taps * ifm.c * fetches) * channels);
    const once = single(area(input) * ifm.c * parts * blocks);
    const inputs = isMove ? once : single(once * Math.ceil(ofm.c / block.c));
    return single(single(inputs + weights) / elements) / half;
  };
}

/** Costs have the precision of Vela's, whose rounding tells blocks of equal cost apart. */
const single = Math.fround;
const area = ({ h, w }: Pick<Volume, 'h' | 'w'>): number => Math.max(1, h * w);
const smaller = (one: Volume, other: Volume): Pick<Volume, 'h' | 'w'> => ({
  h: Math.min(one.h, other.h),
  w: Math.min(one.w, other.w),
});
