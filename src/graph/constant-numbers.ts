import { halfToNumber } from '../basics/float16.ts';
import { numbersOf, viewOf } from './evaluate/constant-value.ts';
import type { Tensor } from './graph.ts';

/** The elements of a constant as numbers, 64-bit integers rounded to what a number holds; `undefined` where the type cannot be taken apart. */
export function constantNumbers(tensor: Tensor): readonly number[] | undefined {
  const value = viewOf(tensor);
  if (value?.dtype !== 'float16') return value && numbersOf(value);
  return Array.from(value.elements as ArrayLike<number>, halfToNumber);
}
