import { intAttribute, stringAttribute } from '../../../graph/access.ts';
import type { NpuRule } from './rule.ts';
import { heightWidthChannels, type OperatorView } from './view.ts';

/** Rules of convolutions and pooling. Source: tflite_supported_operators*.cpp of Vela 5.2.0's compilation core. */

interface Window {
  readonly height: number;
  readonly width: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly isPadded: boolean;
}

function windowOf({ operator, weights, inputs }: OperatorView): Window {
  const filter = heightWidthChannels(weights);
  const isPool = weights === undefined;
  const height = isPool ? intAttribute(operator, 'filter_height', 1) : filter.height;
  const width = isPool ? intAttribute(operator, 'filter_width', 1) : filter.width;
  const strideHeight = intAttribute(operator, 'stride_h', 1);
  const strideWidth = intAttribute(operator, 'stride_w', 1);
  const dilationHeight = intAttribute(operator, 'dilation_h_factor', 1);
  const dilationWidth = intAttribute(operator, 'dilation_w_factor', 1);
  const input = heightWidthChannels(inputs[0]);
  const padding = (extent: number, size: number, stride: number, dilation: number): number =>
    Math.max(0, (Math.ceil(extent / stride) - 1) * stride + (size - 1) * dilation + 1 - extent);
  const isPadded =
    stringAttribute(operator, 'padding', 'SAME') === 'SAME' &&
    padding(input.height, height, strideHeight, dilationHeight) +
      padding(input.width, width, strideWidth, dilationWidth) >
      0;
  return { height, width, strideHeight, strideWidth, dilationHeight, dilationWidth, isPadded };
}

const strideRemedy = 'use strides of at most 3, for example two layers with stride 2';

/** Ethos-U55 and U65: larger strides are unrolled where nothing is padded or dilated. */
export const unrollableStride: NpuRule = {
  must: 'has strides of at most 3, or larger ones without padding and dilation',
  remedy: strideRemedy,
  fails: (view) => {
    if (view.family === 'u85') return undefined;
    const window = windowOf(view);
    const output = heightWidthChannels(view.outputs[0]);
    const isSmall =
      (window.strideWidth <= 3 || output.width === 1) && (window.strideHeight <= 3 || output.height === 1);
    const canUnroll = !window.isPadded && window.dilationHeight === 1 && window.dilationWidth === 1;
    return isSmall || canUnroll ? undefined : `its strides are ${window.strideHeight}x${window.strideWidth}`;
  },
};

/** Ethos-U55 and U65. */
export const smallStride: NpuRule = {
  must: 'has strides of at most 3',
  remedy: strideRemedy,
  fails: (view) => {
    if (view.family === 'u85') return undefined;
    const { strideHeight, strideWidth } = windowOf(view);
    return strideHeight <= 3 && strideWidth <= 3 ? undefined : `its strides are ${strideHeight}x${strideWidth}`;
  },
};

const poolRemedy = 'use a smaller window, or a mean over height and width for a global pool';

export const averagePoolWindow: NpuRule = {
  must: 'has a window of at most 256 rows and 65536 elements, or 8x8 where it is padded',
  remedy: poolRemedy,
  fails: (view) => {
    const { height, width, isPadded } = windowOf(view);
    const holds = isPadded ? height <= 8 && width <= 8 : height <= 256 && height * width <= 65536;
    return holds ? undefined : `it is ${height}x${width}${isPadded ? ' with padding' : ''}`;
  },
};

export const maxPoolWindow: NpuRule = {
  must: 'has a window of at most 256 rows and 65536 elements',
  remedy: poolRemedy,
  fails: (view) => {
    const { height, width } = windowOf(view);
    return height <= 256 && height * width <= 65536 ? undefined : `it is ${height}x${width}`;
  },
};

export const transposedShape: NpuRule = {
  must: 'has an output of input times stride, and without padding what the filter is larger than the stride besides',
  remedy: 'use padding SAME with an output of exactly input times stride',
  fails: (view) => {
    const window = windowOf(view);
    const input = heightWidthChannels(view.inputs[0]);
    const output = heightWidthChannels(view.outputs[0]);
    const isSame = stringAttribute(view.operator, 'padding', 'SAME') === 'SAME';
    const more = (size: number, stride: number): number => (isSame ? 0 : Math.max(0, size - stride));
    return input.height * window.strideHeight + more(window.height, window.strideHeight) === output.height &&
      input.width * window.strideWidth + more(window.width, window.strideWidth) === output.width
      ? undefined
      : `it makes ${output.height}x${output.width} of ${input.height}x${input.width} with strides ${window.strideHeight}x${window.strideWidth}`;
  },
};

/** Ethos-U55 and U65. */
export const transposedStride: NpuRule = {
  must: 'has strides 1x1 or 2x2, or 2 along the only axis that its input and filter have',
  remedy: 'upsample with stride 2x2 (several times for more), or resize and convolve',
  fails: (view) => {
    if (view.family === 'u85') return undefined;
    const { strideHeight: h, strideWidth: w, height, width } = windowOf(view);
    const input = heightWidthChannels(view.inputs[0]);
    const holds =
      (h === 1 && w === 1) ||
      (h === 2 && w === 2) ||
      (h === 2 && w === 1 && input.width === 1 && width === 1) ||
      (h === 1 && w === 2 && input.height === 1 && height === 1);
    return holds ? undefined : `its strides are ${h}x${w}`;
  },
};
