import { UserError } from '../errors.ts';
import type { TensorId } from '../graph/graph.ts';
import { type Arrangement, at, product } from './arrangement.ts';
import { ofAxes, shapeOfAxes } from './axes.ts';
import type { Lowerer } from './lowerer.ts';

/** Operands of an elementwise operator, stored so that TensorFlow Lite broadcasts them as ONNX does, and what the result is like. */
export interface Operands {
  readonly tensors: readonly TensorId[];
  readonly shape: readonly number[];
  readonly arrangement: Arrangement;
}

/** Axes that TensorFlow Lite broadcasts over; more are joined to fewer. */
const broadcastRank = 4;

/**
 * Brings operands into one arrangement: that of the largest one that is computed, channels-last rather than ONNX's where they differ.
 * Constants are permuted now, so only a second computed operand may need a TRANSPOSE.
 */
export function operandsOf(lowerer: Lowerer, ids: readonly TensorId[], outputShape: readonly number[]): Operands {
  const count = product(outputShape);
  const shapes = ids.map(lowerer.shapeOf);
  const leader = leaderOf(lowerer, ids);
  const isPlain = shapes.every((shape) => product(shape) === count || product(shape) === 1);
  if (leader !== undefined && isPlain && product(lowerer.shapeOf(leader)) === count) {
    const { arrangement, shape } = lowerer.native(leader);
    const tensors = ids.map((id) => {
      if (product(lowerer.shapeOf(id)) === count) return lowerer.stored(id, arrangement, shape);
      return lowerer.constantOf(id) === undefined ? lowerer.native(id).tensor : lowerer.stored(id, [], [1]);
    });
    // A single element of more axes than the leader would give the result more axes too.
    if (tensors.every((tensor) => lowerer.tensorShape(tensor).length <= shape.length)) {
      return { tensors, shape, arrangement };
    }
  }
  const rank = outputShape.length;
  // Only what disagrees with itself has such: a result has as many axes as the operand with the most.
  if (shapes.some((shape) => shape.length > rank)) throw new UserError('its operands have more axes than its result');
  const identity = outputShape.map((_, axis) => axis);
  const isWhole = leader !== undefined && lowerer.shapeOf(leader).length === rank;
  const axes = isWhole ? lowerer.view(leader).axes : identity;
  const aligned = shapes.map((shape) => [...new Array<number>(rank - shape.length).fill(1), ...shape]);
  const order = ofAxes(outputShape, axes);
  const groups = joined(axes, [outputShape, ...aligned]);
  const joinedShape = (shape: readonly number[]) => groups.map((group) => product(shapeOfAxes(shape, group)));
  const tensors = ids.map((id, index) => {
    const shape = aligned[index] as readonly number[];
    const extents = joinedShape(shape);
    const isConstant = lowerer.constantOf(id) !== undefined;
    return lowerer.stored(id, ofAxes(shape, axes), isConstant ? withoutLeadingOnes(extents) : extents);
  });
  return { tensors, shape: joinedShape(outputShape), arrangement: order };
}

/** The operand whose arrangement the others follow; `undefined` where all are constants. */
function leaderOf(lowerer: Lowerer, ids: readonly TensorId[]): TensorId | undefined {
  const computed = ids.filter((id) => lowerer.constantOf(id) === undefined);
  const sizes = computed.map((id) => product(lowerer.shapeOf(id)));
  const largest = computed.filter((_, index) => sizes[index] === Math.max(...sizes));
  return largest.find((id) => lowerer.native(id).arrangement.length > 1) ?? largest[0];
}

/** Stored axes in groups, one each where there are few; neighbours that every operand has alike are joined where there are too many. */
function joined(axes: readonly number[], shapes: readonly (readonly number[])[]): readonly (readonly number[])[] {
  if (axes.length <= broadcastRank) return axes.map((axis) => [axis]);
  const [output = [], ...operands] = shapes;
  const groups: number[][] = [];
  const isRepeated = (shape: readonly number[], axis: number) => axis >= 0 && at(shape, axis) !== at(output, axis);
  for (const axis of axes) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    const isAlike =
      before !== undefined && operands.every((shape) => isRepeated(shape, axis) === isRepeated(shape, before));
    if (last !== undefined && isAlike) last.push(axis);
    else groups.push([axis]);
  }
  return groups;
}

/** TensorFlow Lite aligns shapes at their last extents. */
export function withoutLeadingOnes(shape: readonly number[]): readonly number[] {
  const first = shape.findIndex((extent) => extent !== 1);
  return first < 0 ? [1] : shape.slice(first);
}
