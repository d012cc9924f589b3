import { roundAway, typeRange } from './arithmetic/activation.ts';
import { fixedPoint, requantize } from './arithmetic/fixed-point.ts';
import type { Kernel } from './kernel.ts';
import { input, output, refuse, refuseTypes } from './refuse.ts';

/** RELU in int8, int16 and float; integers are rescaled. */
export const relu: Kernel = (node) => {
  const value = input(node, 0);
  const result = output(node);
  const from = value.values;
  const to = result.values;
  if (from instanceof Float32Array && to instanceof Float32Array) return () => clampEach(from, to, 0, Infinity);
  if (
    (from instanceof Int8Array && to instanceof Int8Array) ||
    (from instanceof Int16Array && to instanceof Int16Array)
  ) {
    if (value.dtype === 'int16' && (value.zeroPoint !== 0 || result.zeroPoint !== 0)) {
      refuse(node, 'the zero points of an int16 RELU have to be 0');
    }
    const { multiplier, shift } = fixedPoint(Math.fround(value.scale / result.scale));
    const range = typeRange(result.dtype);
    const min = Math.max(range.min, result.zeroPoint);
    return () => {
      for (let index = 0; index < to.length; index++) {
        const scaled = requantize((from[index] as number) - value.zeroPoint, multiplier, shift) + result.zeroPoint;
        to[index] = scaled < min ? min : scaled > range.max ? range.max : scaled;
      }
    };
  }
  return refuseTypes(node, value.dtype, result.dtype);
};

/** RELU6 in int8, int16 and float; integers are clamped on the input's scale, which the output has to share. */
export const relu6: Kernel = (node) => {
  const value = input(node, 0);
  const result = output(node);
  const from = value.values;
  const to = result.values;
  if (from instanceof Float32Array && to instanceof Float32Array) return () => clampEach(from, to, 0, 6);
  if (
    (from instanceof Int8Array && to instanceof Int8Array) ||
    (from instanceof Int16Array && to instanceof Int16Array)
  ) {
    const range = typeRange(value.dtype);
    const six = roundAway(Math.fround(6 / value.scale)) + value.zeroPoint;
    return () => clampEach(from, to, value.zeroPoint, Math.max(range.min, Math.min(range.max, six)));
  }
  return refuseTypes(node, value.dtype, result.dtype);
};

type Numbers = Int8Array | Int16Array | Float32Array;

function clampEach(from: Numbers, to: Numbers, min: number, max: number): void {
  for (let index = 0; index < to.length; index++) {
    const value = from[index] as number;
    to[index] = value > max ? max : value < min ? min : value;
  }
}
