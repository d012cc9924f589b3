import { intAttribute, intsAttribute } from '../access.ts';
import type { DataType } from '../data-type.ts';
import {
  type ConstantValue,
  constantOf,
  countOf,
  type Elements,
  isBigElements,
  isCountable,
  newElements,
  numbersOf,
} from './constant-value.ts';
import { roundHalfEven } from './elementwise.ts';
import type { Evaluator } from './evaluator.ts';
import { broadcastStrides, forEachOffset, normalAxis, stridesOf } from './indexing.ts';

/** Names of ONNX element types by their number (`TensorProto.DataType`, onnx.proto3), as far as `Cast` is computed here. */
const castTargets: Readonly<Record<number, DataType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
};

/** A value in another element type; `undefined` where the result would depend on the runtime (a float outside the integer's range). */
function castValue(value: ConstantValue, dtype: DataType): ConstantValue | undefined {
  if (value.dtype === dtype) return value;
  if (value.dtype === 'float16' || value.dtype === 'bfloat16' || !isCountable(dtype)) return undefined;
  if (dtype === 'float16' || dtype === 'bfloat16') return undefined;
  const elements = newElements(dtype, value.elements.length) as Elements & { [index: number]: number | bigint };
  const toFloat = dtype === 'float32' || dtype === 'float64';
  for (let i = 0; i < elements.length; i++) {
    const from = value.elements[i] as number | bigint;
    if (dtype === 'bool') elements[i] = Number(Number(from) !== 0);
    else if (isBigElements(elements)) {
      if (typeof from === 'number' && !Number.isSafeInteger(Math.trunc(from))) return undefined;
      elements[i] = typeof from === 'bigint' ? from : BigInt(Math.trunc(from));
    } else {
      const number = toFloat ? Number(from) : Math.trunc(Number(from));
      elements[i] = number;
      if (!toFloat && elements[i] !== number) return undefined;
    }
  }
  return { dtype, shape: value.shape, elements };
}

const cast: Evaluator = ({ operator, inputs: [data] }) => {
  const dtype = castTargets[intAttribute(operator, 'to', 0)];
  const result = data && dtype && castValue(data, dtype);
  return result && [result];
};

const reduce =
  (operation: (left: number, right: number) => number, start: number | undefined): Evaluator =>
  ({ operator, inputs: [data, given] }) => {
    const numbers = data && numbersOf(data);
    if (data === undefined || numbers === undefined || numbers.length === 0) return undefined;
    const listed = given === undefined ? intsAttribute(operator, 'axes') : numbersOf(given);
    if (listed?.length === 0 && intAttribute(operator, 'noop_with_empty_axes', 0) !== 0) return [data];
    const rank = data.shape.length;
    const axes = new Set(listed?.length ? listed.map((axis) => normalAxis(axis, rank)) : data.shape.map((_, i) => i));
    const kept = data.shape.map((extent, axis) => (axes.has(axis) ? 1 : extent));
    const totals = new Array<number | undefined>(countOf(kept)).fill(start);
    const strides = stridesOf(kept).map((stride, axis) => (axes.has(axis) ? 0 : stride));
    forEachOffset(data.shape, strides, 0, (offset, index) => {
      const total = totals[offset];
      const next = numbers[index] as number;
      totals[offset] = total === undefined ? next : operation(total, next);
    });
    const keep = intAttribute(operator, 'keepdims', 1) !== 0;
    const shape = keep ? kept : data.shape.filter((_, axis) => !axes.has(axis));
    const isInteger = data.dtype !== 'float32' && data.dtype !== 'float64';
    if (isInteger && totals.some((total) => !Number.isSafeInteger(total))) return undefined;
    return [constantOf(data.dtype, shape, totals as number[])];
  };

const integerLimits: Readonly<Partial<Record<DataType, readonly [number, number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

/** `saturate(round(x / scale) + zero point)`, the division in float32 as ONNX Runtime does it. */
const quantizeLinear: Evaluator = ({ operator, inputs: [data, scale, zeroPoint] }) => {
  if (data?.dtype !== 'float32' || scale?.dtype !== 'float32') return undefined;
  if (intAttribute(operator, 'block_size', 0) !== 0 || operator.attributes.output_dtype !== undefined) return undefined;
  const dtype = zeroPoint?.dtype ?? 'uint8';
  const limits = integerLimits[dtype];
  const axis = normalAxis(intAttribute(operator, 'axis', 1), data.shape.length);
  const perAxis = scale.elements.length > 1;
  if (limits === undefined || (perAxis && (axis === undefined || data.shape[axis] !== scale.elements.length))) {
    return undefined;
  }
  const shape = perAxis ? data.shape.map((extent, at) => (at === axis ? extent : 1)) : data.shape.map(() => 1);
  const elements = newElements(dtype, data.elements.length) as Int8Array;
  forEachOffset(data.shape, broadcastStrides(shape, data.shape), 0, (channel, index) => {
    const real = Math.fround((data.elements[index] as number) / (scale.elements[channel] as number));
    const integer = roundHalfEven(real) + Number(zeroPoint?.elements[channel] ?? 0);
    elements[index] = Math.min(Math.max(integer, limits[0]), limits[1]);
  });
  return [{ dtype, shape: data.shape, elements }];
};

/** Operators that change the element type, reduce or quantise. */
export const convertEvaluators: Readonly<Record<string, Evaluator>> = {
  Cast: cast,
  ReduceSum: reduce((a, b) => a + b, 0),
  ReduceProd: reduce((a, b) => a * b, 1),
  ReduceMax: reduce(Math.max, undefined),
  ReduceMin: reduce(Math.min, undefined),
  QuantizeLinear: quantizeLinear,
};
