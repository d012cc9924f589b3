import { accept, rankWithin, sameType } from './accept.ts';
import { evenSteps, rowMajorStrides, sourcePositions } from './by-axis.ts';
import type { Kernel } from './kernel.ts';
import { axisOf, integers, rearranging } from './rearrange.ts';
import { input, output, refuse } from './refuse.ts';

/** REVERSE_V2, along one axis or several neighbouring ones, which is all that TensorFlow Lite Micro does. */
export const reverseV2: Kernel = (node) => {
  const from = input(node, 0);
  const axes = input(node, 1);
  const to = output(node);
  accept(node, from, 'float32', 'int32', 'int16', 'int8', 'uint8', 'int64', 'bool');
  accept(node, axes, 'int32');
  rankWithin(node, axes, 1, 1);
  sameType(node, from, to);
  const positions = () => {
    const chosen = integers(axes)
      .map((axis) => axisOf(node, axis, from.shape.length))
      .sort((a, b) => a - b);
    if (chosen.some((axis, index) => index > 0 && axis !== (chosen[index - 1] ?? 0) + 1)) {
      refuse(node, 'the axes to reverse are not neighbours');
    }
    return reversedPositions(from.shape, chosen);
  };
  return rearranging(from, to, positions, axes.constant);
};

/** For every element of the reversed tensor its position in a tensor of `shape`. */
function reversedPositions(shape: readonly number[], axes: readonly number[]): Int32Array {
  const strides = rowMajorStrides(shape);
  return sourcePositions(
    shape.map((extent, axis) => {
      const stride = strides[axis] ?? 1;
      return axes.includes(axis) ? evenSteps(extent, -stride, (extent - 1) * stride) : evenSteps(extent, stride);
    }),
  );
}
