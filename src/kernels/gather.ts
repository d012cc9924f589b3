import { intAttribute } from '../graph/access.ts';
import { accept, sameType } from './accept.ts';
import type { Kernel } from './kernel.ts';
import { axisOf, extent, integers, rearranging } from './rearrange.ts';
import { input, output, refuse } from './refuse.ts';

/** GATHER: along `axis`, the entries that the indices name, within each of the first `batch_dims` axes. */
export const gather: Kernel = (node) => {
  const from = input(node, 0);
  const indices = input(node, 1);
  const to = output(node);
  accept(node, from, 'float32', 'int8');
  accept(node, indices, 'int32');
  sameType(node, from, to);
  const axis = axisOf(node, intAttribute(node.operator, 'axis', 0), from.shape.length);
  const given = intAttribute(node.operator, 'batch_dims', 0);
  const batchAxes = given < 0 ? given + indices.shape.length : given;
  if (batchAxes < 0 || batchAxes > axis || batchAxes > indices.shape.length) {
    refuse(node, `${given} batch axes do not fit axis ${axis}`);
  }
  const size = from.shape[axis] ?? 1;
  const positions = () => {
    const chosen = integers(indices);
    const foreign = chosen.find((index) => index < 0 || index >= size);
    if (foreign !== undefined) refuse(node, `index ${foreign} is outside the axis's ${size} entries`);
    return gatheredPositions(from.shape, axis, batchAxes, chosen);
  };
  return rearranging(from, to, positions, indices.constant);
};

/** For every element gathered its position in a tensor of `shape`; `chosen` holds equally many indices for each batch. */
function gatheredPositions(
  shape: readonly number[],
  axis: number,
  batchAxes: number,
  chosen: readonly number[],
): Int32Array {
  const batches = extent(shape, 0, batchAxes);
  const outer = extent(shape, batchAxes, axis);
  const inner = extent(shape, axis + 1);
  const each = chosen.length / batches;
  const positions = new Int32Array(batches * outer * each * inner);
  let next = 0;
  for (let row = 0; row < batches * outer; row += 1) {
    const batch = Math.floor(row / outer);
    for (let index = 0; index < each; index += 1) {
      const start = (row * (shape[axis] ?? 1) + (chosen[batch * each + index] ?? 0)) * inner;
      for (let offset = 0; offset < inner; offset += 1) positions[next++] = start + offset;
    }
  }
  return positions;
}

/** GATHER_ND: the slices at coordinates that the indices' last axis spells out. */
export const gatherNd: Kernel = (node) => {
  const from = input(node, 0);
  const indices = input(node, 1);
  const to = output(node);
  accept(node, from, 'float32', 'int8');
  accept(node, indices, 'int32');
  const depth = indices.shape.at(-1);
  if (from.shape.length === 0 || depth === undefined) refuse(node, 'a scalar has nothing to index');
  if (depth > from.shape.length || depth > 5)
    refuse(node, `${depth} coordinates are more than the tensor's axes, or 5`);
  const size = extent(from.shape, depth);
  const positions = () => {
    const coordinates = integers(indices);
    return Int32Array.from({ length: (coordinates.length / depth) * size }, (_, element) => {
      const row = Math.floor(element / size) * depth;
      let start = 0;
      for (let axis = 0; axis < depth; axis += 1)
        start += (coordinates[row + axis] ?? 0) * extent(from.shape, axis + 1);
      if (start < 0 || start + size > from.values.length) refuse(node, 'an index is outside the tensor');
      return start + (element % size);
    });
  };
  return rearranging(from, to, positions, indices.constant);
};
