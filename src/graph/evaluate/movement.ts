import { intAttribute, intsAttribute } from '../access.ts';
import type { Operator } from '../graph.ts';
import { type ConstantValue, countOf, type Elements, newElements, numbersOf } from './constant-value.ts';
import type { Evaluator } from './evaluator.ts';
import { broadcastShapes, broadcastStrides, forEachOffset, normalAxis, sliceRange, stridesOf } from './indexing.ts';

/** Integers that older operator sets keep in an attribute and newer ones in an input. */
function integers(operator: Operator, value: ConstantValue | undefined, name: string): readonly number[] | undefined {
  return value === undefined ? intsAttribute(operator, name) : numbersOf(value);
}

/** The elements of `source` that `strides` and `start` walk over, as a tensor of `shape`. */
function pick(
  source: ConstantValue,
  shape: readonly number[],
  strides: readonly number[],
  start: number,
): ConstantValue {
  const elements = newElements(source.dtype, countOf(shape)) as Elements & { [index: number]: number | bigint };
  forEachOffset(shape, strides, start, (offset, index) => {
    elements[index] = source.elements[offset] as number | bigint;
  });
  return { dtype: source.dtype, shape, elements };
}

/** The shape that `Reshape` gives: 0 copies an extent (unless `allowzero`), one −1 takes what is left. `undefined`: it does not fit. */
function reshapedShape(
  shape: readonly number[],
  wanted: readonly number[],
  allowZero: boolean,
): readonly number[] | undefined {
  const result = wanted.map((extent, axis) => (extent === 0 && !allowZero ? (shape[axis] ?? -2) : extent));
  const open = result.indexOf(-1);
  const known = countOf(result.filter((extent) => extent !== -1));
  if (open >= 0) result[open] = known === 0 ? -2 : countOf(shape) / known;
  const fits = result.every((extent) => Number.isInteger(extent) && extent >= 0) && countOf(result) === countOf(shape);
  return fits ? result : undefined;
}

const reshape: Evaluator = ({ operator, inputs: [data, wanted] }) => {
  const target = integers(operator, wanted, 'shape');
  if (data === undefined || target === undefined) return undefined;
  const shape = reshapedShape(data.shape, target, intAttribute(operator, 'allowzero', 0) !== 0);
  return shape && [{ ...data, shape }];
};

const squeeze: Evaluator = ({ operator, inputs: [data, given] }) => {
  if (data === undefined) return undefined;
  const axes = integers(operator, given, 'axes')?.map((axis) => normalAxis(axis, data.shape.length));
  const shape = data.shape.filter((extent, axis) => (axes === undefined ? extent !== 1 : !axes.includes(axis)));
  return countOf(shape) === countOf(data.shape) ? [{ ...data, shape }] : undefined;
};

const unsqueeze: Evaluator = ({ operator, inputs: [data, given] }) => {
  const axes = integers(operator, given, 'axes');
  if (data === undefined || axes === undefined) return undefined;
  const rank = data.shape.length + axes.length;
  const added = new Set(axes.map((axis) => normalAxis(axis, rank)));
  if (added.has(undefined) || added.size !== axes.length) return undefined;
  let next = 0;
  const shape = Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (data.shape[next++] as number)));
  return [{ ...data, shape }];
};

const flatten: Evaluator = ({ operator, inputs: [data] }) => {
  if (data === undefined) return undefined;
  const axis = intAttribute(operator, 'axis', 1);
  const split = axis < 0 ? axis + data.shape.length : axis;
  return [{ ...data, shape: [countOf(data.shape.slice(0, split)), countOf(data.shape.slice(split))] }];
};

const transpose: Evaluator = ({ operator, inputs: [data] }) => {
  if (data === undefined) return undefined;
  const order = intsAttribute(operator, 'perm') ?? data.shape.map((_, axis) => data.shape.length - 1 - axis);
  if (order.length !== data.shape.length) return undefined;
  const strides = stridesOf(data.shape);
  const take = (list: readonly number[]): number[] => order.map((axis) => list[axis] ?? 0);
  return [pick(data, take(data.shape), take(strides), 0)];
};

const expand: Evaluator = ({ inputs: [data, wanted] }) => {
  const target = wanted && numbersOf(wanted);
  const shape = data && target && broadcastShapes(data.shape, target);
  return data && shape && [pick(data, shape, broadcastStrides(data.shape, shape), 0)];
};

const tile: Evaluator = ({ operator, inputs: [data, repeats] }) => {
  const times = repeats && numbersOf(repeats);
  if (data === undefined || times?.length !== data.shape.length || operator.version < 6) return undefined;
  // Seen as [1, d0, 1, d1 …] broadcast to [r0, d0, r1, d1 …].
  const apart = data.shape.flatMap((extent) => [1, extent]);
  const target = data.shape.flatMap((extent, axis) => [times[axis] as number, extent]);
  const repeated = pick(data, target, broadcastStrides(apart, target), 0);
  return [{ ...repeated, shape: data.shape.map((extent, axis) => extent * (times[axis] as number)) }];
};

