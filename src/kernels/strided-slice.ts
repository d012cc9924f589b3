import { intAttribute } from '../graph/access.ts';
import { accept, rankWithin } from './accept.ts';
import { evenSteps, rowMajorStrides, sourcePositions } from './by-axis.ts';
import type { Kernel } from './kernel.ts';
import { integers, needConstant, rearranging } from './rearrange.ts';
import { input, output, refuse } from './refuse.ts';

/** Bit `k` of each mask belongs to axis `k`. */
interface SliceMasks {
  /** The slice starts at the axis's end that the stride comes from. */
  readonly begin: number;
  /** The slice ends where the axis does. */
  readonly end: number;
  /** One element, and the axis is dropped. */
  readonly shrink: number;
}

/** STRIDED_SLICE. The new-axis and ellipsis masks are not read, as on the device. */
export const stridedSlice: Kernel = (node) => {
  const from = input(node, 0);
  const to = output(node);
  accept(node, to, 'float32', 'int8', 'int16', 'int32', 'bool');
  rankWithin(node, from, 0, 4);
  const [begin, end, strides] = ['begin', 'end', 'strides'].map((name, index) => {
    const value = input(node, index + 1);
    needConstant(node, value, `"${name}"`);
    return integers(value);
  }) as [number[], number[], number[]];
  if (strides.includes(0)) refuse(node, 'a stride is 0');
  const masks = {
    begin: intAttribute(node.operator, 'begin_mask', 0),
    end: intAttribute(node.operator, 'end_mask', 0),
    shrink: intAttribute(node.operator, 'shrink_axis_mask', 0),
  };
  return rearranging(from, to, () => stridedPositions(from.shape, begin, end, strides, masks));
};

/** For every element of the slice its position in a tensor of `shape`. */
function stridedPositions(
  shape: readonly number[],
  begin: readonly number[],
  end: readonly number[],
  strides: readonly number[],
  masks: SliceMasks,
): Int32Array {
  const distances = rowMajorStrides(shape);
  return sourcePositions(
    shape.map((size, axis) => {
      const stride = strides[axis] ?? 1;
      const bit = 1 << axis;
      const start = firstOf(size, begin[axis] ?? 0, stride, (masks.begin & bit) !== 0);
      const stop =
        (masks.shrink & bit) !== 0
          ? start + (start < size ? 1 : 0)
          : stopOf(size, end[axis] ?? size, stride, (masks.end & bit) !== 0);
      const count = Math.max(0, Math.ceil((stop - start) / stride));
      const distance = distances[axis] ?? 1;
      return evenSteps(count, stride * distance, start * distance);
    }),
  );
}

/** The first coordinate, from the front or (negative) the back, kept within the axis. */
function firstOf(size: number, begin: number, stride: number, masked: boolean): number {
  if (masked) return stride > 0 ? 0 : size - 1;
  return within(begin < 0 ? begin + size : begin, size, stride);
}

/** The coordinate before which the slice stops. */
function stopOf(size: number, end: number, stride: number, masked: boolean): number {
  if (masked) return stride > 0 ? size : -1;
  return within(end < 0 ? end + size : end, size, stride);
}

function within(coordinate: number, size: number, stride: number): number {
  return stride > 0 ? Math.min(Math.max(coordinate, 0), size) : Math.min(Math.max(coordinate, -1), size - 1);
}
