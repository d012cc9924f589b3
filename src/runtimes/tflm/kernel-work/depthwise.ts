import { type Convolution, convolution } from '../convolution.ts';
import { axis, pixelsOf, tapsInside } from './convolution.ts';
import { matrixWork } from './matrix.ts';
import { positionsInside } from './window.ts';
import type { NamedWork, Situation, Work } from './work-rule.ts';

/** Channels that the MVE kernel gathers at a time, and above how many a one-channel input is convolved (as built by gcc): CMSIS-NN 99f736a, arm_nnsupportfunctions.h. */
const mveChannels = 124;
const convolvedAbove = 1;

/** `DEPTHWISE_CONV_2D`: which of CMSIS-NN's kernels `arm_depthwise_conv_wrapper_s8` chooses, else the reference loops. */
export function depthwiseWork({ graph, operator, type, build }: Situation): NamedWork | undefined {
  if (operator.type !== 'DEPTHWISE_CONV_2D') return undefined;
  const shape = convolution(graph, operator);
  if (shape === undefined) return { name: 'depthwise', work: {} };
  if (type !== 'int8' || build.library !== 'cmsis-nn') return { name: 'depthwise', work: reference(shape) };
  const { batch, input, output, filter, padding, dilation } = shape;
  const isMve = build.vectors === 'mve';
  if (isMve && input.channels === 1 && output.channels > convolvedAbove)
    return { name: 'depthwise-as-conv', work: asConvolution(shape) };
  const isPlain = batch === 1 && dilation.height === 1 && dilation.width === 1;
  if (isPlain && input.channels === output.channels) {
    if (isMve) return { name: 'depthwise', work: vectors(shape) };
    const isThree = filter.height === 3 && filter.width === 3 && padding.height <= 1 && padding.width <= 1;
    if (!isThree && build.vectors === 'none') return { name: 'depthwise-multiplied', work: reference(shape) };
    return isThree ? { name: 'depthwise-3x3', work: threeByThree(shape) } : { name: 'depthwise', work: words(shape) };
  }
  const multiplier = output.channels / input.channels;
  return isPlain && multiplier % 4 === 0
    ? { name: 'depthwise-by-four', work: byFour(shape) }
    : { name: 'depthwise-multiplied', work: reference(shape) };
}

/** `arm_depthwise_conv_3x3_s8`: four channels at a time, padding left out, the other channels one by one. */
function threeByThree(shape: Convolution): Work {
  const rows = positionsInside(axis(shape, 'height'));
  const taps = tapsInside(shape);
  const rest = shape.output.channels % 4;
  const blocks = (shape.output.channels - rest) / 4;
  return {
    perPixel: pixelsOf(shape),
    perMac: taps * blocks * 4,
    perTailMac: taps * rest,
    perRow: rows * shape.output.width * blocks,
    perOutputBlock: pixelsOf(shape) * blocks,
    perSingleOutput: pixelsOf(shape) * rest,
  };
}

/** `arm_depthwise_conv_s8_opt` with DSP instructions: the window is widened to 16 bits, then two filter positions and four channels at a time. */
function words(shape: Convolution): Work {
  const { filter, output } = shape;
  const pixels = pixelsOf(shape);
  const taps = filter.height * filter.width;
  const inside = tapsInside(shape);
  const rest = output.channels % 4;
  const full = output.channels - rest;
  return {
    perPixel: pixels,
    perTap: inside,
    perPaddedTap: pixels * taps - inside,
    perPatch: inside * output.channels,
    perPatchTail: (pixels * taps - inside) * output.channels,
    perMac: pixels * full * (taps - (taps % 2)),
    perTailMac: pixels * full * (taps % 2) + pixels * rest * taps,
  };
}

/** `arm_depthwise_conv_s8_opt` with MVE: blocks of channels gathered, then four positions or one, four channels at a time. */
function vectors(shape: Convolution): Work {
  const { filter, output } = shape;
  const pixels = pixelsOf(shape);
  const taps = filter.height * filter.width;
  const blocks = [...Array(Math.ceil(output.channels / mveChannels)).keys()].map((block) =>
    Math.min(mveChannels, output.channels - block * mveChannels),
  );
  const sum = (count: (channels: number) => number) => blocks.reduce((all, channels) => all + count(channels), 0);
  const quads = sum((channels) => Math.ceil(channels / 4));
  const [grouped, single] = [Math.floor(pixels / 4), pixels % 4];
  return {
    perPixel: pixels * blocks.length,
    perTap: pixels * taps * blocks.length,
    perTapVector: pixels * taps * sum((channels) => Math.ceil(channels / 16)),
    perVector: grouped * quads * taps,
    perSingleVector: single * quads * taps,
    perOutputBlock: grouped * quads,
    perSingleOutput: single * quads,
  };
}

/** `depthwise_conv_s8_mult_4`: four channels of one input channel at a time, padding left out. */
function byFour(shape: Convolution): Work {
  const { output, input } = shape;
  const rows = positionsInside(axis(shape, 'height')) * output.width;
  return {
    perMac: tapsInside(shape) * output.channels,
    perRow: (rows * output.channels) / 4,
    perPixel: pixelsOf(shape),
    perChannel: pixelsOf(shape) * input.channels,
  };
}

/** One channel at a time, padding left out or visited in vain. */
function reference(shape: Convolution): Work {
  const { output, filter } = shape;
  const outputs = pixelsOf(shape) * output.channels;
  const inside = tapsInside(shape) * output.channels;
  return {
    perMac: inside,
    perPaddedTap: outputs * filter.height * filter.width - inside,
    perRow: outputs * filter.height,
    perPixel: pixelsOf(shape),
  };
}

/** With one input channel a depthwise convolution is a convolution, its weights transposed first. */
function asConvolution(shape: Convolution): Work {
  const { filter, output } = shape;
  const pixels = pixelsOf(shape);
  const taps = filter.height * filter.width;
  const groups = [
    { rows: 4, calls: Math.floor(pixels / 4) },
    { rows: pixels % 4, calls: pixels % 4 === 0 ? 0 : 1 },
  ];
  return {
    ...matrixWork(groups, output.channels, taps, 'mve'),
    perPixel: pixels,
    perTap: pixels * taps,
    perTapVector: pixels * taps,
    perWeight: taps * output.channels,
  };
}
