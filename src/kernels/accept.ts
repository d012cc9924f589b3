import type { DataType } from '../graph/data-type.ts';
import type { Node } from './kernel.ts';
import { refuse, refuseTypes } from './refuse.ts';
import type { Value } from './values.ts';

/** Checks that the device's kernel computes with the tensor's type. @throws UserError otherwise */
export function accept(node: Node, value: Value, ...types: readonly DataType[]): void {
  if (!types.includes(value.dtype)) refuseTypes(node, value.dtype);
}

/** Checks that tensors have the type of the first. @throws UserError otherwise */
export function sameType(node: Node, first: Value, ...others: readonly Value[]): void {
  for (const other of others) if (other.dtype !== first.dtype) refuseTypes(node, first.dtype, other.dtype);
}

/** True when both shapes have the same extents. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Checks the number of axes. @throws UserError when it is outside `[least, most]` */
export function rankWithin(node: Node, value: Value, least: number, most: number): void {
  const rank = value.shape.length;
  if (rank >= least && rank <= most) return;
  refuse(
    node,
    `tensor "${value.name}" has ${rank} axes where TensorFlow Lite Micro takes ${least === most ? least : `${least} to ${most}`}`,
  );
}
