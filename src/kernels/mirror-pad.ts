import { stringAttribute } from '../graph/access.ts';
import { accept, rankWithin } from './accept.ts';
import { rowMajorStrides, sourcePositions } from './by-axis.ts';
import type { Kernel } from './kernel.ts';
import { integers, rearranging } from './rearrange.ts';
import { input, output } from './refuse.ts';

/** MIRROR_PAD: pads with what lies on the other side of the edge, the edge itself left out (REFLECT) or repeated (SYMMETRIC). */
export const mirrorPad: Kernel = (node) => {
  const from = input(node, 0);
  const paddings = input(node, 1);
  const to = output(node);
  accept(node, to, 'float32', 'int8');
  accept(node, paddings, 'int32', 'int64');
  rankWithin(node, paddings, 2, 2);
  const skipEdge = stringAttribute(node.operator, 'mode', 'REFLECT') === 'REFLECT' ? 1 : 0;
  const positions = () => mirroredPositions(from.shape, to.shape, integers(paddings), skipEdge);
  return rearranging(from, to, positions, paddings.constant);
};

/**
 * For every element of the padded tensor its position in a tensor of `shape`.
 * @param paddings elements before and after, by axis
 * @param skipEdge 1: the edge is not repeated, 0: it is
 */
function mirroredPositions(
  shape: readonly number[],
  paddedShape: readonly number[],
  paddings: readonly number[],
  skipEdge: 0 | 1,
): Int32Array {
  const strides = rowMajorStrides(shape);
  return sourcePositions(
    paddedShape.map((padded, axis) => {
      const before = paddings[2 * axis] ?? 0;
      const size = shape[axis] ?? 1;
      return Int32Array.from({ length: padded }, (_, place) => {
        const stride = strides[axis] ?? 1;
        if (place < before) return Math.max(skipEdge, before + skipEdge - 1 - place) * stride;
        const after = place - before - size;
        return after < 0 ? (place - before) * stride : Math.max(0, size - 1 - skipEdge - after) * stride;
      });
    }),
  );
}
