import { accept } from './accept.ts';
import { evenSteps, rowMajorStrides, sourcePositions } from './by-axis.ts';
import type { Kernel } from './kernel.ts';
import { integers, rearranging } from './rearrange.ts';
import { input, output } from './refuse.ts';

/** SLICE: from `begin`, `size` elements along each axis; -1 is all that are left. Both may be computed at run time. */
export const slice: Kernel = (node) => {
  const from = input(node, 0);
  const begin = input(node, 1);
  const size = input(node, 2);
  accept(node, from, 'float32', 'int32', 'int8', 'int16', 'bool');
  accept(node, begin, 'int32', 'int64');
  const positions = () => slicedPositions(from.shape, integers(begin), integers(size));
  return rearranging(from, output(node), positions, begin.constant && size.constant);
};

/** For every element of the slice its position in a tensor of `shape`; a size of -1 reaches to the end of the axis. */
function slicedPositions(shape: readonly number[], begin: readonly number[], size: readonly number[]): Int32Array {
  const strides = rowMajorStrides(shape);
  return sourcePositions(
    shape.map((extent, axis) => {
      const first = begin[axis] ?? 0;
      const count = size[axis] ?? -1;
      const stride = strides[axis] ?? 1;
      return evenSteps(Math.max(0, count === -1 ? extent - first : count), stride, first * stride);
    }),
  );
}
