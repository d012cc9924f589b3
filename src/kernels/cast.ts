import { accept } from './accept.ts';
import { clamp } from './arithmetic/activation.ts';
import type { Kernel } from './kernel.ts';
import { input, output } from './refuse.ts';

/**
 * CAST. Integers wrap around. Fractions are cut off and too large numbers saturate at 32 bits, as Arm's conversion instructions do;
 * C++ leaves that case open.
 */
export const cast: Kernel = (node) => {
  const from = input(node, 0);
  const to = output(node);
  accept(node, from, 'int8', 'int16', 'int32', 'uint32', 'float32', 'bool');
  accept(node, to, 'int8', 'int16', 'int32', 'uint32', 'float32');
  const source = from.values as Int32Array;
  const target = to.values as Int32Array;
  const [min, max] = to.dtype === 'uint32' ? [0, 0xffffffff] : [-0x80000000, 0x7fffffff];
  const convert =
    from.dtype === 'float32' && to.dtype !== 'float32'
      ? (value: number) => (Number.isNaN(value) ? 0 : clamp(Math.trunc(value), min, max))
      : from.dtype === 'bool'
        ? (value: number) => Number(value !== 0)
        : (value: number) => value;
  return () => {
    for (let index = 0; index < target.length; index += 1) target[index] = convert(source[index] as number);
  };
};
