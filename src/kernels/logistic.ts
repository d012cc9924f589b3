import { logisticOf, tanhOf } from './arithmetic/exponential.ts';
import { divideByPowerOfTwo, requantize } from './arithmetic/fixed-point.ts';
import { int8Scaling, logisticInt16, powerOfTwo, tableScaling, tanhInt16 } from './arithmetic/sigmoid.ts';
import type { Kernel, Node } from './kernel.ts';
import { input, output, refuse, refuseTypes } from './refuse.ts';

/** LOGISTIC in int8, int16 and float. */
export const logistic: Kernel = (node) =>
  curve(node, {
    float: logisticFloat,
    int8: (value) => divideByPowerOfTwo(logisticOf(value, 4), 23) - 128,
    int16: (scale) => {
      const scaling = tableScaling(scale, false);
      return (value) => logisticInt16(value, scaling);
    },
    zeroPoint: -128,
  });

/** TANH in int8, int16 and float. */
export const tanh: Kernel = (node) =>
  curve(node, {
    float: Math.tanh,
    int8: (value) => divideByPowerOfTwo(tanhOf(value, 4), 24),
    int16: (scale) => {
      const scaling = tableScaling(scale, true);
      return (value) => tanhInt16(value, scaling);
    },
  });

interface Curve {
  readonly float: (value: number) => number;
  /** From Q4 to the output's integer. */
  readonly int8: (value: number) => number;
  /** By input scale: from the input's integer to the output's. */
  readonly int16: (scale: number) => (value: number) => number;
  /** The zero point that an int8 output must have. */
  readonly zeroPoint?: number;
}

function curve(node: Node, { float, int8, int16, zeroPoint }: Curve): () => void {
  const value = input(node, 0);
  const result = output(node);
  const from = value.values;
  const to = result.values;
  if (from instanceof Float32Array && to instanceof Float32Array) {
    return () => {
      for (let index = 0; index < to.length; index++) to[index] = float(from[index] as number);
    };
  }
  if (from instanceof Int8Array && to instanceof Int8Array) {
    if (zeroPoint !== undefined && result.zeroPoint !== zeroPoint) {
      refuse(node, `its int8 output needs the zero point ${zeroPoint}`);
    }
    const table = int8Table(value.scale, value.zeroPoint, int8);
    return () => {
      for (let index = 0; index < to.length; index++) to[index] = table[(from[index] as number) & 0xff] as number;
    };
  }
  if (from instanceof Int16Array && to instanceof Int16Array) {
    if (value.zeroPoint !== 0 || result.zeroPoint !== 0 || powerOfTwo(result.scale) !== -15) {
      refuse(node, 'its int16 output needs the scale 1/32768, and both zero points have to be 0');
    }
    const element = int16(value.scale);
    return () => {
      for (let index = 0; index < to.length; index++) to[index] = element(from[index] as number);
    };
  }
  return refuseTypes(node, value.dtype, result.dtype);
}

/** The function of every int8, by the input's byte. Beyond the radius the result is the least or the greatest int8. */
function int8Table(scale: number, zeroPoint: number, int8: (value: number) => number): Int8Array {
  const { multiplier, shift, radius } = int8Scaling(scale);
  const table = new Int8Array(256);
  for (let value = -128; value < 128; value++) {
    const shifted = value - zeroPoint;
    const raw = shifted <= -radius ? -128 : shifted >= radius ? 127 : int8(requantize(shifted, multiplier, shift));
    table[value & 0xff] = raw < -128 ? -128 : raw > 127 ? 127 : raw;
  }
  return table;
}

/** Beyond these bounds the reference kernel takes 1, and the exponential alone. */
export function logisticFloat(value: number): number {
  const f = Math.fround;
  if (value > 16.619047164916992) return 1;
  if (value < -9) return Math.exp(value);
  return 1 / f(1 + f(Math.exp(-value)));
}
