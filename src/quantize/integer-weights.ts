import { roundHalfEven } from '../graph/evaluate/elementwise.ts';
import { fastRounding } from './fast-rounding.ts';
import { powerOfTwoFrom } from './integer-parameters.ts';

/** Weights as symmetric int8 with one scale per index along an axis. */
export interface IntegerWeights {
  readonly integers: Int8Array;
  /** float32 values; one, or one per channel. */
  readonly scales: Float32Array;
}

/** Which channel, of those that have a scale each, every weight belongs to. */
export interface WeightChannels {
  readonly count: number;
  readonly channelOf: (index: number) => number;
  /** Weights from a multiple of this on that belong to one channel: what is worked through with one scale. */
  readonly runLength: number;
}

/** One scale for all weights. */
export const oneChannel: WeightChannels = { count: 1, channelOf: () => 0, runLength: Number.POSITIVE_INFINITY };

/** Weights with one scale, one behind the other, from which on WebAssembly takes less time. */
const worthwhileRun = 8;

/** Its neighbours among float64 are 1 apart; no quotient of a weight comes near it. */
const roundingNumber = 1.5 * 2 ** 52;

/** An int32 bias must stay this far from overflowing: sums are added to it. */
const largestInt32Bias = 2 ** 30;

/**
 * Weights as int8 in [-127, 127] with zero point 0 and `scale = max |w| / 127` per channel, as the LiteRT quantisation specification has it
 * (https://ai.google.dev/edge/litert/models/quantization_spec). Where the bias, at scale `inputScale · scale`, would not fit an int32, the channel's scale is enlarged
 * until it does: channels whose weights are all but zero would otherwise lose their bias.
 * @param largestBias how far from 0 a bias may be; a quarter of an int32 by default.
 */
export function integerWeights(
  weights: Float32Array,
  channels: WeightChannels,
  bias?: LayerBias,
  largestBias = largestInt32Bias,
): IntegerWeights {
  return integersFor(weights, channels)(bias, largestBias);
}

/** A bias at scale `inputScale` times that of the weights. */
export interface LayerBias {
  readonly values: Float32Array;
  readonly inputScale: number;
}

/** `integerWeights` of the same weights beside one bias after the other, in less time from the second on: nearly always they are the same integers, which are not to be written to. */
export function integersFor(
  weights: Float32Array,
  channels: WeightChannels,
): (bias: LayerBias | undefined, largestBias?: number) => IntegerWeights {
  const largest = largestWeights(weights, channels);
  let last: IntegerWeights | undefined;
  return (bias, largestBias = largestInt32Bias) => {
    const scales = Float32Array.from(largest, (magnitude, channel) => {
      const wanted = magnitude > 2 ** -110 ? magnitude / 127 : 0;
      const least = bias === undefined ? 0 : Math.abs(bias.values[channel] ?? 0) / largestBias / bias.inputScale;
      return Math.max(wanted, least) || 1;
    });
    if (last === undefined || last.scales.some((scale, channel) => scale !== scales[channel]))
      last = { integers: onScales(weights, scales, channels, -127), scales };
    return last;
  };
}

/**
 * Weights as int8 in [-128, 127] with zero point 0 and scales that are powers of two: for each channel, of the smallest that reaches its largest weight and the next one down,
 * which cuts that and has steps half as large, the one with less squared error; and no smaller than its bias needs.
 */
export function shiftedWeights(
  weights: Float32Array,
  channels: WeightChannels,
  bias?: LayerBias,
  largestBias = largestInt32Bias,
): IntegerWeights {
  const wide = Float32Array.from(largestWeights(weights, channels), (magnitude) =>
    magnitude > 2 ** -110 ? powerOfTwoFrom(magnitude / 128) : 2 ** -7,
  );
  const narrow = wide.map((scale) => scale / 2);
  const errors = [wide, narrow].map((scales) => squaredErrors(weights, scales, channels));
  const scales = wide.map((scale, channel) => {
    const isNarrow = (errors[1]?.[channel] as number) < (errors[0]?.[channel] as number);
    const least = bias === undefined ? 0 : Math.abs(bias.values[channel] ?? 0) / largestBias / bias.inputScale;
    return Math.max(isNarrow ? scale / 2 : scale, least > 0 ? powerOfTwoFrom(least) : 0);
  });
  return { integers: onScales(weights, scales, channels, -128), scales };
}

