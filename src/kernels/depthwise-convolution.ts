import type { Range } from './arithmetic/activation.ts';
import { floatActivation } from './arithmetic/activation.ts';
import type { Finish } from './arithmetic/channel-scaling.ts';
import { channelScaling, finished, finishOf } from './arithmetic/channel-scaling.ts';
import type { Kernel } from './kernel.ts';
import { float32, input, output, refuse, refuseTypes } from './refuse.ts';
import type { Window } from './window.ts';
import { rank4, windowOf } from './window.ts';

/**
 * DEPTHWISE_CONV_2D: int8 activations with int8 or int4 weights, int16 with int8, float; several outputs per input channel.
 * One known difference from the device: CMSIS-NN's general int4 kernel (dilation, or several outputs per channel) takes wrong nibbles where the
 * number of input channels is odd; here they are the right ones.
 */
export const depthwiseConvolution: Kernel = (node) => {
  const image = input(node, 0);
  const weights = input(node, 1);
  const bias = node.inputs[2];
  const result = output(node);
  const [, kernelHeight = 1, kernelWidth = 1, channels = 1] = rank4(node, weights);
  const window = windowOf(node, image, result, kernelHeight, kernelWidth);
  if (channels % window.inputChannels !== 0) {
    refuse(node, `${channels} output channels are no multiple of ${window.inputChannels} input channels`);
  }
  const from = image.values;
  const to = result.values;
  if (from instanceof Float32Array && weights.dtype === 'float32') {
    const kernel = float32(node, weights);
    const biases = bias === undefined ? undefined : float32(node, bias);
    const range = floatActivation(node.operator);
    const target = float32(node, result);
    return () => convolveFloat({ from, weights: kernel, bias: biases, to: target, window, range });
  }
  if (
    (weights.dtype === 'int8' || (weights.dtype === 'int4' && image.dtype === 'int8')) &&
    weights.values instanceof Int8Array &&
    ((from instanceof Int8Array && to instanceof Int8Array) || (from instanceof Int16Array && to instanceof Int16Array))
  ) {
    const kernel = weights.values;
    const scaling = channelScaling(node, image, weights, result, channels);
    const finish = finishOf(node, scaling, bias, image.dtype === 'int16');
    const sums = new Float64Array(channels);
    const layer = { from, zeroPoint: image.zeroPoint, weights: kernel, to, window, finish, sums };
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
  readonly finish: Finish;
  /** Room for the sums of one position. */
  readonly sums: Float64Array;
}

/** For each output position: adds up all channels tap by tap, then finishes them. */
function convolveQuantized(layer: QuantizedLayer): void {
  const { to, window, finish, sums } = layer;
  const { batches, inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, outputChannels } = window;
  const { kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = window;
  let next = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let y = 0; y < outputHeight; y++) {
      for (let x = 0; x < outputWidth; x++) {
        sums.fill(0);
        for (let row = 0; row < kernelHeight; row++) {
          const fromY = y * strideHeight - window.padTop + row * dilationHeight;
          if (fromY < 0 || fromY >= inputHeight) continue;
          for (let across = 0; across < kernelWidth; across++) {
            const fromX = x * strideWidth - window.padLeft + across * dilationWidth;
            if (fromX < 0 || fromX >= inputWidth) continue;
            const at = ((batch * inputHeight + fromY) * inputWidth + fromX) * inputChannels;
            addTap(layer, at, (row * kernelWidth + across) * outputChannels);
          }
        }
        for (let channel = 0; channel < outputChannels; channel++) {
          to[next++] = finished(sums[channel] as number, channel, finish);
        }
      }
    }
  }
}

/** One position of the window: every channel's product joins its sum. */
function addTap({ from, zeroPoint, weights, window, sums }: QuantizedLayer, at: number, weightsAt: number): void {
  const { inputChannels } = window;
  const multiplier = sums.length / inputChannels;
  let channel = 0;
  for (let index = 0; index < inputChannels; index++) {
    const value = (from[at + index] as number) - zeroPoint;
    for (const end = channel + multiplier; channel < end; channel++) {
      sums[channel] = (sums[channel] as number) + value * (weights[weightsAt + channel] as number);
    }
  }
}

interface FloatLayer {
  readonly from: Float32Array;
  readonly weights: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly to: Float32Array;
  readonly window: Window;
  readonly range: Range;
}

/** Products are added in single precision, each product exact (a fused multiply-add), in the order row, column. */
function convolveFloat({ from, weights, bias, to, window, range: { min, max } }: FloatLayer): void {
  const { batches, inputHeight, inputWidth, inputChannels, outputHeight, outputWidth, outputChannels } = window;
  const { kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = window;
  const multiplier = outputChannels / inputChannels;
  let next = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let y = 0; y < outputHeight; y++) {
      for (let x = 0; x < outputWidth; x++) {
        for (let channel = 0; channel < outputChannels; channel++) {
          const source = Math.floor(channel / multiplier);
          let sum = 0;
          for (let row = 0; row < kernelHeight; row++) {
            const fromY = y * strideHeight - window.padTop + row * dilationHeight;
            if (fromY < 0 || fromY >= inputHeight) continue;
            for (let across = 0; across < kernelWidth; across++) {
              const fromX = x * strideWidth - window.padLeft + across * dilationWidth;
              if (fromX < 0 || fromX >= inputWidth) continue;
              const at = ((batch * inputHeight + fromY) * inputWidth + fromX) * inputChannels + source;
              const weight = weights[(row * kernelWidth + across) * outputChannels + channel] as number;
              sum = Math.fround(sum + (from[at] as number) * weight);
            }
          }
          const value = Math.fround(sum + (bias === undefined ? 0 : (bias[channel] as number)));
          to[next++] = value < min ? min : value > max ? max : value;
        }
      }
    }
  }
}