const concat: Evaluator = ({ operator, inputs }) => {
  const [first] = inputs;
  if (first === undefined) return undefined;
  const axis = normalAxis(intAttribute(operator, 'axis', 1), first.shape.length);
  if (axis === undefined) return undefined;
  const parts: ConstantValue[] = [];
  for (const part of inputs) {
    if (part === undefined || part.dtype !== first.dtype || part.shape.length !== first.shape.length) return undefined;
    if (part.shape.some((extent, at) => at !== axis && extent !== first.shape[at])) return undefined;
    parts.push(part);
  }
  const total = parts.reduce((sum, part) => sum + (part.shape[axis] as number), 0);
  const shape = first.shape.map((extent, at) => (at === axis ? total : extent));
  const elements = newElements(first.dtype, countOf(shape));
  const outer = countOf(shape.slice(0, axis));
  let written = 0;
  for (let row = 0; row < outer; row++) {
    for (const part of parts) {
      const run = countOf(part.shape.slice(axis));
      elements.set(part.elements.subarray(row * run, (row + 1) * run) as never, written);
      written += run;
    }
  }
  return [{ dtype: first.dtype, shape, elements }];
};

const slice: Evaluator = ({ operator, inputs: [data, startsIn, endsIn, axesIn, stepsIn] }) => {
  const starts = integers(operator, startsIn, 'starts');
  const ends = integers(operator, endsIn, 'ends');
  if (data === undefined || starts === undefined || ends === undefined) return undefined;
  const axes = integers(operator, axesIn, 'axes') ?? starts.map((_, axis) => axis);
  const steps = integers(operator, stepsIn, 'steps') ?? starts.map(() => 1);
  const shape = [...data.shape];
  const strides = stridesOf(data.shape);
  let start = 0;
  for (const [position, givenAxis] of axes.entries()) {
    const axis = normalAxis(givenAxis, data.shape.length);
    const step = steps[position] ?? 1;
    if (axis === undefined || step === 0) return undefined;
    const extent = data.shape[axis] as number;
    const range = sliceRange(extent, starts[position] as number, ends[position] as number, step);
    start += range.first * (strides[axis] as number);
    strides[axis] = (strides[axis] as number) * step;
    shape[axis] = range.count;
  }
  return [pick(data, shape, strides, start)];
};

const gather: Evaluator = ({ operator, inputs: [data, indices] }) => {
  const wanted = indices && numbersOf(indices);
  if (data === undefined || indices === undefined || wanted === undefined) return undefined;
  const axis = normalAxis(intAttribute(operator, 'axis', 0), data.shape.length);
  if (axis === undefined) return undefined;
  const extent = data.shape[axis] as number;
  const rows = wanted.map((index) => normalAxis(index, extent));
  if (rows.includes(undefined)) return undefined;
  const outer = countOf(data.shape.slice(0, axis));
  const run = countOf(data.shape.slice(axis + 1));
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  const elements = newElements(data.dtype, countOf(shape));
  let written = 0;
  for (let block = 0; block < outer; block++) {
    for (const row of rows as readonly number[]) {
      const from = (block * extent + row) * run;
      elements.set(data.elements.subarray(from, from + run) as never, written);
      written += run;
    }
  }
  return [{ dtype: data.dtype, shape, elements }];
};

const where: Evaluator = ({ inputs: [condition, yes, no] }) => {
  if (condition === undefined || yes === undefined || no === undefined || yes.dtype !== no.dtype) return undefined;
  const both = broadcastShapes(yes.shape, no.shape);
  const shape = both && broadcastShapes(condition.shape, both);
  if (shape === undefined) return undefined;
  const chosen = pick(condition, shape, broadcastStrides(condition.shape, shape), 0).elements;
  const left = pick(yes, shape, broadcastStrides(yes.shape, shape), 0);
  const right = pick(no, shape, broadcastStrides(no.shape, shape), 0);
  const elements = newElements(yes.dtype, chosen.length) as Elements & { [index: number]: number | bigint };
  for (let i = 0; i < chosen.length; i++) {
    elements[i] = (chosen[i] ? left.elements[i] : right.elements[i]) as number | bigint;
  }
  return [{ dtype: yes.dtype, shape, elements }];
};

/** Operators that only move elements or rename their shape; they work on every element type alike. */
export const movementEvaluators: Readonly<Record<string, Evaluator>> = {
  Identity: ({ inputs: [data] }) => data && [data],
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  Concat: concat,
  Slice: slice,
  Gather: gather,
  Where: where,
};
