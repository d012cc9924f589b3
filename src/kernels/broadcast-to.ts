import { accept, rankWithin, sameType } from './accept.ts';
import { broadcastPositions } from './by-axis.ts';
import type { Kernel } from './kernel.ts';
import { integers, needConstant, rearranging } from './rearrange.ts';
import { input, output, refuse } from './refuse.ts';

/** BROADCAST_TO: repeats axes of extent 1. */
export const broadcastTo: Kernel = (node) => {
  const from = input(node, 0);
  const shape = input(node, 1);
  const to = output(node);
  sameType(node, from, to);
  accept(node, shape, 'int32', 'int64');
  needConstant(node, shape, 'the shape');
  rankWithin(node, to, from.shape.length, 5);
  return rearranging(from, to, () => broadcastPositions(from.shape, to.shape));
};

/** BROADCAST_ARGS: the shape that two shapes broadcast to. */
export const broadcastArgs: Kernel = (node) => {
  const a = input(node, 0);
  const b = input(node, 1);
  const to = output(node);
  accept(node, a, 'int32', 'int64');
  sameType(node, a, b, to);
  return () => {
    const result = broadcastShape(integers(a), integers(b), to.values.length);
    if (result === undefined) refuse(node, 'the shapes do not broadcast');
    if (to.values instanceof BigInt64Array) to.values.set(result.map(BigInt));
    else to.values.set(result as never);
  };
};

/** The shape of `rank` extents that both broadcast to; `undefined` when they do not. */
function broadcastShape(a: readonly number[], b: readonly number[], rank: number): number[] | undefined {
  const extents = Array.from({ length: rank }, (_, axis) => {
    const first = a[axis - rank + a.length] ?? 1;
    const second = b[axis - rank + b.length] ?? 1;
    return first === 1 ? second : second === 1 || first === second ? first : undefined;
  });
  return extents.includes(undefined) ? undefined : (extents as number[]);
}