function squaredErrors(weights: Float32Array, scales: Float32Array, channels: WeightChannels): Float64Array {
  const errors = new Float64Array(scales.length);
  const integers = onScales(weights, scales, channels, -128);
  const { channelOf, runLength } = channels;
  for (let start = 0; start < weights.length; start += runLength) {
    const channel = channelOf(start);
    const scale = scales[channel] as number;
    const end = Math.min(start + runLength, weights.length);
    let error = 0;
    for (let i = start; i < end; i += 1) error += ((weights[i] as number) - (integers[i] as number) * scale) ** 2;
    (errors[channel] as number) += error;
  }
  return errors;
}

function largestWeights(weights: Float32Array, { count, channelOf, runLength }: WeightChannels): Float64Array {
  const largest = new Float64Array(count);
  const fast = runLength >= worthwhileRun ? fastRounding() : undefined;
  if (fast !== undefined) {
    fast.largest(weights, Math.min(runLength, weights.length), (start, magnitude) => {
      const channel = channelOf(start);
      if (magnitude > (largest[channel] as number)) largest[channel] = magnitude;
    });
    return largest;
  }
  for (let start = 0; start < weights.length; start += runLength) {
    const channel = channelOf(start);
    const end = Math.min(start + runLength, weights.length);
    let most = largest[channel] as number;
    for (let i = start; i < end; i += 1) {
      const magnitude = Math.abs(weights[i] as number);
      if (magnitude > most) most = magnitude;
    }
    largest[channel] = most;
  }
  return largest;
}

function onScales(
  weights: Float32Array,
  scales: Float32Array,
  { channelOf, runLength }: WeightChannels,
  smallest: -127 | -128,
): Int8Array {
  const fast = runLength >= worthwhileRun ? fastRounding() : undefined;
  if (fast !== undefined) {
    const scaleOf = (start: number): number => scales[channelOf(start)] as number;
    return fast.round(weights, Math.min(runLength, weights.length), scaleOf, smallest);
  }
  const integers = new Int8Array(weights.length);
  for (let start = 0; start < weights.length; start += runLength) {
    const scale = scales[channelOf(start)] as number;
    const end = Math.min(start + runLength, weights.length);
    for (let i = start; i < end; i += 1) {
      // Adding and taking away a number so large rounds to the nearest integer, halves to even.
      const integer = (weights[i] as number) / scale + roundingNumber - roundingNumber;
      integers[i] = integer > 127 ? 127 : integer < smallest ? smallest : integer;
    }
  }
  return integers;
}

/** A bias as int32 at scale `inputScale · weightScale` per channel, with those scales. */
export function integerBias(
  bias: Float32Array,
  inputScale: number,
  weightScales: Float32Array,
): { readonly integers: Int32Array; readonly scales: Float32Array } {
  const scales = Float32Array.from(bias, (_, channel) => {
    const product = inputScale * (weightScales[weightScales.length === 1 ? 0 : channel] as number);
    return Math.max(product, 2 ** -126);
  });
  const integers = Int32Array.from(bias, (value, channel) => roundHalfEven(value / (scales[channel] as number)));
  return { integers, scales };
}

/** The channels of a tensor of this shape along `axis`. */
export function channelsAlong(shape: readonly number[], axis: number): WeightChannels {
  const runLength = shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  const count = shape[axis] ?? 1;
  return { count, runLength, channelOf: (index) => Math.floor(index / runLength) % count };
}
