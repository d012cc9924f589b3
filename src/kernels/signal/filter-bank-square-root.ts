import { accept } from '../accept.ts';
import type { Kernel } from '../kernel.ts';
import { input, int32, output } from '../refuse.ts';

/** SignalFilterBankSquareRoot: the rounded roots, shifted to the right. */
export const filterBankSquareRoot: Kernel = (node) => {
  const from = input(node, 0);
  const to = output(node);
  accept(node, from, 'uint64');
  accept(node, to, 'uint32');
  const bits = int32(node, input(node, 1));
  const source = from.values as BigUint64Array;
  const target = to.values as Uint32Array;
  return () => {
    for (let index = 0; index < target.length; index += 1) {
      target[index] = roundedRoot(source[index] as bigint) >>> (bits[0] ?? 0);
    }
  };
};

/** The root of an unsigned 64-bit integer, rounded to nearest but never past 16 bits (of 32-bit numbers) or 32 bits. */
export function roundedRoot(value: bigint): number {
  let root = BigInt(Math.floor(Math.sqrt(Number(value))));
  while (root * root > value) root -= 1n;
  while ((root + 1n) * (root + 1n) <= value) root += 1n;
  const greatest = value < 1n << 32n ? 0xffffn : 0xffffffffn;
  return Number(value - root * root > root && root !== greatest ? root + 1n : root);
}
