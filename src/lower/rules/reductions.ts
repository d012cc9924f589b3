import { intAttribute, intsAttribute } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import { at } from '../arrangement.ts';
import { ofAxes } from '../axes.ts';
import { axisFromFront, inputOf, type Lowerer, type Lowering, type Lowerings, outputOf } from '../lowerer.ts';

/**
 * Reductions over any axes, wherever they lie.
 *
 *     x [N, C, H, W] ─▶ ReduceMean, axes 2, 3 ─▶ y      x NHWC ─▶ AVERAGE_POOL_2D ─▶ y [N, 1, 1, C]
 *     x ─▶ ReduceSum, axes k ─▶ y                       x ─▶ SUM, their places ─▶ y
 *
 * Over the height and width of an image they are pooling, whose kernels are much faster than MEAN's. What is reduced stays as an extent of 1.
 */
export const reductionLowerings: Lowerings = {
  ReduceMean: reducing('MEAN'),
  ReduceSum: reducing('SUM'),
  ReduceMax: reducing('REDUCE_MAX'),
  ReduceMin: reducing('REDUCE_MIN'),
  ReduceL1: reducing('SUM', { before: 'ABS' }),
  ReduceL2: reducing('SUM', { before: 'SQUARE', after: 'SQRT' }),
  ReduceSumSquare: reducing('SUM', { before: 'SQUARE' }),
  ReduceLogSum: reducing('SUM', { after: 'LOG' }),
  ReduceLogSumExp: reducing('SUM', { before: 'EXP', after: 'LOG' }),
  ArgMax: (lowerer, operator) => argument(lowerer, operator, 'ARG_MAX'),
  ArgMin: (lowerer, operator) => argument(lowerer, operator, 'ARG_MIN'),
  CumSum: cumulativeSum,
};

/** The ONNX axes that are reduced: an input or an attribute; all of them where none are named. */
function reducedAxes(lowerer: Lowerer, operator: Operator, rank: number): readonly number[] {
  const given = operator.inputs[1] ?? undefined;
  const named = given === undefined ? intsAttribute(operator, 'axes') : lowerer.numbersOf(given);
  if (given !== undefined && named === undefined) return lowerer.refuse(operator, 'its axes are computed by the model');
  const isNothing = named === undefined || named.length === 0;
  if (isNothing && intAttribute(operator, 'noop_with_empty_axes', 0) !== 0) return [];
  const all = Array.from({ length: rank }, (_, axis) => axis);
  return isNothing ? all : named.map((axis) => axisFromFront(axis, rank));
}

const pools: Readonly<Record<string, string>> = { MEAN: 'AVERAGE_POOL_2D', REDUCE_MAX: 'MAX_POOL_2D' };

function reducing(type: string, around: { readonly before?: string; readonly after?: string } = {}): Lowering {
  return (lowerer, operator) => {
    const [input, output] = [inputOf(operator, 0), outputOf(operator)];
    const shape = lowerer.shapeOf(input);
    const reduced = reducedAxes(lowerer, operator, shape.length);
    const { tensor, axes } = lowerer.view(input);
    const name = lowerer.nameOf(output);
    const before =
      around.before === undefined ? tensor : lowerer.emit(around.before, [tensor], lowerer.tensorShape(tensor));
    const places = axes.flatMap((axis, place) => (reduced.includes(axis) ? [place] : []));
    const sum = places.length === 0 ? before : reduce(lowerer, type, before, places, name);
    const result =
      around.after === undefined ? sum : lowerer.emit(around.after, [sum], lowerer.tensorShape(sum), {}, { name });
    const kept = shape.map((extent, axis) => (reduced.includes(axis) ? 1 : extent));
    lowerer.define(output, result, ofAxes(kept, axes));
  };
}

/** Reduces some extents of a stored tensor to 1. */
export function reduce(
  lowerer: Lowerer,
  type: string,
  tensor: TensorId,
  places: readonly number[],
  name: string,
): TensorId {
  const shape = lowerer.tensorShape(tensor);
  const kept = shape.map((extent, place) => (places.includes(place) ? 1 : extent));
  const pool = pools[type];
  if (pool !== undefined && shape.length === 4 && places.every((place) => place === 1 || place === 2)) {
    const [height, width] = [shape[1] === kept[1] ? 1 : at(shape, 1), shape[2] === kept[2] ? 1 : at(shape, 2)];
    const options = { padding: 'VALID', stride_h: height, stride_w: width, filter_height: height, filter_width: width };
    return lowerer.emit(pool, [tensor], kept, options, { name });
  }
  const axes = lowerer.constant(`${name}/axes`, 'int32', [places.length], places);
  return lowerer.emit(type, [tensor, axes], kept, { keep_dims: true }, { name });
}

/** The place of the extreme along one axis, which TensorFlow Lite drops. */
function argument(lowerer: Lowerer, operator: Operator, type: string) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  if (intAttribute(operator, 'select_last_index', 0) !== 0) {
    lowerer.refuse(operator, 'TensorFlow Lite gives the first of several extremes, not the last');
  }
  const shape = lowerer.shapeOf(input);
  const axis = axisFromFront(intAttribute(operator, 'axis', 0), shape.length);
  const view = lowerer.view(input);
  const place = view.axes.indexOf(axis);
  const along = lowerer.constant(`${lowerer.nameOf(output)}/axis`, 'int32', [1], [place]);
  const kept = view.shape.filter((_, index) => index !== place);
  const result = { name: lowerer.nameOf(output), dtype: 'int32' } as const;
  const options = { output_type: 'INT32' };
  const rest = shape.map((extent, index) => (index === axis ? 1 : extent));
  lowerer.define(output, lowerer.emit(type, [view.tensor, along], kept, options, result), ofAxes(rest, view.axes));
}

function cumulativeSum(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const shape = lowerer.shapeOf(input);
  const [given] = lowerer.numbersOf(inputOf(operator, 1)) ?? [];
  if (given === undefined) return lowerer.refuse(operator, 'its axis is computed by the model');
  const view = lowerer.view(input);
  const axis = lowerer.constant(
    `${lowerer.nameOf(output)}/axis`,
    'int32',
    [1],
    [view.axes.indexOf(axisFromFront(given, shape.length))],
  );
  const options = {
    exclusive: intAttribute(operator, 'exclusive', 0) !== 0,
    reverse: intAttribute(operator, 'reverse', 0) !== 0,
  };
  const result = lowerer.emit('CUMSUM', [view.tensor, axis], view.shape, options, { name: lowerer.nameOf(output) });
  lowerer.defineAxes(output, result, view.axes);
}
