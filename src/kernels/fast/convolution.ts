import { floatActivation } from '../arithmetic/activation.ts';
import { channelScaling, finishOf } from '../arithmetic/channel-scaling.ts';
import type { Node } from '../kernel.ts';
import { input, output } from '../refuse.ts';
import type { Window } from '../window.ts';
import { rank4, windowOf } from '../window.ts';
import { arithmeticOf } from './arithmetic-of.ts';
import { canBePlaced } from './channel-blocks.ts';
import { float32Elements, int8Elements, int16Elements } from './elements.ts';
import { multiplyFloats, placeFloatProducts } from './float-products.ts';
import type { FastKernel } from './kernel.ts';
import type { FastMemory } from './memory.ts';
import { onImage } from './on-image.ts';
import { paddedImage } from './padded-image.ts';
import { placeProducts, type SumWeights } from './products.ts';
import { windowSums } from './window-sums.ts';

/** CONV_2D of int8 or int16 activations or float, without groups. */
export const fastConvolution: FastKernel = (node, memory) => {
  const weights = input(node, 1);
  const [channels = 1, kernelHeight = 1, kernelWidth = 1, depth = 1] = rank4(node, weights);
  const window = windowOf(node, input(node, 0), output(node), kernelHeight, kernelWidth);
  if (window.inputChannels !== depth || window.outputChannels !== channels) return undefined;
  const bias = node.inputs[2];
  const channelPitch = kernelHeight * kernelWidth * depth;
  const places = { values: weights.values, channelPitch, elementPitch: 1 };
  return convolve(node, memory, window, places, bias !== undefined && bias.dtype !== 'int32');
};

/**
 * A convolution over all input channels.
 * @param weights elements in the order of the window's rows, columns and input channels
 * @param wide whether sums of int16 activations, which wrap at 32 bits, are finished in 64
 */
export function convolve(
  node: Node,
  memory: FastMemory,
  window: Window,
  weights: SumWeights,
  wide: boolean,
): (() => void) | undefined {
  const from = input(node, 0);
  const bias = node.inputs[2];
  const to = output(node);
  const channels = window.outputChannels;
  const arithmetic = arithmeticOf(node);
  if (arithmetic === 'int8') {
    const image = paddedImage(memory, window, to, int8Elements(memory, from.zeroPoint));
    if (image === undefined) return undefined;
    const finish = finishOf(node, channelScaling(node, from, input(node, 1), to, channels), bias, false);
    const plan = placeProducts(memory, windowSums(window, image, weights), finish);
    return onImage(memory, image, from.values, to.values, memory.kernels.multiply, plan);
  }
  if (arithmetic === 'int16') {
    const finish = finishOf(node, channelScaling(node, from, input(node, 1), to, channels), bias, wide);
    const image = canBePlaced(finish) ? paddedImage(memory, window, to, int16Elements(memory)) : undefined;
    if (image === undefined) return undefined;
    const plan = placeProducts(memory, windowSums(window, image, weights), finish);
    const { multiply16, multiplyWide } = memory.kernels;
    return onImage(memory, image, from.values, to.values, wide ? multiplyWide : multiply16, plan);
  }
  if (arithmetic === 'float32') {
    const image = paddedImage(memory, window, to, float32Elements(memory));
    if (image === undefined) return undefined;
    const sums = windowSums(window, image, weights);
    const plan = placeFloatProducts(memory, sums, channels, bias, floatActivation(node.operator));
    return onImage(memory, image, from.values, to.values, multiplyFloats(memory), plan);
  }
  return undefined;
}
