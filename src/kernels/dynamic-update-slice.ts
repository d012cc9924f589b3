import { accept, rankWithin, sameType } from './accept.ts';
import { evenSteps, rowMajorStrides, sourcePositions } from './by-axis.ts';
import type { Kernel } from './kernel.ts';
import { integers } from './rearrange.ts';
import { input, output } from './refuse.ts';

/** DYNAMIC_UPDATE_SLICE: the operand with a part overwritten, the part kept within the operand. */
export const dynamicUpdateSlice: Kernel = (node) => {
  const operand = input(node, 0);
  const update = input(node, 1);
  const start = input(node, 2);
  const to = output(node);
  accept(node, operand, 'float32', 'int8', 'int16', 'int32');
  accept(node, start, 'int32', 'int64');
  sameType(node, operand, update, to);
  rankWithin(node, update, operand.shape.length, operand.shape.length);
  const part = update.values as Int32Array;
  const target = to.values as Int32Array;
  return () => {
    target.set(operand.values as Int32Array);
    const places = updatedPositions(operand.shape, update.shape, integers(start));
    for (let index = 0; index < places.length; index += 1) target[places[index] as number] = part[index] as number;
  };
};

/** For every element of the update its position in the operand. */
function updatedPositions(
  shape: readonly number[],
  updateShape: readonly number[],
  start: readonly number[],
): Int32Array {
  const strides = rowMajorStrides(shape);
  return sourcePositions(
    updateShape.map((extent, axis) => {
      const first = Math.min(Math.max(0, start[axis] ?? 0), (shape[axis] ?? 1) - extent);
      const stride = strides[axis] ?? 1;
      return evenSteps(extent, stride, first * stride);
    }),
  );
}
