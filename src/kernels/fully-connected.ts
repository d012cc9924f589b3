import type { Range } from './arithmetic/activation.ts';
import { floatActivation, quantizedActivation } from './arithmetic/activation.ts';
import type { ChannelScaling, Finish } from './arithmetic/channel-scaling.ts';
import { channelScaling, finished, finishOf } from './arithmetic/channel-scaling.ts';
import { fixedPoint } from './arithmetic/fixed-point.ts';
import { dotFloat } from './convolution.ts';
import type { Kernel, Node } from './kernel.ts';
import { float32, input, output, refuse, refuseTypes } from './refuse.ts';
import type { Value } from './values.ts';

/** FULLY_CONNECTED: int8 activations with int8 or int4 weights, int16 with int8, float. */
export const fullyConnected: Kernel = (node) => {
  const vectors = input(node, 0);
  const weights = input(node, 1);
  const bias = node.inputs[2];
  const result = output(node);
  const depth = weights.shape.at(-1) ?? 1;
  const channels = result.shape.at(-1) ?? 1;
  if (weights.values.length < depth * channels || vectors.values.length * channels < result.values.length * depth) {
    refuse(
      node,
      `weights of [${weights.shape.join(', ')}] do not fit ${vectors.values.length} inputs and ${channels} outputs`,
    );
  }
  const from = vectors.values;
  const to = result.values;
  if (from instanceof Float32Array && weights.dtype === 'float32') {
    const matrix = float32(node, weights);
    const biases = bias === undefined ? undefined : float32(node, bias);
    const range = floatActivation(node.operator);
    const target = float32(node, result);
    return () => connectFloat({ from, weights: matrix, bias: biases, to: target, depth, channels, range });
  }
  if (
    (weights.dtype === 'int8' || (weights.dtype === 'int4' && vectors.dtype === 'int8')) &&
    weights.values instanceof Int8Array &&
    ((from instanceof Int8Array && to instanceof Int8Array) || (from instanceof Int16Array && to instanceof Int16Array))
  ) {
    const matrix = weights.values;
    const scaling = denseScaling(node, vectors, weights, bias, result, channels);
    const finish = finishOf(node, scaling, bias, vectors.dtype === 'int16');
    const weightZero = denseWeightZero(vectors, weights, result, depth);
    const { zeroPoint } = vectors;
    return () => connectQuantized({ from, zeroPoint, weights: matrix, weightZero, to, depth, channels, finish });
  }
  return refuseTypes(node, vectors.dtype, weights.dtype, result.dtype);
};

/** What is taken off the weights. CMSIS-NN does so only on its int8 dense path: not as a 1×1 convolution, not for int4 nor int16. */
export function denseWeightZero(vectors: Value, weights: Value, result: Value, depth: number): number {
  const asConvolution = result.shape.length > 2 && depth % 4 === 0;
  return vectors.dtype === 'int8' && weights.dtype === 'int8' && !asConvolution ? weights.zeroPoint : 0;
}

/** A factor per channel for int8; otherwise one, in which input and weight scale are multiplied in single precision (`GetQuantizedConvolutionMultipler`). */
export function denseScaling(
  node: Node,
  vectors: Value,
  weights: Value,
  bias: Value | undefined,
  result: Value,
  channels: number,
): ChannelScaling {
  if ((weights.quantization?.scale.length ?? 0) > 1) {
    if (vectors.dtype !== 'int8' || weights.dtype !== 'int8') refuse(node, 'weights quantised per channel need int8');
    return channelScaling(node, vectors, weights, result, channels);
  }
  // The device gives up where the bias is scaled otherwise than its sums.
  const apart = bias === undefined ? 0 : Math.abs(vectors.scale * weights.scale - bias.scale);
  if (!(apart / result.scale <= 0.02)) refuse(node, 'the scale of its bias is not that of input × weights');
  const { multiplier, shift } = fixedPoint(Math.fround(vectors.scale * weights.scale) / result.scale);
  return {
    multipliers: new Int32Array(channels).fill(multiplier),
    shifts: new Int32Array(channels).fill(shift),
    zeroPoint: result.zeroPoint,
    range: quantizedActivation(node.operator, result),
  };
}

type Integers = Int8Array | Int16Array;

interface QuantizedLayer {
  readonly from: Integers;
  readonly zeroPoint: number;
  readonly weights: Int8Array;
  readonly weightZero: number;
  readonly to: Integers;
  readonly depth: number;
  readonly channels: number;
  readonly finish: Finish;
}

function connectQuantized(layer: QuantizedLayer): void {
  const { from, zeroPoint, weights, weightZero, to, depth, channels, finish } = layer;
  for (let batch = 0; batch * channels < to.length; batch++) {
    for (let channel = 0; channel < channels; channel++) {
      const sum = dotShifted(from, batch * depth, zeroPoint, weights, channel * depth, weightZero, depth);
      to[batch * channels + channel] = finished(sum, channel, finish);
    }
  }
}

/** The sum of products of two runs, each less its zero point. Doubles hold it exactly. */
export function dotShifted(
  a: Integers,
  aAt: number,
  aZero: number,
  b: Integers,
  bAt: number,
  bZero: number,
  length: number,
): number {
  let sum = 0;
  for (let index = 0; index < length; index++) {
    sum += ((a[aAt + index] as number) - aZero) * ((b[bAt + index] as number) - bZero);
  }
  return sum;
}

interface FloatLayer {
  readonly from: Float32Array;
  readonly weights: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly to: Float32Array;
  readonly depth: number;
  readonly channels: number;
  readonly range: Range;
}

function connectFloat({ from, weights, bias, to, depth, channels, range: { min, max } }: FloatLayer): void {
  for (let batch = 0; batch * channels < to.length; batch++) {
    for (let channel = 0; channel < channels; channel++) {
      const sum = dotFloat(from, batch * depth, weights, channel * depth, depth, 0);
      const value = Math.fround(sum + (bias === undefined ? 0 : (bias[channel] as number)));
      to[batch * channels + channel] = value < min ? min : value > max ? max : value;
    }
  }
}
