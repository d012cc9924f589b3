import type { FixedPoint } from './arithmetic/fixed-point.ts';
import { divideByPowerOfTwo, fixedPoint } from './arithmetic/fixed-point.ts';
import type { Kernel } from './kernel.ts';
import { input, output, refuse, refuseTypes } from './refuse.ts';

/** HARD_SWISH, x · min(6, max(0, x + 3)) / 6, in int8 and float. */
export const hardSwish: Kernel = (node) => {
  const value = input(node, 0);
  const result = output(node);
  const from = value.values;
  const to = result.values;
  const f = Math.fround;
  if (from instanceof Float32Array && to instanceof Float32Array) {
    return () => {
      for (let index = 0; index < to.length; index++) {
        const x = from[index] as number;
        to[index] = f(x * Math.min(6, Math.max(0, f(x + 3)))) / 6;
      }
    };
  }
  if (from instanceof Int8Array && to instanceof Int8Array) {
    const fine = f(value.scale / 128);
    const rescale = fixedPoint(f(fine / result.scale));
    const gate = fixedPoint(f(fine / f(3 / 32768)));
    if (rescale.shift > 0) refuse(node, 'its output scale is too fine for its input scale');
    // An int8 has 256 values, so the function is a table.
    const table = new Int8Array(256);
    for (let byte = -128; byte < 128; byte++) {
      const raw = hardSwishOf(byte - value.zeroPoint, rescale, gate) + result.zeroPoint;
      table[byte & 0xff] = raw < -128 ? -128 : raw > 127 ? 127 : raw;
    }
    return () => {
      for (let index = 0; index < to.length; index++) to[index] = table[(from[index] as number) & 0xff] as number;
    };
  }
  return refuseTypes(node, value.dtype, result.dtype);
};

/** In 16-bit fixed point: the value on the output's scale times a gate in [0, 1] (TensorFlow Lite, reference hard_swish.h). */
function hardSwishOf(value: number, rescale: FixedPoint, gate: FixedPoint): number {
  const fine = to16(value * 128);
  const scaled = roundedHighHalf(fine, narrow(rescale.multiplier));
  let open = fine;
  if (gate.shift > 0) open = shiftLeft(open, gate.shift - 1);
  open = roundedHighHalf(open, narrow(gate.multiplier));
  if (gate.shift > 0) open = shiftLeft(open, 1);
  if (gate.shift < 0) open = divideByPowerOfTwo(open, -gate.shift);
  open = (open + 32768) >> 1;
  return divideByPowerOfTwo(highHalf(open, scaled), -rescale.shift);
}

/** A multiplier rounded to 16 bits (`DownScaleInt32ToInt16Multiplier`). */
function narrow(multiplier: number): number {
  return multiplier >= 2147483647 - 32768 ? 32767 : (multiplier + 32768) >> 16;
}

function to16(value: number): number {
  return (value << 16) >> 16;
}

function shiftLeft(value: number, amount: number): number {
  return Math.max(-32768, Math.min(32767, value * 2 ** amount));
}

/** The high half of twice the product of two int16, to the nearest. */
function roundedHighHalf(a: number, b: number): number {
  if (a === -32768 && b === -32768) return 32767;
  const product = a * b;
  return Math.trunc((product + (product >= 0 ? 16384 : -16383)) / 32768);
}

/** The high half of twice the product of two int16, towards zero. */
function highHalf(a: number, b: number): number {
  return a === -32768 && b === -32768 ? 32767 : Math.trunc((a * b) / 32768);
}
