import { isFour } from '../../basics/tuples.ts';
import { intAttribute } from '../access.ts';
import { normalAxis } from '../evaluate/indexing.ts';
import type { Dimension } from '../graph.ts';
import { compute, extentsOf, fact, mostExtents, plus, times, unknownShape } from './fact.ts';
import { axisOf, extents, integers, like, type Rule, type Rules, shapeOf, typeOf } from './node.ts';

const concat: Rule = (node) => {
  const shapes = node.inputs.map((input) => input?.shape);
  const [first] = shapes;
  const rank = first?.length;
  const axis = rank === undefined ? undefined : axisOf(node, rank, 1);
  if (first === undefined || axis === undefined || shapes.some((other) => other?.length !== rank)) {
    return like(node, undefined);
  }
  const joined = first.map((extent, at) =>
    shapes.slice(1).reduce<Dimension>((total, other) => {
      const next = other?.[at] ?? '?';
      return at === axis ? plus(total, next) : typeof total === 'number' ? total : next === '?' ? total : next;
    }, extent),
  );
  const parts = node.inputs.map(extentsOf);
  const isVector = rank === 1 && !typeOf(node, 0).startsWith('float');
  if (!isVector || parts.every((part) => part === undefined)) return like(node, joined);
  // A part of known length and unknown content still keeps the others' places.
  const elements: Dimension[] = [];
  for (const [position, part] of parts.entries()) {
    const length = shapes[position]?.[0];
    if (part === undefined && (typeof length !== 'number' || length > mostExtents)) return like(node, joined);
    if (elements.length + (part?.length ?? 0) > mostExtents) return like(node, joined);
    elements.push(...(part ?? unknownShape(length as number)));
  }
  return [{ ...fact(typeOf(node, 0), joined), extents: elements }];
};

const split: Rule = (node) => {
  const input = shapeOf(node, 0);
  const axis = input && axisOf(node, input.length, 0);
  const outputs = node.operator.outputs.length;
  const sizes = integers(node, 1, 'split');
  return node.operator.outputs.map((_, position) => {
    if (input === undefined || axis === undefined) return fact(typeOf(node, 0), undefined);
    // Without sizes the parts are equal, the last one smaller where it does not come out even (opset 18).
    const given = node.inputs[1] !== undefined || sizes !== undefined;
    const extent: Dimension = given
      ? (sizes?.[position] ?? '?')
      : compute((total) => {
          const part = Math.ceil(total / outputs);
          return Math.max(0, Math.min(part, total - position * part));
        }, input[axis] ?? '?');
    return fact(
      typeOf(node, 0),
      input.map((old, at) => (at === axis ? extent : old)),
    );
  });
};

const expand: Rule = (node) => {
  const input = shapeOf(node, 0);
  const wanted = extents(node, 1, 'shape');
  if (input === undefined || wanted === undefined) return like(node, undefined);
  const rank = Math.max(input.length, wanted.length);
  return like(
    node,
    Array.from({ length: rank }, (_, axis) => {
      const own = input[axis - rank + input.length] ?? 1;
      const other = wanted[axis - rank + wanted.length] ?? 1;
      if (own === 1) return other;
      return other === 1 || own === other || typeof own === 'number' ? own : other;
    }),
  );
};

const tile: Rule = (node) => {
  const input = shapeOf(node, 0);
  const repeats = extents(node, 1, 'repeats');
  return like(
    node,
    input?.map((extent, axis) => times(extent, repeats?.[axis] ?? '?')),
  );
};

const pad: Rule = (node) => {
  const input = shapeOf(node, 0);
  const pads = extents(node, 1, node.operator.version < 2 ? 'paddings' : 'pads');
  const axes = integers(
    node,
    3,
    'axes',
    input?.map((_, axis) => axis),
  );
  if (input === undefined || pads === undefined || axes === undefined) {
    return like(node, input && unknownShape(input.length));
  }
  const result = [...input];
  axes.forEach((given, position) => {
    const axis = normalAxis(given, input.length);
    if (axis === undefined) return;
    result[axis] = plus(plus(result[axis] ?? '?', pads[position] ?? '?'), pads[position + axes.length] ?? '?');
  });
  return like(node, result);
};

const depthToSpace: Rule = (node) => {
  const block = intAttribute(node.operator, 'blocksize', 1);
  const input = shapeOf(node, 0);
  if (input === undefined || !isFour(input)) return like(node, undefined);
  const [batch, channels, height, width] = input;
  return like(node, [batch, compute((c) => c / block ** 2, channels), times(height, block), times(width, block)]);
};

const spaceToDepth: Rule = (node) => {
  const block = intAttribute(node.operator, 'blocksize', 1);
  const input = shapeOf(node, 0);
  if (input === undefined || !isFour(input)) return like(node, undefined);
  const [batch, channels, height, width] = input;
  const divide = (extent: Dimension): Dimension => compute((size) => Math.floor(size / block), extent);
  return like(node, [batch, times(channels, block ** 2), divide(height), divide(width)]);
};

/** com.microsoft `QLinearConcat`: output scale and zero point, then value, scale, zero point of each part. */
const quantizedConcat: Rule = (node) => {
  const inputs = node.inputs.filter((_, position) => position >= 2 && position % 3 === 2);
  return concat({ ...node, inputs });
};

/** Operators that join, cut, repeat and surround tensors, or move channels into space and back. */
export const arrangeRules: Rules = {
  Concat: concat,
  'com.microsoft:QLinearConcat': quantizedConcat,
  Split: split,
  Expand: expand,
  Tile: tile,
  Pad: pad,
  'com.microsoft:Pad': pad,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
