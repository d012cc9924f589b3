import { floatActivation } from '../arithmetic/activation.ts';
import type { Finish } from '../arithmetic/channel-scaling.ts';
import { channelScaling, finishOf } from '../arithmetic/channel-scaling.ts';
import { input, output } from '../refuse.ts';
import type { TypedArray } from '../values.ts';
import type { Window } from '../window.ts';
import { rank4, windowOf } from '../window.ts';
import { arithmeticOf } from './arithmetic-of.ts';
import { blockChannels, canBePlaced, channelBlocks, placeFinish, placePlan } from './channel-blocks.ts';
import { convolve } from './convolution.ts';
import { float32Elements, int8Elements, int16Elements } from './elements.ts';
import { depthwiseFloats, placeFloatProducts } from './float-products.ts';
import type { FastKernel } from './kernel.ts';
import type { FastMemory } from './memory.ts';
import { onImage } from './on-image.ts';
import type { PaddedImage } from './padded-image.ts';
import { paddedImage } from './padded-image.ts';

/** Products of int16 and int8 whose sum always fits into 32 bits. */
const int16Products = 2 ** 31 / (2 ** 15 * 2 ** 7) - 1;

/** DEPTHWISE_CONV_2D of int8 or int16 activations or float. With one input channel it is an ordinary convolution. */
export const fastDepthwiseConvolution: FastKernel = (node, memory) => {
  const from = input(node, 0);
  const weights = input(node, 1);
  const bias = node.inputs[2];
  const to = output(node);
  const [, kernelHeight = 1, kernelWidth = 1, channels = 1] = rank4(node, weights);
  const window = windowOf(node, from, to, kernelHeight, kernelWidth);
  if (window.outputChannels !== channels) return undefined;
  const places = { values: weights.values, channelPitch: 1, elementPitch: channels };
  const arithmetic = arithmeticOf(node);
  // Sums that do not wrap: the plain kernel adds them up without end.
  if (arithmetic === 'int16' && kernelHeight * kernelWidth > int16Products) return undefined;
  if (window.inputChannels === 1) {
    return convolve(node, memory, window, places, arithmetic === 'int16');
  }
  const repeat = channels / window.inputChannels;
  if (arithmetic === 'int8') {
    const image = paddedImage(memory, window, to, int8Elements(memory, from.zeroPoint), repeat, blockChannels);
    if (image === undefined) return undefined;
    const finish = finishOf(node, channelScaling(node, from, weights, to, channels), bias, false);
    const plan = placeDepthwise(memory, image, window, weights.values, finish);
    return onImage(memory, image, from.values, to.values, memory.kernels.depthwise, plan);
  }
  if (arithmetic === 'int16') {
    const finish = finishOf(node, channelScaling(node, from, weights, to, channels), bias, true);
    const elements = int16Elements(memory);
    const image = canBePlaced(finish) ? paddedImage(memory, window, to, elements, repeat, blockChannels) : undefined;
    if (image === undefined) return undefined;
    const plan = placeDepthwise(memory, image, window, weights.values, finish);
    return onImage(memory, image, from.values, to.values, memory.kernels.depthwiseWide, plan);
  }
  if (arithmetic === 'float32') {
    const image = paddedImage(memory, window, to, float32Elements(memory), repeat, blockChannels);
    if (image === undefined) return undefined;
    const sums = {
      windowStarts: image.windowStarts,
      runStarts: tapStarts(image, window),
      runElements: 1,
      weights: places,
    };
    const plan = placeFloatProducts(memory, sums, channels, bias, floatActivation(node.operator));
    return onImage(memory, image, from.values, to.values, depthwiseFloats(memory), plan);
  }
  return undefined;
};

/** Where each position of the window lies, in bytes from its start. */
function tapStarts(image: PaddedImage, { kernelHeight, kernelWidth }: Window): Int32Array {
  return Int32Array.from({ length: kernelHeight * kernelWidth }, (_, tap) =>
    image.tapAt(Math.floor(tap / kernelWidth), tap % kernelWidth),
  );
}

/** Places the weights as assembly/depthwise.ts reads them, two positions of the window together; gives the plan's address. */
function placeDepthwise(
  memory: FastMemory,
  image: PaddedImage,
  window: Window,
  weights: TypedArray,
  finish: Finish,
): number {
  const channels = finish.multipliers.length;
  const blocks = channelBlocks(channels);
  const taps = tapStarts(image, window);
  const pairs = Math.ceil(taps.length / 2);
  const packed = new Int16Array(blocks.length * pairs * 2 * blockChannels);
  for (const [block, first] of blocks.entries()) {
    for (let lane = 0; lane < Math.min(blockChannels, channels - first); lane++) {
      for (let tap = 0; tap < taps.length; tap++) {
        const at = ((block * pairs + (tap >> 1)) * blockChannels + lane) * 2 + (tap & 1);
        packed[at] = Number(weights[tap * channels + first + lane]);
      }
    }
  }
  // An odd last position is paired with the first one, under weights of 0.
  const paired = new Int32Array(2 * pairs).fill(taps[0] ?? 0);
  paired.set(taps);
  const placed = placeFinish(memory, finish);
  return placePlan(
    memory,
    memory.place(image.windowStarts),
    image.windowStarts.length,
    memory.place(paired),
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
