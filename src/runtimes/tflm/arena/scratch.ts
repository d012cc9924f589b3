import { alignUp } from '../../plan/buffers.ts';
import type { Convolution } from '../convolution.ts';
import type { KernelBuild } from '../kernels.ts';

/*
 * Scratch memory of CMSIS-NN's kernels, in bytes. Source: ARM-software/CMSIS-NN 99f736a, `*_get_buffer_sizes_*.c` built with GCC, and the
 * constants of Include/arm_nnsupportfunctions.h. A kernel that asks for 0 bytes gets no buffer, except where the caller says otherwise.
 */

/** `CH_IN_BLOCK_MVE`: channels that the MVE depthwise kernel takes at once. */
const depthwiseBlockChannels = 124;
/** `REVERSE_TCOL_EFFICIENT_THRESHOLD`: input channels above which a transposed convolution runs as a convolution with the filter reversed. */
const reverseThresholdChannels = 16;
/** `CONVERT_DW_CONV_WITH_ONE_INPUT_CH_AND_OUTPUT_CH_ABOVE_THRESHOLD` for MVE, built with GCC. */
const oneInputThresholdChannels = 1;

const filterSize = (shape: Convolution) => shape.filter.height * shape.filter.width;

const isUndilated = (shape: Convolution) => shape.dilation.height === 1 && shape.dilation.width === 1;

/** im2col columns of int8: two of int16 elements, or four of int8 where MVE multiplies. */
function columns8(elements: number, build: KernelBuild): number {
  return build.vectors === 'mve' ? 4 * alignUp(elements, 16) : 4 * alignUp(elements, 4);
}

/** int8 convolution. */
export function convolutionScratch8(shape: Convolution, build: KernelBuild): number {
  const isUngrouped = shape.filter.channels === shape.input.channels;
  const isPointwise =
    filterSize(shape) === 1 && shape.padding.height === 0 && shape.padding.width === 0 && isUndilated(shape);
  if (isPointwise && isUngrouped) return 0;
  const isOneRow =
    shape.input.height === 1 &&
    shape.filter.height === 1 &&
    shape.dilation.width === 1 &&
    (shape.stride.width * shape.input.channels) % 4 === 0;
  if (isOneRow && isUngrouped && build.vectors === 'mve') return oneRowScratch(shape, build);
  return columns8(filterSize(shape) * shape.input.channels, build);
}

/** A convolution along one row reads its input in place, except where it meets the padding. */
function oneRowScratch(shape: Convolution, build: KernelBuild): number {
  const { channels } = shape.input;
  const padding = shape.padding.width;
  const totalPadding = (shape.output.width - 1) * shape.stride.width + shape.filter.width - shape.input.width;
  const asymmetry = totalPadding % 2;
  const outputsIn = (columns: number) =>
    Math.max(1, Math.trunc((columns + shape.stride.width - 1) / shape.stride.width));
  const right = padding + asymmetry === 0 ? 0 : outputsIn(padding + asymmetry);
  const left = padding === 0 ? 0 : outputsIn(padding);
  const inside = Math.max(shape.output.width - (right + left), 0);
  if (right + inside + left !== shape.output.width) return columns8(filterSize(shape) * channels, build);
  const windowElements = shape.filter.width * channels;
  const paddingLeft = padding * channels;
  const paddingRight = asymmetry === 0 ? paddingLeft : right * channels;
  return Math.max(windowElements + paddingLeft, windowElements - channels + paddingRight);
}

/** int16 convolution with int8 weights. */
export function convolutionScratch16(shape: Convolution, build: KernelBuild): number {
  const elements = filterSize(shape) * shape.input.channels;
  return build.vectors === 'mve' ? 8 * alignUp(elements, 8) : 4 * elements;
}

/** int8 depthwise convolution, with weights of int8 or packed int4. */
export function depthwiseScratch8(shape: Convolution, build: KernelBuild, isPacked = false): number {
  if (
    !isPacked &&
    build.vectors === 'mve' &&
    shape.input.channels === 1 &&
    shape.output.channels > oneInputThresholdChannels
  ) {
    return convolutionScratch8(shape, build) + shape.output.channels * filterSize(shape);
  }
  if (shape.input.channels !== shape.output.channels || shape.batch !== 1 || !isUndilated(shape)) return 0;
  if (build.vectors === 'mve') return 4 * depthwiseBlockChannels * filterSize(shape);
  if (isPacked) return 2 * shape.input.channels * filterSize(shape);
  const isThreeByThree = shape.filter.height === 3 && shape.filter.width === 3;
  if (isThreeByThree && shape.padding.height <= 1 && shape.padding.width <= 1) return 0;
  return build.vectors === 'dsp' ? 2 * shape.input.channels * filterSize(shape) : 0;
}

/** What a pointer of 32 bits reaches: a stride of millions in a small file asks for more, and how much more does not matter. */
const addressableBytes = 2 ** 32;

/** int8 transposed convolution: working columns, then the reversed filter; both buffers exist even when empty. */
export function transposedScratch8(shape: Convolution, build: KernelBuild): readonly [number, number] {
  const { channels } = shape.input;
  const isReversed = shape.stride.width <= 2 && shape.stride.height <= 2 && channels > reverseThresholdChannels;
  if (isReversed) {
    const elements = filterSize(shape) * channels;
    return [columns8(elements, build), elements * shape.output.channels];
  }
  // The library takes the vertical stride for the horizontal one here.
  const rowElements =
    ((shape.input.width - 1) * shape.stride.width + Math.max(shape.filter.width, shape.stride.height)) *
    shape.output.channels;
  const rows = Math.max(shape.filter.height, shape.stride.height);
  return [Math.min(4 * rowElements * rows, addressableBytes), 0];
}

/** Sums of a dense layer's weights, which MVE kernels take from memory. */
export function kernelSums(outputs: number, build: KernelBuild): number {
  return build.vectors === 'mve' ? 4 * outputs : 0;
}

/** Average pooling of int8 and int16. */
export function averagePoolScratch(channels: number, build: KernelBuild): number {
  return build.vectors === 'dsp' ? 4 * channels : 0;
}
