import { alignUp } from '../../plan/buffers.ts';
import type { Convolution } from '../convolution.ts';
import type { KernelBuild } from '../kernels.ts';

/*
 * Scratch memory of ESP-NN's kernels, in bytes. Source: espressif/esp-nn d45b843, `esp_nn_get_*_scratch_size_*`, called by espressif/esp-tflite-micro
 * 99f49e1, lite/micro/kernels/esp_nn. Only the ESP32-S3 and the ESP32-P4 have vector kernels; all others run portable C, which needs none.
 */

/** What the S3's and the P4's convolutions keep free to align their buffers. */
const alignmentBytes = { 'esp32-s3': 64, 'esp32-p4': 32 } as const;
/** `L1D_BUDGET` of the P4's convolution: the bytes of input and filter that it works on at once. */
const tileBudgetBytes = 32_768;

/** Input and padding that the S3's 3x3 depthwise kernel copies as a whole; more is copied in strips. */
const wholeInputLimitBytes = 40 * 1024;
/** Filter and input that the S3's depthwise kernel widens to 16 bits as a whole. */
const wholeWideLimitBytes = 48 * 1024;

/** int8 convolution. */
export function espConvolutionScratch(shape: Convolution, build: KernelBuild): number {
  if (build.vectors === 'esp32-s3') return convolutionOfS3(shape);
  return build.vectors === 'esp32-p4' ? convolutionOfP4(shape) : 0;
}

const isPadded = ({ padding }: Convolution) => padding.height > 0 || padding.width > 0;

const isPointwise = (shape: Convolution) =>
  shape.filter.height === 1 &&
  shape.filter.width === 1 &&
  !isPadded(shape) &&
  shape.stride.height === 1 &&
  shape.stride.width === 1;

/** Weights, and input where its channels are filled up to whole vectors; columns where there are enough to transpose. */
function pointwise(shape: Convolution, alignment: number): number {
  const { input, output } = shape;
  const pixels = input.width * input.height;
  const channels = alignUp(input.channels, 8);
  const columns = pixels < 8 ? 0 : 16 * channels;
  return (input.channels % 8 === 0 ? 0 : pixels * channels) + channels * output.channels + columns + alignment;
}

function convolutionOfS3(shape: Convolution): number {
  const { input, filter, output, stride, padding } = shape;
  const alignment = alignmentBytes['esp32-s3'];
  if (isPointwise(shape)) return pointwise(shape, alignment);
  const row = filter.width * input.channels;
  const window = row * filter.height;
  if (row < 16 && window >= 16) {
    const aligned = alignUp(window, 16);
    return output.channels * 4 + 16 + output.channels * aligned + 16 + aligned + alignment;
  }
  const padded = isPadded(shape)
    ? (input.width + 2 * padding.width) * (input.height + 2 * padding.height) * input.channels
    : 0;
  const weights = filter.width * filter.height * alignUp(input.channels, 16) * output.channels;
  const alignedWeights = alignUp(row, 16) * filter.height * output.channels;
  const right = Math.max(0, output.width * stride.width + filter.width - 1 - input.width);
  const bottom = Math.max(0, output.height * stride.height + filter.height - 1 - input.height);
  const border = right > 0 || bottom > 0 ? (input.width + right) * (input.height + bottom) * input.channels : 0;
  return padded + weights + alignedWeights + border + alignment + output.channels * 4;
}

function convolutionOfP4(shape: Convolution): number {
  const { input, filter, output, stride, padding } = shape;
  const alignment = alignmentBytes['esp32-p4'];
  const sums = output.channels * 4;
  if (isPointwise(shape)) {
    return input.channels < 16 ? sums + 16 * output.channels + 32 + alignment : pointwise(shape, alignment);
  }
  const channels = alignUp(input.channels, 16);
  const row = filter.width * input.channels;
  const filterPixels = filter.width * filter.height;
  if (!isPadded(shape) && row >= 16) return filterPixels * channels * output.channels + alignment + sums;
  if (row * filter.height >= 16) return sums + row * filter.height + alignment;
  const widened = alignUp(Math.ceil(16 / filter.width), 16);
  if (!isPadded(shape)) {
    return sums + filterPixels * widened * output.channels + input.width * input.height * widened + alignment;
  }
  const width = input.width + 2 * padding.width;
  const whole = width * (input.height + 2 * padding.height) * input.channels;
  if (whole + sums <= tileBudgetBytes) return whole + filterPixels * channels * output.channels + alignment + sums;
  // Windows of fewer than 16 elements have rows of fewer.
  const weights = filterPixels * widened * output.channels;
  const rowBytes = width * widened;
  const budget = tileBudgetBytes - sums - weights;
  const rows =
    budget > 0 && filter.height * rowBytes <= budget
      ? Math.min(Math.trunc((budget - filter.height * rowBytes) / (stride.height * rowBytes)) + 1, output.height)
      : 1;
  return ((rows - 1) * stride.height + filter.height + 2 * padding.height) * rowBytes + weights + alignment + sums;
}

/** int8 depthwise convolution. */
export function espDepthwiseScratch(shape: Convolution, build: KernelBuild): number {
  if (build.vectors !== 'esp32-s3') return 0;
  const { input, filter, output } = shape;
  const multiplier = Math.trunc(output.channels / input.channels);
  const filterElements = filter.width * filter.height * input.channels * multiplier;
  const inputElements = input.width * input.height * input.channels;
  const wide = 2 * (filterElements + inputElements);
  if (multiplier === 1 && input.channels % 8 === 0) {
    if (filter.width === 3 && filter.height === 3) return depthwiseOfThree(shape, filterElements, wide);
    if (wide <= wholeWideLimitBytes) return wide + 32;
    return 2 * filterElements + 2 * input.width * filter.height * input.channels + 32;
  }
  if (multiplier === 1 && input.channels > 3) return depthwiseFilledUp(shape);
  return multiplier % 4 === 0 ? wide + 32 : 32;
}

/** A window of 3x3 over channels in eights. */
function depthwiseOfThree(shape: Convolution, filterElements: number, wide: number): number {
  const { input, output, stride, padding } = shape;
  const right = output.width * stride.width + 2 - input.width;
  const bottom = output.height * stride.height + 2 - input.height;
  if (input.channels % 16 === 0) {
    const [x, y] = isPadded(shape) ? [2 * padding.width, 2 * padding.height] : [right, bottom];
    if (x === 0 && y === 0) return filterElements + 16;
    const whole = (input.width + x) * (input.height + y) * input.channels;
    return filterElements + (whole <= wholeInputLimitBytes ? whole : (input.width + x) * 3 * input.channels) + 16;
  }
  if (input.channels < 12) return wide + 32;
  const channels = alignUp(input.channels, 16);
  const width = input.width + 2 * padding.width + Math.max(0, right);
  const height = input.height + 2 * padding.height + Math.max(0, bottom);
  return (9 + width * height + output.width * output.height) * channels + 64;
}

/** Channels filled up to eights: weights and input in 16 bits, output, then bias, shift and multiplier of each. */
function depthwiseFilledUp({ input, filter, output }: Convolution): number {
  const channels = alignUp(input.channels, 8);
  const inputStart = alignUp(2 * filter.width * filter.height * channels, 16);
  const outputStart = alignUp(inputStart + 2 * input.width * input.height * channels, 16);
  return alignUp(outputStart + output.width * output.height * channels, 16) + 12 * channels + 16;
}

/** int8 softmax: a number for each element of a row, whose length it takes from the second axis. */
export function espSoftmaxScratch(shape: readonly number[]): number {
  return 4 * (shape[1] ?? 0);
}
