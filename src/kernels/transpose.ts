import { accept, rankWithin, sameType } from './accept.ts';
import { evenSteps, rowMajorStrides, sourcePositions } from './by-axis.ts';
import type { Kernel } from './kernel.ts';
import { integers, needConstant, rearranging } from './rearrange.ts';
import { input, output, refuse } from './refuse.ts';

/** TRANSPOSE: output axis `k` is input axis `permutation[k]`. */
export const transpose: Kernel = (node) => {
  const from = input(node, 0);
  const order = input(node, 1);
  const to = output(node);
  accept(node, from, 'float32', 'int8', 'int16');
  sameType(node, from, to);
  rankWithin(node, from, 0, 5);
  needConstant(node, order, 'the permutation');
  const permutation = integers(order);
  if (permutation.length !== from.shape.length || permutation.some((axis) => from.shape[axis] === undefined)) {
    refuse(node, `the permutation ${permutation.join(', ')} does not fit the ${from.shape.length} axes`);
  }
  return rearranging(from, to, () => transposedPositions(from.shape, permutation));
};

/** For every element of the transposed tensor its position in a tensor of `shape`. */
function transposedPositions(shape: readonly number[], permutation: readonly number[]): Int32Array {
  const strides = rowMajorStrides(shape);
  return sourcePositions(permutation.map((axis) => evenSteps(shape[axis] ?? 1, strides[axis] ?? 1)));
}
