import { accept, sameType } from './accept.ts';
import type { Kernel } from './kernel.ts';
import { float32, input, output } from './refuse.ts';

/** A float32 kernel that computes each element from the one at its place; results are rounded to single precision. */
function unary(compute: (value: number) => number): Kernel {
  return (node) => {
    const from = float32(node, input(node, 0));
    const to = float32(node, output(node));
    return () => {
      for (let index = 0; index < to.length; index += 1) to[index] = compute(from[index] as number);
    };
  };
}

export const sin = unary(Math.sin);
export const cos = unary(Math.cos);
export const exp = unary(Math.exp);
export const log = unary(Math.log);
export const sqrt = unary(Math.sqrt);
export const square = unary((value) => value * value);
export const neg = unary((value) => -value);
export const ceil = unary(Math.ceil);
export const floor = unary(Math.floor);

/** ROUND: to the nearest integer, halves to the even one. */
export const round = unary(roundToEven);

/** The nearest integer, of two equally near ones the even one. */
function roundToEven(value: number): number {
  const below = Math.floor(value);
  const above = Math.fround(value - below);
  return above < 0.5 || (above === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** LOGICAL_NOT. */
export const logicalNot: Kernel = (node) => {
  const from = input(node, 0);
  const to = output(node);
  accept(node, from, 'bool');
  sameType(node, from, to);
  const source = from.values as Uint8Array;
  const target = to.values as Uint8Array;
  return () => {
    for (let index = 0; index < target.length; index += 1) target[index] = source[index] === 0 ? 1 : 0;
  };
};
