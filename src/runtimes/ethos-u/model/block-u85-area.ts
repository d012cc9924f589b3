import { roundUp } from './block.ts';
import { type Found, grain, inputBlock, inputPiece, largest, type Search } from './block-u85-search.ts';
import { clip, elementsOf, type Volume } from './npu-operation.ts';

/** A block of a depthwise convolution, a pooling or a sum: as much of the output's area and depth as there are accumulators for, with room for a row of input that is read ahead. */
export function areaBlock(search: Search): Found {
  const whole = wholeOf(search);
  const block = withRowAhead(search, whole, largestBlock(search, whole));
  return { ofm: block, ifm: inputBlock(search, block) };
}

const wholeOf = ({ operation: { ofm }, micro }: Search): Volume => ({
  h: roundUp(ofm.h, micro.h),
  w: roundUp(ofm.w, micro.w),
  c: roundUp(ofm.c, grain),
});

const accumulatorsOf = ({ unit, accumulatorBits }: Search): number => (unit.accumulatorBytes * 8) / accumulatorBits;
const inputsOf = ({ unit, operation }: Search): number => (unit.ifmBytes * 8) / operation.inputBits;

/** Of the largest areas at each depth the one that leaves least uncovered: of rows and columns, or of columns and channels where the window is a point. */
function largestBlock(search: Search, whole: Volume): Volume {
  const { micro, operation } = search;
  const { kernel } = operation;
  const limit = clip(whole, largest);
  const isPoint = kernel.h * kernel.w === 1;
  const smallest = { ...micro, c: grain };
  const deepest = Math.min(limit.c, Math.floor(accumulatorsOf(search) / (micro.h * micro.w)));
  let best = smallest;
  let least = Number.POSITIVE_INFINITY;
  for (let c = grain; c <= deepest; c += grain) {
    const block = largestArea(search, whole, c);
    if (block === undefined) break;
    if (block.h >= whole.h && block.w >= whole.w && c >= whole.c) return whole;
    const [all, covered] = isPoint ? [whole.w * whole.c, block.w * c] : [whole.h * whole.w, block.w * block.h];
    const piece = inputPiece(search, c).c;
    const empty = (roundUp(c, piece) - c) / piece;
    const uncovered = (1 + Math.abs(1 - all / covered)) * (1 + Math.abs(1 - limit.c / c) / 10) * (1 + empty / 10);
    if (uncovered >= least) continue;
    least = uncovered;
    best = block;
  }
  return best;
}

/** The largest area of so many channels whose sums and inputs fit; nearly in the output's proportions, and rather cut evenly than as large as it may be. */
function largestArea(search: Search, whole: Volume, c: number): Volume | undefined {
  const { micro } = search;
  const limit = clip(whole, largest);
  const step = micro.h * micro.w * grain;
  const most = allInput(search.operation.ifm, inputPiece(search, c));
  const [sums, inputs] = [accumulatorsOf(search), inputsOf(search)];
  for (let room = sums; room >= step; ) {
    const proportional = inProportion(whole, Math.floor(room / c), micro);
    const [w0, h0] = [Math.min(proportional.w, limit.w), Math.min(proportional.h, limit.h)];
    const w = w0 < whole.w ? evenly(whole.w, micro.w, w0) : w0;
    const h = Math.max(roundDown(Math.floor((w0 * h0) / w), micro.h), micro.h);
    const block = { h, w, c };
    const sumShare = sums / elementsOf(block);
    const inputShare = inputs / Math.min(elementsOf(inputBlock(search, block)), most);
    if (sumShare >= 1 && inputShare >= 1) return block;
    const from = inputShare < 1 && sumShare > 1 ? Math.min(room, elementsOf(block)) : room;
    const scaled = Math.floor(Math.floor(from / step) * Math.min(inputShare, sumShare)) * step;
    room = scaled === from ? from - step : scaled;
  }
  return undefined;
}

/** All input of the operation, in whole pieces. */
function allInput({ h, w, c }: Volume, piece: Volume): number {
  return roundUp(h, piece.h) * roundUp(w, piece.w) * roundUp(c, piece.c);
}

/** An area of so many elements in the proportions of another, in whole micro-blocks. */
function inProportion({ h, w }: Volume, elements: number, micro: Volume): Pick<Volume, 'h' | 'w'> {
  const aspect = h / w;
  const width = Math.sqrt(elements / aspect);
  const height = width * aspect;
  const [wide, high] = height < 1 ? [width * height, 1] : width < 1 ? [1, height * width] : [width, height];
  return {
    w: Math.max(roundDown(Math.floor(wide), micro.w), micro.w),
    h: Math.max(roundDown(Math.floor(high), micro.h), micro.h),
  };
}

/** Of the tiles somewhat smaller than the largest, the one whose last tile is fullest. */
function evenly(extent: number, step: number, tile: number): number {
  if (extent % tile === 0) return tile;
  const even = Math.max(roundUp(Math.floor(extent / (Math.floor(extent / tile) + 1)), step), step);
  const least = Math.max(even - 2 * step, Math.floor((even + 1) / 2), step);
  let best = tile;
  let fullest = extent % tile;
  for (let each = tile; each >= least; each -= step) {
    const last = extent % each === 0 ? each : extent % each;
    if (last > fullest) [best, fullest] = [each, last];
  }
  return best;
}

/** A block shrunk until a row more of its input can be held: what is cut already goes first, then channels, rows, columns. */
function withRowAhead(search: Search, whole: Volume, found: Volume): Volume {
  const { micro } = search;
  const inputs = inputsOf(search);
  let block = found;
  let insistence = 0;
  while (insistence < 4) {
    if (block.h >= whole.h && block.w >= whole.w && block.c >= whole.c) return block;
    const row = elementsOf(inputBlock(search, { ...block, h: micro.h }));
    if (inputs - elementsOf(inputBlock(search, block)) >= row) return block;
    const { h, w, c } = block;
    if (h > micro.h && (h !== whole.h || insistence >= 2)) block = { h: h - micro.h, w, c };
    else if (c > grain && (c > w || insistence >= 1)) block = { h, w, c: c - grain };
    else if (w > micro.w && (w !== whole.w || insistence >= 3)) block = { h, w: w - micro.w, c };
    else insistence += 1;
  }
  return block;
}

const roundDown = (value: number, to: number): number => value - (value % to);
