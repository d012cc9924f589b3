import { stringAttribute } from '../../graph/access.ts';
import type { DataType } from '../../graph/data-type.ts';
import type { Operator } from '../../graph/graph.ts';
import type { Value } from '../values.ts';

/** The least and the greatest value that a result is clamped to. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The range of an integer type. @throws RangeError for types that kernels never clamp to */
export function typeRange(dtype: DataType): Range {
  if (dtype === 'int8') return { min: -128, max: 127 };
  if (dtype === 'uint8') return { min: 0, max: 255 };
  if (dtype === 'int16') return { min: -32768, max: 32767 };
  if (dtype === 'uint16') return { min: 0, max: 65535 };
  if (dtype === 'int32') return { min: -2147483648, max: 2147483647 };
  throw new RangeError(`${dtype} is not an integer type of a kernel`);
}

const bounds: Readonly<Record<string, Range>> = {
  RELU: { min: 0, max: Number.POSITIVE_INFINITY },
  RELU6: { min: 0, max: 6 },
  RELU_N1_TO_1: { min: -1, max: 1 },
};

/** The fused activation's range in real numbers (`CalculateActivationRange`); functions that are no clamp are not applied, as on the device. */
export function floatActivation(operator: Operator): Range {
  const unbounded = { min: -3.4028234663852886e38, max: 3.4028234663852886e38 };
  const { min, max } = bounds[stringAttribute(operator, 'fused_activation_function', 'NONE')] ?? unbounded;
  return { min: Math.max(min, unbounded.min), max: Math.min(max, unbounded.max) };
}

/** The fused activation's range for int32 that is not quantised. */
export function integerActivation(operator: Operator): Range {
  const range = bounds[stringAttribute(operator, 'fused_activation_function', 'NONE')];
  const type = typeRange('int32');
  return { min: range?.min ?? type.min, max: Math.min(range?.max ?? type.max, type.max) };
}

/** The fused activation's range in the output's integers (`CalculateActivationRangeQuantized`). */
export function quantizedActivation(operator: Operator, output: Value): Range {
  const type = typeRange(output.dtype);
  const range = bounds[stringAttribute(operator, 'fused_activation_function', 'NONE')];
  if (range === undefined) return type;
  const quantized = (real: number) => output.zeroPoint + roundAway(Math.fround(real / output.scale));
  return {
    min: Math.max(type.min, quantized(range.min)),
    max: range.max === Number.POSITIVE_INFINITY ? type.max : Math.min(type.max, quantized(range.max)),
  };
}

/** C's `round`: to the nearest integer, halves away from zero. */
export function roundAway(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

/** `value` within the range. */
export function clamp(value: number, min: number, max: number): number {
  return value < min ? min : value > max ? max : value;
}
