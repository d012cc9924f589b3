import type { Node } from './kernel.ts';
import { refuse } from './refuse.ts';
import type { TypedArray, Value } from './values.ts';

/**
 * Sets every element of `to` to the element of `from` at its position. Both have the same type. Positions that do not exist leave
 * what is there; `0` is no position of an empty array.
 */
export function rearrange(from: TypedArray, to: TypedArray, positions: Int32Array): void {
  // One type for the loop: the arrays' own setters take and give back what they hold, whichever that is.
  const source = from as Int32Array;
  const target = to as Int32Array;
  const count = Math.min(positions.length, target.length);
  for (let index = 0; index < count; index += 1) {
    const position = positions[index] as number;
    if (position >= 0 && position < source.length) target[index] = source[position] as number;
  }
}

/** A run of `rearrange`. `positions` is asked once where nothing that it reads can change, else every time. */
export function rearranging(from: Value, to: Value, positions: () => Int32Array, constant = true): () => void {
  if (!constant) return () => rearrange(from.values, to.values, positions());
  const known = positions();
  return () => rearrange(from.values, to.values, known);
}

/** The elements of an integer tensor as numbers, now. */
export function integers(value: Value): number[] {
  return Array.from(value.values as Int32Array | BigInt64Array, Number);
}

/** The axis from 0 that a negative one counts from the end. @throws UserError when there is none */
export function axisOf(node: Node, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive >= rank) refuse(node, `axis ${axis} is none of the tensor's ${rank}`);
  return positive;
}

/** The product of the extents from `start` to before `end`. */
export function extent(shape: readonly number[], start: number, end = shape.length): number {
  return shape.slice(start, end).reduce((product, each) => product * each, 1);
}

/** Checks that the file holds the tensor's content, as kernels want that look at it while they are prepared. @throws UserError otherwise */
export function needConstant(node: Node, value: Value, name: string): void {
  if (!value.constant)
    refuse(node, `${name} is computed at run time, which TensorFlow Lite Micro does not support here`);
}
