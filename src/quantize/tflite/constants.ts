import { roundHalfEven } from '../../graph/evaluate/elementwise.ts';
import type { Quantization, Tensor } from '../../graph/graph.ts';
import { channelsAlong, integersFor, oneChannel } from '../integer-weights.ts';
import type { Form } from './parameters.ts';
import type { Precision } from './rules.ts';

/** How far a bias may be from 0: int32 sums are added to it, and the device scales 64-bit sums only below 2^47 (`MultiplyByQuantizedMultiplier`). */
const largestBias: Readonly<Record<Precision, number>> = { int8: 2 ** 30, int16: 2 ** 45 };

/** A constant of floats as integers of a form; what it cannot hold saturates. */
export function quantizedConstant(tensor: Tensor, form: Form): Tensor {
  const { dtype, scale, zeroPoint } = form;
  const most = dtype === 'int8' ? 127 : 32767;
  const integers = Array.from(floatsOf(tensor), (value) =>
    Math.max(-most - 1, Math.min(most, roundHalfEven(value / scale) + zeroPoint)),
  );
  const data = dtype === 'int8' ? Int8Array.from(integers) : Int16Array.from(integers);
  return integerTensor(tensor, dtype, data, { scale: [scale], zeroPoint: [zeroPoint], axis: 0 });
}

/** Weights and bias of an operator that multiplies. */
export interface IntegerLayer {
  readonly weights: Tensor;
  readonly bias: Tensor | undefined;
}

/**
 * Weights as symmetric int8 in [-127, 127], a scale per index along `axis` or one for all, and the bias as int32 (int64 beside int16 activations) at scale `input · weights`.
 * Scales of channels whose bias would not fit are enlarged.
 * @param hasBias whether a bias of zeros is made where there is none
 */
export function integerLayer(
  weights: Tensor,
  bias: Tensor | undefined,
  input: Form,
  options: { readonly axis: number | undefined; readonly channels: number; readonly hasBias: boolean },
): IntegerLayer {
  const { axis, channels } = options;
  const values = bias === undefined ? undefined : floatsOf(bias);
  const largest = largestBias[input.dtype];
  const perChannel = axis !== undefined;
  const wholeBias = values === undefined ? undefined : perChannel ? values : Float32Array.of(magnitudeOf(values));
  const { integers, scales } = integersOf(weights, axis)(
    wholeBias === undefined ? undefined : { values: wholeBias, inputScale: input.scale },
    largest,
  );
  const quantization = { scale: [...scales], zeroPoint: [...scales].map(() => 0), axis: axis ?? 0 };
  return {
    weights: integerTensor(weights, 'int8', integers, quantization),
    bias:
      values === undefined && !options.hasBias
        ? undefined
        : integerBiasTensor(bias, values ?? new Float32Array(channels), input, scales),
  };
}

type Integers = ReturnType<typeof integersFor>;

/** By the content of float weights, then by shape and axis of their scales: levers make integers of the same network over and over, with other ranges and biases. */
const known = new WeakMap<Uint8Array, Map<string, Integers>>();

function integersOf(weights: Tensor, axis: number | undefined): Integers {
  const { data, shape = [] } = weights;
  const key = data ?? new Uint8Array(0);
  const layout = `${shape.join()} ${axis}`;
  const byLayout = known.get(key) ?? new Map<string, Integers>();
  known.set(key, byLayout);
  const before = byLayout.get(layout);
  if (before !== undefined) return before;
  const made = integersFor(
    floatsOf(weights),
    axis === undefined ? oneChannel : channelsAlong(shape as readonly number[], axis),
  );
  byLayout.set(layout, made);
  return made;
}

function integerBiasTensor(
  tensor: Tensor | undefined,
  values: Float32Array,
  input: Form,
  weightScales: Float32Array,
): Tensor {
  const scaleAt = (channel: number) => input.scale * (weightScales[weightScales.length === 1 ? 0 : channel] ?? 1);
  const integers = Array.from(values, (value, channel) => roundHalfEven(value / scaleAt(channel)));
  const scale = Array.from(weightScales, (_, channel) => Math.fround(scaleAt(channel)));
  const quantization = { scale, zeroPoint: scale.map(() => 0), axis: 0 };
  const like = tensor ?? { name: 'bias', dtype: 'float32', shape: [values.length] };
  return input.dtype === 'int8'
    ? integerTensor(like, 'int32', Int32Array.from(integers), quantization)
    : integerTensor(like, 'int64', BigInt64Array.from(integers, BigInt), quantization);
}

/** How many times the rounding noise of rows with a scale each one scale for all rows makes: noise goes with the square of the scale. */
export function noiseOfOneScale(weights: Tensor): number {
  const values = floatsOf(weights);
  const rows = Number(weights.shape?.[0] ?? 1);
  const depth = values.length / rows;
  let [largest, sum] = [0, 0];
  for (let row = 0; row < rows; row += 1) {
    const magnitude = magnitudeOf(values.subarray(row * depth, (row + 1) * depth));
    largest = Math.max(largest, magnitude);
    sum += magnitude * magnitude;
  }
  return sum === 0 ? 1 : (rows * largest * largest) / sum;
}

function magnitudeOf(values: Float32Array): number {
  let most = 0;
  for (let index = 0; index < values.length; index += 1) most = Math.max(most, Math.abs(values[index] as number));
  return most;
}

/** The elements of a constant of float32, where they lie if they can be read there: not to be written to. */
export function floatsOf({ data = new Uint8Array(0) }: Tensor): Float32Array {
  const { buffer, byteOffset, byteLength } = data;
  if (byteOffset % Float32Array.BYTES_PER_ELEMENT !== 0) return new Float32Array(data.slice().buffer);
  return new Float32Array(buffer as ArrayBuffer, byteOffset, byteLength / Float32Array.BYTES_PER_ELEMENT);
}

function integerTensor(
  like: Tensor,
  dtype: Tensor['dtype'],
  integers: Int8Array | Int16Array | Int32Array | BigInt64Array,
  quantization: Quantization,
): Tensor {
  const { name, shape } = like;
  return { name, shape, dtype, data: new Uint8Array(integers.buffer), quantization };
}
