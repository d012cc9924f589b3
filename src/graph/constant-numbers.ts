import { halfToNumber } from '../data/float16.ts';
import { contentOf } from './evaluate/constant-value.ts';
import type { Tensor } from './graph.ts';

/** The elements of a constant as numbers, 64-bit integers rounded to what a number holds; `undefined` where the type cannot be taken apart. */
export function constantNumbers(tensor: Tensor): readonly number[] | undefined {
  const value = contentOf(tensor);
  if (value === undefined || value.dtype === 'bfloat16') return undefined;
  return Array.from(value.elements as ArrayLike<number | bigint>, value.dtype === 'float16' ? toHalf : Number);
}

const toHalf = (bits: number | bigint): number => halfToNumber(Number(bits));
