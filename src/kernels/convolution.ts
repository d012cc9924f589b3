import type { Range } from './arithmetic/activation.ts';
import { floatActivation } from './arithmetic/activation.ts';
import type { Finish } from './arithmetic/channel-scaling.ts';
import { channelScaling, finished, finishOf } from './arithmetic/channel-scaling.ts';
import type { Kernel } from './kernel.ts';
import { float32, input, output, refuse, refuseTypes } from './refuse.ts';
import type { Window } from './window.ts';
import { rank4, windowOf } from './window.ts';

/** CONV_2D: int8 activations with int8 or int4 weights, int16 with int8, float; groups where the weights have fewer channels than the image. */
export const convolution: Kernel = (node) => {
  const image = input(node, 0);
  const weights = input(node, 1);
  const bias = node.inputs[2];
  const result = output(node);
  const [channels = 1, kernelHeight = 1, kernelWidth = 1, depth = 1] = rank4(node, weights);
  const window = windowOf(node, image, result, kernelHeight, kernelWidth);
  if (window.inputChannels % depth !== 0 || channels % (window.inputChannels / depth) !== 0) {
    refuse(
      node,
      `${window.inputChannels} input channels do not divide into groups of ${depth} for ${channels} outputs`,
    );
  }
  const from = image.values;
  const to = result.values;
  if (from instanceof Float32Array && weights.dtype === 'float32') {
    const kernel = float32(node, weights);
    const biases = bias === undefined ? undefined : float32(node, bias);
    const range = floatActivation(node.operator);
    const target = float32(node, result);
    return () => convolveFloat({ from, weights: kernel, bias: biases, to: target, window, depth, range });
  }
  if (
    (weights.dtype === 'int8' || (weights.dtype === 'int4' && image.dtype === 'int8')) &&
    weights.values instanceof Int8Array &&
    ((from instanceof Int8Array && to instanceof Int8Array) || (from instanceof Int16Array && to instanceof Int16Array))
  ) {
    const kernel = weights.values;
    if (depth !== window.inputChannels && (image.dtype === 'int16' || weights.dtype === 'int4')) {
      refuse(node, 'CMSIS-NN has no groups for int16 activations or int4 weights, and would read past the weights');
    }
    // Only a bias of 64 bits asks for 64-bit sums; without one, int16 activations take the arithmetic of int8.
    const wide = image.dtype === 'int16' && bias !== undefined && bias.dtype !== 'int32';
    const scaling = channelScaling(node, image, weights, result, channels);
    const finish = finishOf(node, scaling, bias, wide);
    const column = new Int16Array(kernelHeight * kernelWidth * window.inputChannels);
    const layer = { from, zeroPoint: image.zeroPoint, weights: kernel, to, window, depth, finish, column };
    return () => convolveQuantized(layer);
  }
  return refuseTypes(node, image.dtype, weights.dtype, result.dtype);
};

type Integers = Int8Array | Int16Array;

interface QuantizedLayer {
  readonly from: Integers;
  readonly zeroPoint: number;
  readonly weights: Int8Array;
  readonly to: Integers;
  readonly window: Window;
  /** Input channels of a group. */
  readonly depth: number;
  readonly finish: Finish;
  /** Room for what a window covers. */
  readonly column: Int16Array;
}

/** For each output position: gathers what the window covers, less the zero point, then multiplies it with each channel's weights. */
function convolveQuantized(layer: QuantizedLayer): void {
  const { weights, to, window, depth, finish, column } = layer;
  const { batches, outputHeight, outputWidth, outputChannels, inputChannels, kernelHeight, kernelWidth } = window;
  const perGroup = outputChannels / (inputChannels / depth);
  const taps = kernelHeight * kernelWidth;
  const length = taps * depth;
  let next = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let y = 0; y < outputHeight; y++) {
      for (let x = 0; x < outputWidth; x++) {
        gather(layer, batch, y, x);
        for (let channel = 0; channel < outputChannels; channel++) {
          const group = Math.floor(channel / perGroup);
          const sum = dot(weights, channel * length, column, group * length, length);
          to[next++] = finished(sum, channel, finish);
        }
      }
    }
  }
}

