import { roundAway, typeRange } from './arithmetic/activation.ts';
import { fixedPoint, requantize } from './arithmetic/fixed-point.ts';
import type { Kernel } from './kernel.ts';
import { input, output, refuse, refuseTypes } from './refuse.ts';

/** From each type, the types that QUANTIZE goes to (TensorFlow Lite Micro, quantize_common.cc). */
const conversions: Readonly<Record<string, readonly string[]>> = {
  float32: ['int8', 'int16'],
  int32: ['int8', 'int16'],
  int16: ['int8', 'int16', 'int32'],
  int8: ['int8', 'uint8', 'int16', 'int32'],
  uint8: ['int8'],
};

/** QUANTIZE: from float, or from integers with other scales. */
export const quantize: Kernel = (node) => {
  const value = input(node, 0);
  const result = output(node);
  const scales = result.quantization?.scale.length ?? 0;
  if (scales !== 1) refuse(node, `its output has ${scales} scales where one is needed`);
  if (!conversions[value.dtype]?.includes(result.dtype)) return refuseTypes(node, value.dtype, result.dtype);
  const from = value.values as Int8Array | Float32Array;
  const to = result.values as Int8Array;
  const { min, max } = typeRange(result.dtype);
  const { scale, zeroPoint } = result;
  if (from instanceof Float32Array) {
    return () => {
      for (let index = 0; index < to.length; index++) {
        const raw = roundAway(Math.fround((from[index] as number) / scale)) + zeroPoint;
        to[index] = raw < min ? min : raw > max ? max : raw;
      }
    };
  }
  const { multiplier, shift } = fixedPoint(value.scale / scale);
  return () => {
    for (let index = 0; index < to.length; index++) {
      const raw = requantize(((from[index] as number) - value.zeroPoint) | 0, multiplier, shift) + zeroPoint;
      to[index] = raw < min ? min : raw > max ? max : raw;
    }
  };
};

/** DEQUANTIZE: int8, int16 or uint8 to float, the product in double precision. */
export const dequantize: Kernel = (node) => {
  const value = input(node, 0);
  const result = output(node);
  const from = value.values;
  const to = result.values;
  const { scale, zeroPoint } = value;
  if (
    !(from instanceof Int8Array || from instanceof Int16Array || from instanceof Uint8Array) ||
    !(to instanceof Float32Array)
  ) {
    return refuseTypes(node, value.dtype, result.dtype);
  }
  return () => {
    for (let index = 0; index < to.length; index++) to[index] = scale * ((from[index] as number) - zeroPoint);
  };
};
