import { roundAway } from './activation.ts';

/**
 * 513 samples of a function over the int16 range, from which int16 kernels interpolate (TensorFlow Lite, `LUTPopulate`), in single precision.
 * Each sample is shifted by half the error that interpolation makes in the middle of its interval.
 */
export function int16Table(
  inputScale: number,
  inputZero: number,
  outputScale: number,
  outputZero: number,
  transform: (value: number) => number,
): Int16Array {
  const f = Math.fround;
  const steps = 512;
  const inputMin = f(inputScale * (-32768 - inputZero));
  const inputMax = f(inputScale * (32767 - inputZero));
  const outputMin = f(outputScale * (-32768 - outputZero));
  const outputMax = f(outputScale * (32767 - outputZero));
  const step = f(f(inputMax - inputMin) / steps);
  const halfStep = f(step / 2);
  const scaling = f(65536 / f(outputMax - outputMin));
  const at = (value: number) => f(transform(f(value)));
  const table = new Int16Array(steps + 1);
  const limit = (value: number) => Math.min(32767, Math.max(-32768, value));
  for (let index = 0; index < steps; index++) {
    const start = f(inputMin + index * step);
    const value = at(start);
    const sample = roundAway(f(value * scaling));
    const next = at(inputMin + (index + 1) * step);
    const interpolated = roundAway(f(f(next * scaling + sample) / 2));
    const middle = roundAway(f(at(f(start + halfStep)) * scaling));
    const bias = roundAway(f(f(interpolated - middle) / 2));
    table[index] = limit(f(sample - bias));
  }
  table[steps] = limit(roundAway(f(at(inputMax) * scaling)));
  return table;
}

/** The function's value at an int16, between the two nearest samples (`LUTLookup`). */
export function interpolate(table: Int16Array, value: number): number {
  const index = 256 + (value >> 7);
  const offset = value & 0x7f;
  const base = table[index] as number;
  const slope = (table[index + 1] as number) - base;
  return base + ((slope * offset + 64) >> 7);
}

/**
 * The function at every int8 or uint8 (`LUTPopulateInt8`), in single precision. Indexed by the input's byte.
 */
export function byteTable(
  input: { readonly scale: number; readonly zeroPoint: number },
  output: { readonly scale: number; readonly zeroPoint: number },
  signed: boolean,
  transform: (value: number) => number,
): Int16Array {
  const f = Math.fround;
  const inverse = f(1 / output.scale);
  const min = signed ? -128 : 0;
  const table = new Int16Array(256);
  for (let value = min; value < min + 256; value++) {
    const real = f(transform(f(input.scale * (value - input.zeroPoint))));
    const quantized = Math.trunc(f(roundAway(f(real * inverse)) + output.zeroPoint));
    table[value & 0xff] = Math.max(min, Math.min(min + 255, quantized));
  }
  return table;
}