/** What a window covers, by group, then row, column and channel; the zero point outside the image, which is 0 when it is taken off. */
function gather({ from, zeroPoint, window, depth, column }: QuantizedLayer, batch: number, y: number, x: number): void {
  const { inputHeight, inputWidth, inputChannels, kernelHeight, kernelWidth } = window;
  let next = 0;
  for (let first = 0; first < inputChannels; first += depth) {
    for (let row = 0; row < kernelHeight; row++) {
      const fromY = y * window.strideHeight - window.padTop + row * window.dilationHeight;
      for (let across = 0; across < kernelWidth; across++) {
        const fromX = x * window.strideWidth - window.padLeft + across * window.dilationWidth;
        if (fromY < 0 || fromY >= inputHeight || fromX < 0 || fromX >= inputWidth) {
          column.fill(0, next, next + depth);
          next += depth;
          continue;
        }
        let at = ((batch * inputHeight + fromY) * inputWidth + fromX) * inputChannels + first;
        for (let index = 0; index < depth; index++) column[next++] = (from[at++] as number) - zeroPoint;
      }
    }
  }
}

/** A sum of products in 32 bits, which wraps as on the device. */
function dot(weights: Int8Array, weightsAt: number, column: Int16Array, columnAt: number, length: number): number {
  let sum = 0;
  for (let index = 0; index < length; index++) {
    sum = (sum + Math.imul(weights[weightsAt + index] as number, column[columnAt + index] as number)) | 0;
  }
  return sum;
}

interface FloatLayer {
  readonly from: Float32Array;
  readonly weights: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly to: Float32Array;
  readonly window: Window;
  /** Input channels of a group. */
  readonly depth: number;
  readonly range: Range;
}

/** Products are added in single precision, each product exact (a fused multiply-add), in the order row, column, channel. */
function convolveFloat({ from, weights, bias, to, window, depth, range: { min, max } }: FloatLayer): void {
  const { batches, inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, outputChannels } = window;
  const { kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = window;
  const perGroup = outputChannels / (inputChannels / depth);
  let next = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let y = 0; y < outputHeight; y++) {
      for (let x = 0; x < outputWidth; x++) {
        for (let channel = 0; channel < outputChannels; channel++) {
          const first = Math.floor(channel / perGroup) * depth;
          let sum = 0;
          for (let row = 0; row < kernelHeight; row++) {
            const fromY = y * strideHeight - window.padTop + row * dilationHeight;
            if (fromY < 0 || fromY >= inputHeight) continue;
            for (let across = 0; across < kernelWidth; across++) {
              const fromX = x * strideWidth - window.padLeft + across * dilationWidth;
              if (fromX < 0 || fromX >= inputWidth) continue;
              const at = ((batch * inputHeight + fromY) * inputWidth + fromX) * inputChannels + first;
              const weightsAt = ((channel * kernelHeight + row) * kernelWidth + across) * depth;
              sum = dotFloat(from, at, weights, weightsAt, depth, sum);
            }
          }
          const value = Math.fround(sum + (bias === undefined ? 0 : (bias[channel] as number)));
          to[next++] = value < min ? min : value > max ? max : value;
        }
      }
    }
  }
}

/** `sum` and the products of two runs, rounded to single precision after each addition. */
export function dotFloat(
  a: Float32Array,
  aAt: number,
  b: Float32Array,
  bAt: number,
  length: number,
  sum: number,
): number {
  let total = sum;
  for (let index = 0; index < length; index++) {
    total = Math.fround(total + (a[aAt + index] as number) * (b[bAt + index] as number));
  }
  return total;
}
