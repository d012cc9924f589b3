import { intAttribute } from '../graph/access.ts';
import { accept, sameType } from './accept.ts';
import type { Kernel } from './kernel.ts';
import { axisOf, extent, rearrange } from './rearrange.ts';
import { input, output } from './refuse.ts';
import { blocks } from './split.ts';
import type { TypedArray } from './values.ts';

/** PACK: stacks tensors of one shape along a new axis. */
export const pack: Kernel = (node) => {
  const to = output(node);
  accept(node, to, 'float32', 'int8', 'int16', 'int32', 'int64');
  const axis = axisOf(node, intAttribute(node.operator, 'axis', 0), to.shape.length);
  const inner = extent(to.shape, axis + 1);
  const count = node.inputs.length;
  const parts = node.inputs.map((_, index) => {
    const from = input(node, index);
    sameType(node, to, from);
    return { from: from.values, places: blocks(extent(to.shape, 0, axis), count * inner, index * inner, inner) };
  });
  return () => {
    for (const { from, places } of parts) scatter(from, to.values, places);
  };
};

/** UNPACK: the tensors that PACK stacks. */
export const unpack: Kernel = (node) => {
  const from = input(node, 0);
  accept(node, from, 'float32', 'int32', 'int16', 'int8');
  const axis = axisOf(node, intAttribute(node.operator, 'axis', 0), from.shape.length);
  const inner = extent(from.shape, axis + 1);
  const count = node.outputs.length;
  const parts = node.outputs.map((_, index) => ({
    to: output(node, index).values,
    positions: blocks(extent(from.shape, 0, axis), count * inner, index * inner, inner),
  }));
  return () => {
    for (const { to, positions } of parts) rearrange(from.values, to, positions);
  };
};

/** Sets the element of `to` at each place to the next element of `from`. Both have the same type. */
function scatter(from: TypedArray, to: TypedArray, places: Int32Array): void {
  const source = from as Int32Array;
  const target = to as Int32Array;
  for (let index = 0; index < places.length; index += 1) target[places[index] as number] = source[index] as number;
}
