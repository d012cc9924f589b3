import { type Convolution, convolution } from '../convolution.ts';
import { matrixWork } from './matrix.ts';
import { positionsInside } from './window.ts';
import type { NamedWork, Situation, Work } from './work-rule.ts';

/**
 * `CONV_2D`: in CMSIS-NN `arm_convolve_wrapper_s8` chooses between a matrix product on the input itself (pointwise) and columns gathered first;
 * everything but int8 and int16 runs the reference loops.
 */
export function convolutionWork({ graph, operator, type, build }: Situation): NamedWork | undefined {
  if (operator.type !== 'CONV_2D') return undefined;
  const shape = convolution(graph, operator);
  if (shape === undefined) return { name: 'conv', work: {} };
  if (type === 'float32' || build.library !== 'cmsis-nn') return { name: 'conv', work: referenceConvolution(shape) };
  if (type === 'int8' && isPointwise(shape)) return { name: 'conv-1x1', work: pointwise(shape, build.vectors) };
  const work = build.vectors === 'mve' ? gatheredVectors(shape) : gatheredWords(shape);
  return { name: 'conv', work };
}

/** Filter positions inside the input over all output positions and batches. */
export function tapsInside(shape: Convolution): number {
  return shape.batch * positionsInside(axis(shape, 'height')) * positionsInside(axis(shape, 'width'));
}

/** One axis of a convolution's window. */
export function axis({ input, output, filter, stride, dilation, padding }: Convolution, of: 'height' | 'width') {
  return {
    input: input[of],
    output: output[of],
    filter: filter[of],
    stride: stride[of],
    dilation: dilation[of],
    padding: padding[of],
  };
}

/** Output positions over all batches. */
export const pixelsOf = ({ batch, output }: Convolution) => batch * output.height * output.width;

function isPointwise({ filter, padding, dilation, input }: Convolution): boolean {
  const isOne = filter.height === 1 && filter.width === 1 && dilation.height === 1 && dilation.width === 1;
  return isOne && padding.height === 0 && padding.width === 0 && input.channels === filter.channels;
}

/** All positions at once; with a stride, one row of the output at a time, each time with all weights. */
function pointwise(shape: Convolution, vectors: Situation['build']['vectors']): Work {
  const { batch, output, stride, filter } = shape;
  const isDense = stride.height === 1 && stride.width === 1;
  const rows = isDense ? { rows: pixelsOf(shape), calls: 1 } : { rows: output.width, calls: batch * output.height };
  return matrixWork([rows], output.channels, filter.channels, vectors);
}

/**
 * `arm_convolve_s8` with DSP instructions: each filter position is copied or filled, each column widened to 16 bits four elements at a time,
 * and every two columns multiplied with two channels; the last of an odd number of columns goes alone.
 */
function gatheredWords(shape: Convolution): Work {
  const { batch, filter, output } = shape;
  const pixels = pixelsOf(shape);
  const columns = filter.height * filter.width * filter.channels;
  const tail = columns % 4;
  const single = batch * ((output.height * output.width) % 2);
  const inside = tapsInside(shape);
  return {
    perPixel: pixels,
    perTap: inside,
    perPaddedTap: pixels * filter.height * filter.width - inside,
    perPatch: pixels * (columns - tail),
    perPatchTail: pixels * tail,
    perMac: (pixels - single) * output.channels * (columns - tail),
    perTailMac: (pixels - single) * output.channels * tail,
    perSingleMac: single * output.channels * columns,
    perRow: Math.floor((pixels - single) / 2) + single,
  };
}

/** `arm_convolve_s8` with MVE: columns of bytes, multiplied by fours. */
function gatheredVectors(shape: Convolution): Work {
  const { batch, filter, output } = shape;
  const pixels = pixelsOf(shape);
  const taps = pixels * filter.height * filter.width;
  const perBatch = output.height * output.width;
  const groups = [
    { rows: 4, calls: batch * Math.floor(perBatch / 4) },
    { rows: perBatch % 4, calls: perBatch % 4 === 0 ? 0 : batch },
  ];
  const columns = filter.height * filter.width * filter.channels;
  return {
    ...matrixWork(groups, output.channels, columns, 'mve'),
    perPixel: pixels,
    perTap: taps,
    perTapVector: taps * Math.ceil(filter.channels / 16),
  };
}

/** `reference_ops::Conv`: every channel of every position visits every filter position, those outside in vain. */
function referenceConvolution(shape: Convolution): Work {
  const { filter, output } = shape;
  const outputs = pixelsOf(shape) * output.channels;
  const inside = tapsInside(shape) * output.channels;
  return {
    perMac: inside * filter.channels,
    perTap: inside,
    perPaddedTap: outputs * filter.height * filter.width - inside,
    perRow: outputs * filter.height,
  };
}
