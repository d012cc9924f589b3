import { byteTable } from './arithmetic/lookup.ts';
import type { Kernel } from './kernel.ts';
import { input, output, refuseTypes } from './refuse.ts';

/** ELU in int8, by a table of all values, and float. */
export const elu: Kernel = (node) => {
  const value = input(node, 0);
  const result = output(node);
  const from = value.values;
  const to = result.values;
  if (from instanceof Float32Array && to instanceof Float32Array) {
    return () => {
      for (let index = 0; index < to.length; index++) {
        const element = from[index] as number;
        to[index] = element < 0 ? Math.expm1(element) : element;
      }
    };
  }
  if (from instanceof Int8Array && to instanceof Int8Array) {
    const table = byteTable(value, result, true, (real) => (real < 0 ? Math.fround(Math.exp(real)) - 1 : real));
    return () => {
      for (let index = 0; index < to.length; index++) to[index] = table[(from[index] as number) & 0xff] as number;
    };
  }
  return refuseTypes(node, value.dtype, result.dtype);
};
