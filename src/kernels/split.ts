import { accept } from './accept.ts';
import type { Kernel, Node } from './kernel.ts';
import { axisOf, extent, integers, needConstant, rearrange } from './rearrange.ts';
import { input, output } from './refuse.ts';
import type { Value } from './values.ts';

/** SPLIT (the axis is input 0) into outputs of one size. */
export const split: Kernel = (node) => splitting(node, input(node, 1), input(node, 0));

/** SPLIT_V (the axis is input 2): each output says how much it takes. */
export const splitV: Kernel = (node) => splitting(node, input(node, 0), input(node, 2));

function splitting(node: Node, from: Value, axisValue: Value): () => void {
  accept(node, from, 'float32', 'int8', 'int16', 'int32');
  needConstant(node, axisValue, 'the axis');
  const axis = axisOf(node, integers(axisValue)[0] ?? 0, from.shape.length);
  const inner = extent(from.shape, axis + 1);
  let start = 0;
  const parts = node.outputs.map((_, index) => {
    const to = output(node, index);
    const taken = (to.shape[axis] ?? 1) * inner;
    const positions = blocks(extent(from.shape, 0, axis), (from.shape[axis] ?? 1) * inner, start, taken);
    start += taken;
    return { to: to.values, positions };
  });
  return () => {
    for (const { to, positions } of parts) rearrange(from.values, to, positions);
  };
}

/** The positions of `count` blocks of `length` elements, the first at `start`, `stride` apart. */
export function blocks(count: number, stride: number, start: number, length: number): Int32Array {
  return Int32Array.from(
    { length: count * length },
    (_, index) => Math.floor(index / length) * stride + start + (index % length),
  );
}
