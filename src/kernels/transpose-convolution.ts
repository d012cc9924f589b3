import type { Range } from './arithmetic/activation.ts';
import { floatActivation, typeRange } from './arithmetic/activation.ts';
import type { Finish } from './arithmetic/channel-scaling.ts';
import { channelScaling, finished, finishOf } from './arithmetic/channel-scaling.ts';
import type { Kernel } from './kernel.ts';
import { float32, input, output, refuse, refuseTypes } from './refuse.ts';
import type { Value } from './values.ts';
import type { Window } from './window.ts';
import { rank4, windowOf } from './window.ts';

/** TRANSPOSE_CONV: int8, int16 with int8 weights, float. The fused activation counts for float only; the output's shape is the tensor's own. */
export const transposeConvolution: Kernel = (node) => {
  const weights = input(node, 1);
  const image = input(node, 2);
  const bias = node.inputs[3];
  const result = output(node);
  const [channels = 1, kernelHeight = 1, kernelWidth = 1, depth = 1] = rank4(node, weights);
  // The window moves over the output, as that of the convolution that this one transposes.
  const window = windowOf(node, result, image, kernelHeight, kernelWidth);
  if (depth !== window.outputChannels || channels !== window.inputChannels) {
    refuse(node, `weights of [${weights.shape.join(', ')}] do not fit its input and output`);
  }
  const from = image.values;
  const to = result.values;
  if (from instanceof Float32Array && to instanceof Float32Array) {
    const kernel = float32(node, weights);
    const biases = bias === undefined ? undefined : float32(node, bias);
    const range = floatActivation(node.operator);
    return () => {
      to.fill(0);
      scatter(from, 0, kernel, to, window, Math.fround);
      finishFloat(to, channels, biases, range);
    };
  }
  if (
    weights.dtype === 'int8' &&
    weights.values instanceof Int8Array &&
    ((from instanceof Int8Array && to instanceof Int8Array) || (from instanceof Int16Array && to instanceof Int16Array))
  ) {
    const kernel = weights.values;
    const wide = image.dtype === 'int16';
    const scaling = { ...channelScaling(node, image, weights, result, channels), range: typeRange(result.dtype) };
    const finish = finishOf(node, scaling, wide ? widened(bias) : bias, wide);
    const sums = new Float64Array(to.length);
    return () => {
      sums.fill(0);
      scatter(from, image.zeroPoint, kernel, sums, window, exact);
      finishSums(sums, to, channels, finish);
    };
  }
  return refuseTypes(node, image.dtype, weights.dtype, result.dtype);
};

const exact = (value: number) => value;

/** Early int16 models have an int16 bias, which the device widens. */
function widened(bias: Value | undefined): Value | undefined {
  if (!(bias?.values instanceof Int16Array)) return bias;
  return { ...bias, dtype: 'int64', values: BigInt64Array.from(bias.values, BigInt) };
}

type Numbers = Int8Array | Int16Array | Float32Array;

/** Every input element adds its product with each weight to the output element that the weight leads to, in the order of the input. */
function scatter(
  from: Numbers,
  zeroPoint: number,
  weights: Int8Array | Float32Array,
  sums: Float32Array | Float64Array,
  window: Window,
  round: (value: number) => number,
): void {
  const { batches, kernelHeight, kernelWidth } = window;
  // The window's input is this operator's output and the other way round.
  const { inputHeight: height, inputWidth: width, inputChannels: channels } = window;
  const { outputHeight: fromHeight, outputWidth: fromWidth, outputChannels: depth } = window;
  let next = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let fromY = 0; fromY < fromHeight; fromY++) {
      for (let fromX = 0; fromX < fromWidth; fromX++) {
        for (let source = 0; source < depth; source++) {
          const value = (from[next++] as number) - zeroPoint;
          for (let row = 0; row < kernelHeight; row++) {
            const y = fromY * window.strideHeight - window.padTop + row;
            if (y < 0 || y >= height) continue;
            for (let across = 0; across < kernelWidth; across++) {
              const x = fromX * window.strideWidth - window.padLeft + across;
              if (x < 0 || x >= width) continue;
              const at = ((batch * height + y) * width + x) * channels;
              for (let channel = 0; channel < channels; channel++) {
                const weight = weights[
                  ((channel * kernelHeight + row) * kernelWidth + across) * depth + source
                ] as number;
                sums[at + channel] = round((sums[at + channel] as number) + value * weight);
              }
            }
          }
        }
      }
    }
  }
}

function finishFloat(to: Float32Array, channels: number, bias: Float32Array | undefined, { min, max }: Range): void {
  for (let index = 0; index < to.length; index++) {
    const value = Math.fround((to[index] as number) + (bias === undefined ? 0 : (bias[index % channels] as number)));
    to[index] = value < min ? min : value > max ? max : value;
  }
}

function finishSums(sums: Float64Array, to: Int8Array | Int16Array, channels: number, finish: Finish): void {
  for (let index = 0; index < to.length; index++) {
    to[index] = finished(sums[index] as number, index % channels, finish);
  }
}
