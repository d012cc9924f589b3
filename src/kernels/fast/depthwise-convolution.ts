import type { Finish } from '../arithmetic/channel-scaling.ts';
import { channelScaling, finishOf } from '../arithmetic/channel-scaling.ts';
import { input, output } from '../refuse.ts';
import type { Window } from '../window.ts';
import { rank4, windowOf } from '../window.ts';
import { blockChannels, channelBlocks, isInt8, placeFinish, placePlan } from './channel-blocks.ts';
import { onImage, windowProducts } from './convolution.ts';
import type { FastKernel } from './kernel.ts';
import type { FastMemory } from './memory.ts';
import type { PaddedImage } from './padded-image.ts';
import { paddedImage } from './padded-image.ts';

/** DEPTHWISE_CONV_2D of int8 activations. With one input channel it is an ordinary convolution. */
export const fastDepthwiseConvolution: FastKernel = (node, memory) => {
  const image = input(node, 0);
  const weights = input(node, 1);
  const bias = node.inputs[2];
  const result = output(node);
  const [, kernelHeight = 1, kernelWidth = 1, channels = 1] = rank4(node, weights);
  const window = windowOf(node, image, result, kernelHeight, kernelWidth);
  const from = image.values;
  const to = result.values;
  const kernel = weights.values;
  if (!(from instanceof Int8Array && to instanceof Int8Array && kernel instanceof Int8Array)) return undefined;
  if (!weights.constant || bias?.constant === false || !isInt8(image.zeroPoint, result.zeroPoint)) return undefined;
  const finish = finishOf(node, channelScaling(node, image, weights, result, channels), bias, false);
  if (window.inputChannels === 1) {
    return windowProducts(
      memory,
      window,
      image.zeroPoint,
      from,
      to,
      (channel, row, column) => kernel[(row * kernelWidth + column) * channels + channel] as number,
      finish,
    );
  }
  const padded = paddedImage(memory, window, image.zeroPoint, channels / window.inputChannels, blockChannels);
  if (padded === undefined) return undefined;
  const plan = placeDepthwise(memory, padded, window, kernel, finish);
  return onImage(memory, padded, from, to, (at, target) => memory.kernels.depthwise(plan, at, target));
};

/** Places the weights as assembly/depthwise.ts reads them, two positions of the window together; gives the plan's address. */
function placeDepthwise(
  memory: FastMemory,
  image: PaddedImage,
  window: Window,
  weights: Int8Array,
  finish: Finish,
): number {
  const { kernelWidth, kernelHeight } = window;
  const channels = finish.multipliers.length;
  const blocks = channelBlocks(channels);
  const taps = kernelHeight * kernelWidth;
  const pairs = Math.ceil(taps / 2);
  const tapStarts = Int32Array.from({ length: pairs * 2 }, (_, index) => {
    const tap = Math.min(index, taps - 1);
    return image.tapAt(Math.floor(tap / kernelWidth), tap % kernelWidth);
  });
  const packed = new Int16Array(blocks.length * pairs * 2 * blockChannels);
  for (const [block, first] of blocks.entries()) {
    for (let lane = 0; lane < Math.min(blockChannels, channels - first); lane++) {
      const channel = first + lane;
      for (let tap = 0; tap < taps; tap++) {
        const value = weights[tap * channels + channel] as number;
        packed[((block * pairs + (tap >> 1)) * blockChannels + lane) * 2 + (tap & 1)] = value;
      }
    }
  }
  const placed = placeFinish(memory, finish);
  return placePlan(
    memory,
    memory.place(image.windowStarts),
    image.windowStarts.length,
    memory.place(tapStarts),
    pairs,
    memory.place(packed),
    placed.scaling,
    placed.right,
    placed.blocks,
    placed.blockCount,
    placed.channels,
    placed.low,
    placed.high,
    placed.zeroPoint,
  );
}
