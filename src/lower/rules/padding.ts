import { floatAttribute, intsAttribute, stringAttribute } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import { axisFromFront, inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';

/**
 * Padding wherever the axes lie: PAD with zeros, PADV2 with another constant, MIRROR_PAD.
 *
 *     x ─▶ Pad, edge, 2 ─▶ y      x ─▶ MIRROR_PAD SYMMETRIC by 1 ─▶ MIRROR_PAD SYMMETRIC by 1 ─▶ y
 *
 * A symmetric mirror one element deep repeats the edge.
 */
export const paddingLowerings: Lowerings = { Pad: pad };

/** Mirrors in turn that repeating an edge may take. */
const mostMirrors = 8;

type Amounts = readonly (readonly [number, number])[];

function pad(lowerer: Lowerer, operator: Operator) {
  const [input, output] = [inputOf(operator, 0), outputOf(operator)];
  const rank = lowerer.shapeOf(input).length;
  const mode = stringAttribute(operator, 'mode', 'constant');
  const byAxis = amountsOf(lowerer, operator, rank);
  const view = lowerer.view(input);
  const name = lowerer.nameOf(output);
  const amounts: Amounts = view.axes.map((axis) => byAxis[axis] ?? [0, 0]);
  const from = cut(lowerer, view.tensor, amounts, name);
  const more: Amounts = amounts.map(([before, after]) => [Math.max(0, before), Math.max(0, after)]);
  if (mode === 'constant') {
    return lowerer.defineAxes(output, padWith(lowerer, operator, from, more, name), view.axes);
  }
  if (mode === 'reflect') {
    return lowerer.defineAxes(output, mirror(lowerer, from, more, 'REFLECT', name), view.axes);
  }
  const depth = Math.max(...more.flat());
  if (mode !== 'edge' || depth > mostMirrors) {
    return lowerer.refuse(
      operator,
      `TensorFlow Lite has no counterpart of padding ${depth} elements in mode "${mode}"`,
    );
  }
  let current = from;
  for (let ring = 0; ring < depth; ring++) {
    const one: Amounts = more.map(([before, after]) => [ring < before ? 1 : 0, ring < after ? 1 : 0]);
    current = mirror(lowerer, current, one, 'SYMMETRIC', name);
  }
  lowerer.defineAxes(output, current, view.axes);
}

/** By ONNX axis: elements before and after. */
function amountsOf(lowerer: Lowerer, operator: Operator, rank: number): Amounts {
  const given = operator.inputs[1] ?? undefined;
  const pads =
    given === undefined
      ? (intsAttribute(operator, 'pads') ?? intsAttribute(operator, 'paddings'))
      : lowerer.numbersOf(given);
  if (pads === undefined) return lowerer.refuse(operator, 'its paddings are computed by the model');
  const axesId = operator.inputs[3] ?? undefined;
  const axes = axesId === undefined ? undefined : lowerer.numbersOf(axesId);
  const count = pads.length / 2;
  const places = axes ?? Array.from({ length: count }, (_, axis) => axis);
  const amounts = new Array<readonly [number, number]>(rank).fill([0, 0]);
  places.forEach((axis, index) => {
    amounts[axisFromFront(axis, rank)] = [pads[index] ?? 0, pads[index + count] ?? 0];
  });
  return amounts;
}

/** Negative amounts take elements off. */
function cut(lowerer: Lowerer, tensor: TensorId, amounts: Amounts, name: string): TensorId {
  if (amounts.every(([before, after]) => before >= 0 && after >= 0)) return tensor;
  const shape = lowerer.tensorShape(tensor);
  const begin = amounts.map(([before]) => Math.max(0, -before));
  const size = shape.map((extent, axis) => extent - (begin[axis] ?? 0) - Math.max(0, -(amounts[axis]?.[1] ?? 0)));
  const constant = (numbers: readonly number[]) => lowerer.constant(`${name}/cut`, 'int32', [shape.length], numbers);
  return lowerer.emit('SLICE', [tensor, constant(begin), constant(size)], size, {}, { name: `${name}/cut` });
}

function padded(lowerer: Lowerer, tensor: TensorId, amounts: Amounts): readonly number[] {
  return lowerer.tensorShape(tensor).map((extent, axis) => {
    const [before = 0, after = 0] = amounts[axis] ?? [];
    return extent + before + after;
  });
}

function amountsTensor(lowerer: Lowerer, amounts: Amounts, name: string): TensorId {
  return lowerer.constant(`${name}/paddings`, 'int32', [amounts.length, 2], amounts.flat());
}

function padWith(lowerer: Lowerer, operator: Operator, tensor: TensorId, amounts: Amounts, name: string): TensorId {
  const fillId = operator.inputs[2] ?? undefined;
  const fill =
    fillId === undefined
      ? floatAttribute(operator, 'value', 0)
      : (lowerer.numbersOf(fillId)?.[0] ?? lowerer.refuse(operator, 'its fill is computed by the model'));
  const inputs = [tensor, amountsTensor(lowerer, amounts, name)];
  const shape = padded(lowerer, tensor, amounts);
  if (shape.length > 5) lowerer.refuse(operator, 'TensorFlow Lite Micro pads at most 5 axes');
  if (fill === 0) return lowerer.emit('PAD', inputs, shape, {}, { name });
  const dtype = lowerer.tensorType(tensor);
  // Minus infinity does not quantise; the least float is below everything just as well.
  const value = Math.max(-3.4028234663852886e38, Math.min(3.4028234663852886e38, fill));
  const constant = lowerer.constant(`${name}/fill`, dtype, [1], [value]);
  return lowerer.emit('PADV2', [...inputs, constant], shape, {}, { name });
}

function mirror(lowerer: Lowerer, tensor: TensorId, amounts: Amounts, mode: string, name: string): TensorId {
  const inputs = [tensor, amountsTensor(lowerer, amounts, name)];
  return lowerer.emit('MIRROR_PAD', inputs, padded(lowerer, tensor, amounts), { mode }, { name });
}
