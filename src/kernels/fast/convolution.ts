import { channelScaling, finishOf } from '../arithmetic/channel-scaling.ts';
import { input, output } from '../refuse.ts';
import type { Window } from '../window.ts';
import { rank4, windowOf } from '../window.ts';
import { isInt8 } from './channel-blocks.ts';
import type { FastKernel } from './kernel.ts';
import type { FastMemory } from './memory.ts';
import type { PaddedImage } from './padded-image.ts';
import { paddedImage } from './padded-image.ts';
import type { Products } from './products.ts';
import { placeProducts } from './products.ts';

/** CONV_2D of int8 activations without groups. */
export const fastConvolution: FastKernel = (node, memory) => {
  const image = input(node, 0);
  const weights = input(node, 1);
  const bias = node.inputs[2];
  const result = output(node);
  const [channels = 1, kernelHeight = 1, kernelWidth = 1, depth = 1] = rank4(node, weights);
  const window = windowOf(node, image, result, kernelHeight, kernelWidth);
  const from = image.values;
  const to = result.values;
  const kernel = weights.values;
  if (!(from instanceof Int8Array && to instanceof Int8Array && kernel instanceof Int8Array)) return undefined;
  if (
    !weights.constant ||
    bias?.constant === false ||
    window.inputChannels !== depth ||
    !isInt8(image.zeroPoint, result.zeroPoint)
  )
    return undefined;
  const finish = finishOf(node, channelScaling(node, image, weights, result, channels), bias, false);
  return windowProducts(
    memory,
    window,
    image.zeroPoint,
    from,
    to,
    (channel, row, column, index) =>
      kernel[((channel * kernelHeight + row) * kernelWidth + column) * depth + index] as number,
    finish,
  );
};

/** The weight of an output channel at a row and column of the window and an input channel. */
type WindowWeight = (channel: number, row: number, column: number, inputChannel: number) => number;

/** A convolution as products over the rows of its windows, or over single positions where dilation takes those of a row apart. */
export function windowProducts(
  memory: FastMemory,
  window: Window,
  zeroPoint: number,
  from: Int8Array,
  to: Int8Array,
  weight: WindowWeight,
  finish: Products['finish'],
): (() => void) | undefined {
  const image = paddedImage(memory, window, zeroPoint);
  if (image === undefined) return undefined;
  const { kernelHeight, kernelWidth, inputChannels, dilationWidth } = window;
  const runsPerRow = dilationWidth === 1 ? 1 : kernelWidth;
  const plan = placeProducts(memory, {
    windowStarts: image.windowStarts,
    runStarts: Int32Array.from({ length: kernelHeight * runsPerRow }, (_, run) =>
      image.tapAt(Math.floor(run / runsPerRow), run % runsPerRow),
    ),
    runElements: (kernelWidth / runsPerRow) * inputChannels,
    weight: (channel, run, element) =>
      weight(
        channel,
        Math.floor(run / runsPerRow),
        (run % runsPerRow) + Math.floor(element / inputChannels),
        element % inputChannels,
      ),
    finish,
  });
  return onImage(memory, image, from, to, (at, target) => memory.kernels.multiply(plan, at, target));
}

/** Makes the image, has `kernel` compute its output behind it and copies that to the tensor. */
export function onImage(
  memory: FastMemory,
  image: Pick<PaddedImage, 'bytes' | 'make'>,
  from: Int8Array,
  to: Int8Array,
  kernel: (image: number, output: number) => void,
): () => void {
  memory.reserveScratch(image.bytes + to.length + 16);
  return () => {
    const at = image.make(from);
    const target = at + image.bytes;
    kernel(at, target);
    to.set(memory.bytes().subarray(target, target + to.length));
  };
}
