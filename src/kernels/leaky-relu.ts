import { floatAttribute } from '../graph/access.ts';
import { typeRange } from './arithmetic/activation.ts';
import { fixedPoint, requantize } from './arithmetic/fixed-point.ts';
import type { Kernel } from './kernel.ts';
import { operandsOf } from './operands.ts';
import { input, output, refuse, refuseTypes } from './refuse.ts';

/** LEAKY_RELU in int8, int16 and float: one slope for what is negative. */
export const leakyRelu: Kernel = (node) => {
  const value = input(node, 0);
  const result = output(node);
  const from = value.values;
  const to = result.values;
  const alpha = floatAttribute(node.operator, 'alpha', 0);
  if (from instanceof Float32Array && to instanceof Float32Array) {
    return () => {
      for (let index = 0; index < to.length; index++) {
        const element = from[index] as number;
        to[index] = element > 0 ? element : element * alpha;
      }
    };
  }
  if (
    (from instanceof Int8Array && to instanceof Int8Array) ||
    (from instanceof Int16Array && to instanceof Int16Array)
  ) {
    const sign = alpha < 0 ? -1 : 1;
    const slope = fixedPoint(Math.abs(Math.fround(Math.fround(value.scale * alpha) / result.scale)));
    const identity = fixedPoint(Math.fround(value.scale / result.scale));
    const { min, max } = typeRange(result.dtype);
    return () => {
      for (let index = 0; index < to.length; index++) {
        const element = (from[index] as number) - value.zeroPoint;
        const scaled =
          element >= 0
            ? requantize(element, identity.multiplier, identity.shift)
            : sign * requantize(element, slope.multiplier, slope.shift);
        const raw = scaled + result.zeroPoint;
        to[index] = raw < min ? min : raw > max ? max : raw;
      }
    };
  }
  return refuseTypes(node, value.dtype, result.dtype);
};

/** PRELU in int8, int16 (slopes in int8) and float: slopes are broadcast. */
export const prelu: Kernel = (node) => {
  const { first: value, second: slopes, result, firstAt, secondAt } = operandsOf(node, true);
  const from = value.values;
  const alpha = slopes.values;
  const to = result.values;
  const at = (positions: Int32Array | undefined, index: number) =>
    positions === undefined ? index : (positions[index] as number);
  if (from instanceof Float32Array && alpha instanceof Float32Array && to instanceof Float32Array) {
    return () => {
      for (let index = 0; index < to.length; index++) {
        const element = from[at(firstAt, index)] as number;
        to[index] = element >= 0 ? element : element * (alpha[at(secondAt, index)] as number);
      }
    };
  }
  if (
    alpha instanceof Int8Array &&
    ((from instanceof Int8Array && to instanceof Int8Array) || (from instanceof Int16Array && to instanceof Int16Array))
  ) {
    const identity = fixedPoint(value.scale / result.scale);
    const slope = fixedPoint((value.scale * slopes.scale) / result.scale);
    const { min, max } = typeRange(result.dtype);
    return () => {
      for (let index = 0; index < to.length; index++) {
        const element = (from[at(firstAt, index)] as number) - value.zeroPoint;
        const factor = (alpha[at(secondAt, index)] as number) - slopes.zeroPoint;
        const scaled =
          element >= 0
            ? requantize(element, identity.multiplier, identity.shift)
            : requantize(element * factor, slope.multiplier, slope.shift);
        const raw = scaled + result.zeroPoint;
        to[index] = raw < min ? min : raw > max ? max : raw;
      }
    };
  }
  if (value.dtype === 'int16' && slopes.dtype !== 'int8') refuse(node, 'the slopes of an int16 PRELU have to be int8');
  return refuseTypes(node, value.dtype, slopes.dtype, result.dtype);
};
