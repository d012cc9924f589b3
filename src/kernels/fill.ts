import { accept, rankWithin, sameShape, sameType } from './accept.ts';
import type { Kernel } from './kernel.ts';
import { integers, needConstant } from './rearrange.ts';
import { input, output, refuse } from './refuse.ts';

/** FILL: every element the one value. */
export const fill: Kernel = (node) => {
  const dimensions = input(node, 0);
  const value = input(node, 1);
  const to = output(node);
  accept(node, value, 'float32', 'int32', 'int8');
  sameType(node, value, to);
  rankWithin(node, value, 0, 0);
  needConstant(node, dimensions, 'the shape');
  if (!sameShape(integers(dimensions), to.shape))
    refuse(node, `the output's shape is not ${integers(dimensions).join('×')}`);
  const source = value.values as Int32Array;
  const target = to.values as Int32Array;
  return () => void target.fill(source[0] as number);
};

/** ZEROS_LIKE: integers 0 whatever the zero point. */
export const zerosLike: Kernel = (node) => {
  const to = output(node);
  accept(node, input(node, 0), 'float32', 'int64', 'int32', 'int8');
  const { values } = to;
  return () => void (values instanceof BigInt64Array ? values.fill(0n) : (values as Int8Array).fill(0));
};

/** SHAPE: the input's extents. */
export const shape: Kernel = (node) => {
  const from = input(node, 0);
  const to = output(node);
  accept(node, to, 'int32');
  return () => (to.values as Int32Array).set(from.shape);
};
