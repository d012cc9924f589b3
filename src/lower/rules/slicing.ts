import { intAttribute, intsAttribute } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import { asInOnnx, at, product } from '../arrangement.ts';
import { ofAxes } from '../axes.ts';
import { axisFromFront, inputOf, type Lowerer, type Lowerings, outputOf, type View } from '../lowerer.ts';

/**
 * Taking parts out.
 *
 *     x [N, C, H, W] ─▶ Slice, axis 1 ─▶ y      x NHWC ─▶ SLICE, axis 3 ─▶ y NHWC
 *     x ─▶ Slice, steps ─▶ y                    x ─▶ STRIDED_SLICE ─▶ y
 *     x ─▶ Gather of one index ─▶ y             x ─▶ SLICE of 1 ─▶ y
 */
export const slicingLowerings: Lowerings = { Slice: slice, Gather: gather, GatherND: gatherNd };

/** Along one axis: the first element, how many, and how far apart. */
interface Span {
  readonly start: number;
  readonly count: number;
  readonly step: number;
}

function slice(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const shape = lowerer.shapeOf(input);
  const list = (name: string, position: number): readonly number[] | undefined => {
    const id = operator.inputs[position] ?? undefined;
    if (id === undefined) return intsAttribute(operator, name);
    return lowerer.numbersOf(id) ?? lowerer.refuse(operator, `its ${name} are computed by the model`);
  };
  const [starts = [], ends = []] = [list('starts', 1), list('ends', 2)];
  const axes = list('axes', 3) ?? starts.map((_, axis) => axis);
  const steps = list('steps', 4) ?? starts.map(() => 1);
  if ([ends, axes, steps].some(({ length }) => length !== starts.length)) {
    return lowerer.refuse(operator, 'its starts, ends, axes and steps are not equally many');
  }
  const spans = shape.map((extent): Span => ({ start: 0, count: extent, step: 1 }));
  axes.forEach((given, index) => {
    const axis = axisFromFront(given, shape.length);
    spans[axis] = spanOf(at(shape, axis), at(starts, index), at(ends, index), at(steps, index));
  });
  const view = lowerer.view(input);
  lowerer.defineAxes(output, take(lowerer, operator, view, spans, lowerer.nameOf(output)), view.axes);
}

/** ONNX's bounds, kept within the axis. */
function spanOf(extent: number, start: number, end: number, step: number): Span {
  const within = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);
  const [least, most] = step > 0 ? [0, extent] : [-1, extent - 1];
  const first = within(start < 0 ? start + extent : start, Math.max(0, least), most);
  const stop = within(end < 0 ? end + extent : end, least, most);
  return { start: first, count: Math.max(0, Math.ceil((stop - first) / step)), step };
}

/** The part of a view that the spans of the ONNX axes name. */
function take(lowerer: Lowerer, operator: Operator, view: View, spans: readonly Span[], name: string): TensorId {
  const { tensor, axes, shape } = view;
  const own = axes.map((axis) => (axis < 0 ? { start: 0, count: 1, step: 1 } : (spans[axis] as Span)));
  const count = own.map((span) => span.count);
  const rank = shape.length;
  const constant = (part: string, numbers: readonly number[]) =>
    lowerer.constant(`${name}/${part}`, 'int32', [rank], numbers);
  const begin = constant(
    'begin',
    own.map((span) => span.start),
  );
  if (own.every(({ step }) => step === 1)) {
    return lowerer.emit('SLICE', [tensor, begin, constant('size', count)], count, {}, { name });
  }
  if (rank > 4) return lowerer.refuse(operator, 'TensorFlow Lite Micro takes every nth element in at most 4 axes');
  const ends = own.map(({ start, step, count: length }) => start + length * step);
  // An end before the first element cannot be said as a number: -1 is the last element.
  const mask = ends.reduce((bits, end, axis) => (end < 0 ? bits | (1 << axis) : bits), 0);
  const steps = constant(
    'steps',
    own.map(({ step }) => step),
  );
  const options = { begin_mask: 0, end_mask: mask, ellipsis_mask: 0, new_axis_mask: 0, shrink_axis_mask: 0 };
  return lowerer.emit('STRIDED_SLICE', [tensor, begin, constant('end', ends), steps], count, options, { name });
}

function gather(lowerer: Lowerer, operator: Operator) {
  const [input, indexId, output] = [inputOf(operator, 0), inputOf(operator, 1), outputOf(operator)];
  const shape = lowerer.shapeOf(input);
  const axis = axisFromFront(intAttribute(operator, 'axis', 0), shape.length);
  const extent = at(shape, axis);
  const indexShape = lowerer.shapeOf(indexId);
  const name = lowerer.nameOf(output);
  const indexes = lowerer.numbersOf(indexId)?.map((index) => (index < 0 ? index + extent : index));
  if (indexes?.some((index) => !(index >= 0 && index < extent)) === true) {
    return lowerer.refuse(operator, `its indexes go beyond the ${extent} elements of axis ${axis}`);
  }
  const kept = shape.map((length, place) => (place === axis ? product(indexShape) : length));
  if (indexes !== undefined && indexShape.length <= 1) {
    const view = lowerer.view(input);
    const [first = 0] = indexes;
    if (indexes.every((index, place) => index === first + place)) {
      const spans = shape.map((length, place) =>
        place === axis ? { start: first, count: indexes.length, step: 1 } : { start: 0, count: length, step: 1 },
      );
      return lowerer.define(output, take(lowerer, operator, view, spans, name), ofAxes(kept, view.axes));
    }
    const place = view.axes.indexOf(axis);
    const result = view.shape.map((length, index) => (index === place ? indexes.length : length));
    const constant = lowerer.constant(`${name}/indexes`, 'int32', [indexes.length], indexes);
    const options = { axis: place, batch_dims: 0 };
    const taken = lowerer.emit('GATHER', [view.tensor, constant], result, options, { name });
    return lowerer.define(output, taken, ofAxes(kept, view.axes));
  }
  const computed =
    indexes === undefined
      ? lowerer.asInOnnx(indexId)
      : lowerer.constant(`${name}/indexes`, 'int32', indexShape, indexes);
  const result = lowerer.shapeOf(output);
  const inputs = [lowerer.asInOnnx(input), computed];
  const taken = lowerer.emit('GATHER', inputs, result, { axis, batch_dims: 0 }, { name });
  lowerer.define(output, taken, asInOnnx(result));
}

function gatherNd(lowerer: Lowerer, operator: Operator) {
  const output = outputOf(operator);
  if (intAttribute(operator, 'batch_dims', 0) !== 0) {
    return lowerer.refuse(operator, 'TensorFlow Lite has no GATHER_ND with batch axes');
  }
  const inputs = [lowerer.asInOnnx(inputOf(operator, 0)), lowerer.asInOnnx(inputOf(operator, 1))];
  const shape = lowerer.shapeOf(output);
  lowerer.define(
    output,
    lowerer.emit('GATHER_ND', inputs, shape, {}, { name: lowerer.nameOf(output) }),
    asInOnnx(shape),
  );
}
