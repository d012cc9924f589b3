import { accept, sameType } from './accept.ts';
import { elementPairs } from './element-pairs.ts';
import type { Kernel, Node } from './kernel.ts';
import { float32, input, output, refuse } from './refuse.ts';

/** FLOOR_DIV: the quotient rounded down. Stops at a division by zero, as the device does. */
export const floorDiv: Kernel = (node) => {
  const run = floats(node, (a, b) => Math.floor(a / b));
  const divisors = float32(node, input(node, 1));
  return () => {
    if (divisors.includes(0)) refuse(node, 'division by 0');
    run();
  };
};

/** FLOOR_MOD: the remainder with the divisor's sign. */
export const floorMod: Kernel = (node) =>
  floats(node, (a, b) => {
    const rest = a % b;
    return rest !== 0 && b < 0 !== rest < 0 ? rest + b : rest;
  });

function floats(node: Node, compute: (a: number, b: number) => number): () => void {
  const first = input(node, 0);
  const second = input(node, 1);
  const to = output(node);
  accept(node, first, 'float32');
  sameType(node, first, second, to);
  return elementPairs<number, number>(node, compute);
}
