import type { Node } from '../kernel.ts';
import { refuse } from '../refuse.ts';
import type { Value } from '../values.ts';
import type { Range } from './activation.ts';
import { quantizedActivation } from './activation.ts';
import { fixedPoint, reducedMultiplier, requantize, requantizeWide } from './fixed-point.ts';

/** How accumulators of a convolution become output integers: a factor per output channel, then the zero point and the clamp. */
export interface ChannelScaling {
  readonly multipliers: Int32Array;
  readonly shifts: Int32Array;
  readonly zeroPoint: number;
  readonly range: Range;
}

/**
 * The factors input scale × weight scale / output scale, one per channel, in double precision (`PopulateConvolutionQuantizationParams`).
 * @throws UserError when the weights have neither one scale nor one per channel
 */
export function channelScaling(
  node: Node,
  image: Value,
  weights: Value,
  result: Value,
  channels: number,
): ChannelScaling {
  const scales = weights.quantization?.scale ?? [];
  if (scales.length !== 1 && scales.length !== channels) {
    refuse(node, `its weights have ${scales.length} scales for ${channels} channels`);
  }
  const [multipliers, shifts] = [new Int32Array(channels), new Int32Array(channels)];
  for (let channel = 0; channel < channels; channel += 1) {
    const scale = scales[scales.length === 1 ? 0 : channel] ?? 0;
    const { multiplier, shift } = fixedPoint((image.scale * scale) / result.scale);
    multipliers[channel] = multiplier;
    shifts[channel] = shift;
  }
  return {
    multipliers,
    shifts,
    zeroPoint: result.zeroPoint,
    range: quantizedActivation(node.operator, result),
  };
}

/**
 * What a channel's sum of products becomes in the output. `bias` is added first; sums of int8 activations wrap at 32 bits.
 * Accumulators with a 64-bit bias (or none, for int16 activations) are `wide`: scaled with the multiplier rounded to 16 bits, rounded once.
 */
export interface Finish extends ChannelScaling {
  /** 32-bit: as they are; 64-bit: as doubles, which hold every bias that a model has room for. */
  readonly bias: Int32Array | Float64Array;
  readonly wide: boolean;
}

/** The finish of a convolution or dense layer with `channels` outputs. @throws UserError when the bias has another type than the device takes */
export function finishOf(node: Node, scaling: ChannelScaling, bias: Value | undefined, wide: boolean): Finish {
  const channels = scaling.multipliers.length;
  if (!wide) {
    if (bias !== undefined && !(bias.values instanceof Int32Array))
      refuse(node, `its bias is ${bias.dtype}, not int32`);
    return { ...scaling, wide, bias: bias?.values instanceof Int32Array ? bias.values : new Int32Array(channels) };
  }
  if (bias !== undefined && !(bias.values instanceof BigInt64Array))
    refuse(node, `its bias is ${bias.dtype}, not int64`);
  return {
    ...scaling,
    wide,
    multipliers: scaling.multipliers.map(reducedMultiplier),
    bias: bias?.values instanceof BigInt64Array ? Float64Array.from(bias.values, Number) : new Float64Array(channels),
  };
}

/** The output integer for one channel's sum of products. */
export function finished(sum: number, channel: number, finish: Finish): number {
  const { bias, multipliers, shifts, zeroPoint, range, wide } = finish;
  const biased = sum + (bias[channel] as number);
  const multiplier = multipliers[channel] as number;
  const shift = shifts[channel] as number;
  const scaled = wide ? requantizeWide(biased, multiplier, shift) : requantize(biased | 0, multiplier, shift);
  const value = scaled + zeroPoint;
  return value < range.min ? range.min : value > range.max ? range.max : value;
}
