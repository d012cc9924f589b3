import { broadcastPositions } from './by-axis.ts';
import type { Node } from './kernel.ts';
import { input, output, refuse } from './refuse.ts';
import type { Value } from './values.ts';

/** Where each output element finds its two operands; `undefined` where positions are the output's own. */
export interface Operands {
  readonly first: Value;
  readonly second: Value;
  readonly result: Value;
  readonly firstAt: Int32Array | undefined;
  readonly secondAt: Int32Array | undefined;
}

/**
 * The two inputs of an elementwise operator, broadcast to its output.
 * @param mixed whether their types may differ
 * @throws UserError when their types or extents do not fit
 */
export function operandsOf(node: Node, mixed = false): Operands {
  const first = input(node, 0);
  const second = input(node, 1);
  const result = output(node);
  if (!mixed && first.dtype !== second.dtype)
    refuse(node, `its inputs are ${first.dtype} and ${second.dtype}; they must be the same`);
  return {
    first,
    second,
    result,
    firstAt: positionsIn(node, first, result),
    secondAt: positionsIn(node, second, result),
  };
}

function positionsIn(node: Node, value: Value, result: Value): Int32Array | undefined {
  if (value.values.length === result.values.length) return undefined;
  const missing = result.shape.length - value.shape.length;
  if (missing < 0 || value.shape.some((extent, axis) => extent !== 1 && extent !== result.shape[axis + missing])) {
    refuse(node, `[${value.shape.join(', ')}] cannot be broadcast to [${result.shape.join(', ')}]`);
  }
  return broadcastPositions(value.shape, result.shape);
}
