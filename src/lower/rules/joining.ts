import { intAttribute, intsAttribute } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import { at } from '../arrangement.ts';
import { shapeOfAxes } from '../axes.ts';
import { axisFromFront, inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';

/**
 * Joining and parting along an axis, wherever it lies.
 *
 *     a, b [N, C, H, W] ─▶ Concat, axis 1 ─▶ y      a, b NHWC ─▶ CONCATENATION, axis 3 ─▶ y NHWC
 *
 * TensorFlow Lite Micro joins ten tensors at most; more are joined in turns.
 */
export const joiningLowerings: Lowerings = { Concat: concat, Split: split };

const mostInputs = 10;

function concat(lowerer: Lowerer, operator: Operator) {
  const output = outputOf(operator);
  const outputShape = lowerer.shapeOf(output);
  const axis = axisFromFront(intAttribute(operator, 'axis', 1), outputShape.length);
  const ids = operator.inputs.filter((id) => id !== null);
  const [first] = ids;
  if (ids.length === 1 && first !== undefined) return lowerer.alias(output, first);
  const computed = ids.filter((id) => lowerer.constantOf(id) === undefined);
  const leader =
    computed.find((id) => lowerer.native(id).arrangement.length > 1) ?? computed[0] ?? inputOf(operator, 0);
  const { axes } = lowerer.view(leader);
  const place = axes.indexOf(axis);
  const name = lowerer.nameOf(output);
  const join = (parts: readonly TensorId[], partName: string): TensorId => {
    const shape = shapeOfAxes(outputShape, axes).map((extent, index) =>
      index === place ? parts.reduce((sum, part) => sum + at(lowerer.tensorShape(part), place), 0) : extent,
    );
    return lowerer.emit('CONCATENATION', parts, shape, { axis: place }, { name: partName });
  };
  let parts = ids.map((id) => lowerer.withAxes(id, axes));
  while (parts.length > mostInputs)
    parts = [join(parts.slice(0, mostInputs), `${name}/part`), ...parts.slice(mostInputs)];
  lowerer.defineAxes(output, join(parts, name), axes);
}

/** SPLIT into equal parts, SPLIT_V into others. */
function split(lowerer: Lowerer, operator: Operator) {
  const input = inputOf(operator, 0);
  const axis = axisFromFront(intAttribute(operator, 'axis', 0), lowerer.shapeOf(input).length);
  const { tensor, axes, shape } = lowerer.view(input);
  const place = axes.indexOf(axis);
  const total = at(shape, place);
  const sizes = sizesOf(lowerer, operator, total);
  const shapes = sizes.map((size) => shape.map((extent, index) => (index === place ? size : extent)));
  const names = operator.outputs.map((id) => ({ name: id === null ? '' : lowerer.nameOf(id) }));
  const along = lowerer.constant('split/axis', 'int32', [], [place]);
  const isEven = sizes.every((size) => size === sizes[0]);
  const options = { num_splits: sizes.length };
  const parts = isEven
    ? lowerer.emitMany(
        'SPLIT',
        [along, tensor],
        shapes,
        options,
        names.map((name) => ({ ...name, dtype: lowerer.tensorType(tensor) })),
      )
    : lowerer.emitMany(
        'SPLIT_V',
        [tensor, lowerer.constant('split/sizes', 'int32', [sizes.length], sizes), along],
        shapes,
        options,
        names,
      );
  operator.outputs.forEach((id, index) => {
    if (id !== null) lowerer.defineAxes(id, at(parts, index), axes);
  });
}

function sizesOf(lowerer: Lowerer, operator: Operator, total: number): readonly number[] {
  const given = operator.inputs[1] ?? undefined;
  const stated = given === undefined ? intsAttribute(operator, 'split') : lowerer.numbersOf(given);
  if (stated !== undefined) return stated;
  if (given !== undefined) return lowerer.refuse(operator, 'the sizes of its parts are computed by the model');
  const count = operator.outputs.length;
  const size = Math.ceil(total / count);
  return Array.from({ length: count }, (_, index) => Math.min(size, total - index * size));
}
