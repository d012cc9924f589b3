import { intAttribute, intsAttribute } from '../access.ts';
import { constantOf } from '../evaluate/constant-value.ts';
import { normalAxis } from '../evaluate/indexing.ts';
import type { Dimension, Shape } from '../graph.ts';
import { compute, extentsOf, type Fact, fact, plus, product, times, unknownShape } from './fact.ts';
import { axisOf, extents, integers, like, type Node, type Rule, type Rules, shapeOf, typeOf } from './node.ts';

/** A fact of another shape whose partly known elements are the input's. */
function withExtents(node: Node, shape: Shape | undefined): readonly Fact[] {
  const known = node.inputs[0]?.extents;
  return [{ ...fact(typeOf(node, 0), shape), ...(known === undefined ? {} : { extents: known }) }];
}

const shape: Rule = (node) => {
  const input = shapeOf(node, 0);
  if (input === undefined) return [fact('int64', ['?'])];
  const { end } = node.operator.attributes;
  const kept = input.slice(intAttribute(node.operator, 'start', 0), end?.kind === 'int' ? end.value : undefined);
  const numbers = kept.filter((extent) => typeof extent === 'number');
  const known =
    numbers.length === kept.length ? { constant: constantOf('int64', [kept.length], numbers) } : { extents: kept };
  return [{ ...fact('int64', [kept.length]), ...known }];
};

const size: Rule = (node) => {
  const input = shapeOf(node, 0);
  const count = input && product(input);
  const known = typeof count === 'number' ? { constant: constantOf('int64', [], [count]) } : {};
  return [{ ...fact('int64', []), ...known }];
};

/**
 * `Reshape`: 0 copies an extent, one −1 takes what is left. When everything but the −1 cancels out against the input
 * (also by name), the −1 is known although the input's size is not.
 */
export function reshape(input: Shape | undefined, wanted: Shape, allowZero: boolean): Shape {
  const result = wanted.map((extent, axis) => (extent === 0 && !allowZero ? (input?.[axis] ?? '?') : extent));
  const open = result.indexOf(-1);
  if (open < 0 || input === undefined) return result.map((extent) => (extent === -1 ? '?' : extent));
  const others = result.filter((_, axis) => axis !== open);
  result[open] = quotient(input, others);
  return result;
}

/** The product of some extents divided by that of others; names cancel out against themselves. */
function quotient(above: Shape, below: Shape): Dimension {
  const names = above.filter((extent) => typeof extent === 'string');
  let ratio = above.reduce<number>((total, extent) => (typeof extent === 'number' ? total * extent : total), 1);
  for (const extent of below) {
    if (extent === 0) return 0;
    if (typeof extent === 'number') {
      ratio /= extent;
      continue;
    }
    const same = extent === '?' ? -1 : names.indexOf(extent);
    if (same < 0) return '?';
    names.splice(same, 1);
  }
  if (names.length === 0) return Number.isInteger(ratio) ? ratio : '?';
  return names.length === 1 && ratio === 1 ? (names[0] as Dimension) : '?';
}

const reshapeRule: Rule = (node) => {
  const wanted = extents(node, 1, 'shape');
  const rank = shapeOf(node, 1)?.[0];
  if (wanted === undefined) return like(node, typeof rank === 'number' ? unknownShape(rank) : undefined);
  return withExtents(node, reshape(shapeOf(node, 0), wanted, intAttribute(node.operator, 'allowzero', 0) !== 0));
};

const squeeze: Rule = (node) => {
  const input = shapeOf(node, 0);
  const axes = integers(node, 1, 'axes', []);
  if (input === undefined || axes === undefined) return like(node, undefined);
  if (axes.length === 0) {
    return withExtents(
      node,
      input.every((extent) => extent !== '?') ? input.filter((extent) => extent !== 1) : undefined,
    );
  }
  const gone = new Set(axes.map((axis) => normalAxis(axis, input.length)));
  return withExtents(
    node,
    input.filter((_, axis) => !gone.has(axis)),
  );
};

const unsqueeze: Rule = (node) => {
  const input = shapeOf(node, 0);
  const axes = integers(node, 1, 'axes');
  if (input === undefined || axes === undefined) return like(node, undefined);
  const rank = input.length + axes.length;
  const added = new Set(axes.map((axis) => normalAxis(axis, rank)));
  let next = 0;
  return withExtents(
    node,
    Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (input[next++] ?? '?'))),
  );
};

const flatten: Rule = (node) => {
  const input = shapeOf(node, 0);
  const axis = intAttribute(node.operator, 'axis', 1);
  if (input === undefined) return like(node, ['?', '?']);
  const split = axis < 0 ? axis + input.length : axis;
  return like(node, [product(input.slice(0, split)), product(input.slice(split))]);
};

const transpose: Rule = (node) => {
  const input = shapeOf(node, 0);
  const order = intsAttribute(node.operator, 'perm');
  if (input === undefined) return like(node, order && unknownShape(order.length));
  return like(node, order ? order.map((axis) => input[axis] ?? '?') : [...input].reverse());
};

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
    if (part === undefined && typeof length !== 'number') return like(node, joined);
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
  if (input?.length !== 4) return like(node, undefined);
  const [batch, channels, height, width] = input as readonly [Dimension, Dimension, Dimension, Dimension];
  return like(node, [batch, compute((c) => c / block ** 2, channels), times(height, block), times(width, block)]);
};

const spaceToDepth: Rule = (node) => {
  const block = intAttribute(node.operator, 'blocksize', 1);
  const input = shapeOf(node, 0);
  if (input?.length !== 4) return like(node, undefined);
  const [batch, channels, height, width] = input as readonly [Dimension, Dimension, Dimension, Dimension];
  const divide = (extent: Dimension): Dimension => compute((size) => Math.floor(size / block), extent);
  return like(node, [batch, times(channels, block ** 2), divide(height), divide(width)]);
};

/** com.microsoft `QLinearConcat`: output scale and zero point, then value, scale, zero point of each part. */
const quantizedConcat: Rule = (node) => {
  const inputs = node.inputs.filter((_, position) => position >= 2 && position % 3 === 2);
  return concat({ ...node, inputs });
};

/** Operators that change a tensor's shape and not its elements. */
export const shapeRules: Rules = {
  Shape: shape,
  Size: size,
  Reshape: reshapeRule,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Transpose: transpose,
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
