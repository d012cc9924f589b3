import { intAttribute } from '../access.ts';
import { normalAxis, sliceRange } from '../evaluate/indexing.ts';
import type { Dimension, Shape } from '../graph.ts';
import { compute, extentsOf, fact, integersOf, unknownShape } from './fact.ts';
import { axisOf, extents, integers, like, type Rule, type Rules, shapeOf, typeOf } from './node.ts';

const gather: Rule = (node) => {
  const data = shapeOf(node, 0);
  const indices = shapeOf(node, 1);
  const axis = data && axisOf(node, data.length, 0);
  if (data === undefined || indices === undefined || axis === undefined) return like(node, undefined);
  const result = fact(typeOf(node, 0), [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)]);
  const elements = extentsOf(node.inputs[0]);
  const wanted = integersOf(node.inputs[1]);
  if (elements === undefined || wanted === undefined || data.length !== 1) return [result];
  return [{ ...result, extents: wanted.map((index) => elements.at(index) ?? '?') }];
};

const gatherElements: Rule = (node) => like(node, shapeOf(node, 1));

const gatherND: Rule = (node) => {
  const data = shapeOf(node, 0);
  const indices = shapeOf(node, 1);
  const depth = indices?.at(-1);
  if (data === undefined || indices === undefined || typeof depth !== 'number') return like(node, undefined);
  const batch = intAttribute(node.operator, 'batch_dims', 0);
  return like(node, [...indices.slice(0, -1), ...data.slice(batch + depth)]);
};

const slice: Rule = (node) => {
  const input = shapeOf(node, 0);
  if (input === undefined) return like(node, undefined);
  const starts = extents(node, 1, 'starts');
  const ends = extents(node, 2, 'ends');
  const length = starts?.length ?? ends?.length;
  const axes = integers(node, 3, 'axes', length === undefined ? undefined : [...Array(length).keys()]);
  const steps = integers(node, 4, 'steps', new Array<number>(length ?? 0).fill(1));
  if (axes === undefined || steps === undefined) return like(node, unknownShape(input.length));
  const result = [...input];
  let elements = node.inputs[0]?.extents;
  axes.forEach((given, position) => {
    const axis = normalAxis(given, input.length);
    const step = steps[position] ?? 1;
    const start = starts?.[position] ?? '?';
    const end = ends?.[position] ?? '?';
    if (axis === undefined || step === 0) return;
    // From the start to the far end: everything, whatever the extent is called.
    const isWhole = step === 1 && start === 0 && typeof end === 'number' && end >= 2 ** 31 - 1;
    if (isWhole) return;
    result[axis] = compute((size, from, to) => sliceRange(size, from, to, step).count, input[axis] ?? '?', start, end);
    if (elements === undefined || typeof start !== 'number' || typeof end !== 'number') {
      elements = undefined;
      return;
    }
    const range = sliceRange(elements.length, start, end, step);
    const source: readonly Dimension[] = elements;
    elements = Array.from({ length: range.count }, (_, i) => source[range.first + i * step] ?? '?');
  });
  return [
    {
      ...fact(typeOf(node, 0), result),
      ...(elements === undefined || input.length !== 1 ? {} : { extents: elements }),
    },
  ];
};

const topK: Rule = (node) => {
  const input = shapeOf(node, 0);
  const axis = input && axisOf(node, input.length, -1);
  const count: Dimension =
    node.inputs[1] === undefined ? intAttribute(node.operator, 'k', 0) : (integersOf(node.inputs[1])?.[0] ?? '?');
  const shape: Shape | undefined = input?.map((extent, at) => (at === axis ? count : extent));
  return [fact(typeOf(node, 0), shape), fact('int64', shape)];
};

const oneHot: Rule = (node) => {
  const indices = shapeOf(node, 0);
  const depth = integersOf(node.inputs[1])?.[0] ?? '?';
  const axis = indices && axisOf(node, indices.length + 1, -1);
  if (indices === undefined || axis === undefined) return like(node, undefined, 2);
  return like(node, [...indices.slice(0, axis), depth, ...indices.slice(axis)], 2);
};

const compress: Rule = (node) => {
  const input = shapeOf(node, 0);
  if (node.operator.attributes.axis === undefined) return like(node, ['?']);
  const axis = input && axisOf(node, input.length, 0);
  return like(
    node,
    input?.map((extent, at) => (at === axis ? '?' : extent)),
  );
};

const nonZero: Rule = (node) => [fact('int64', [shapeOf(node, 0)?.length ?? '?', '?'])];

const unique: Rule = (node) => {
  const input = shapeOf(node, 0);
  const axis = input && axisOf(node, input.length, 0);
  const whole = node.operator.attributes.axis === undefined;
  const values = whole ? ['?'] : input?.map((extent, at) => (at === axis ? '?' : extent));
  return [fact(typeOf(node, 0), values), fact('int64', ['?']), fact('int64', ['?']), fact('int64', ['?'])];
};

/** At most `max_output_boxes_per_class` boxes for each class of each image: how many depends on the values. */
const nonMaxSuppression: Rule = () => [fact('int64', ['?', 3])];

const roiAlign: Rule = (node) => {
  const boxes = shapeOf(node, 1)?.[0] ?? '?';
  const channels = shapeOf(node, 0)?.[1] ?? '?';
  const height = intAttribute(node.operator, 'output_height', 1);
  return like(node, [boxes, channels, height, intAttribute(node.operator, 'output_width', 1)]);
};

/** Operators that choose elements by index. */
export const indexingRules: Rules = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  Slice: slice,
  TopK: topK,
  OneHot: oneHot,
  Compress: compress,
  NonZero: nonZero,
  Unique: unique,
  NonMaxSuppression: nonMaxSuppression,
  RoiAlign: roiAlign,
};
