import { intAttribute, intsAttribute } from '../access.ts';
import { constantOf } from '../evaluate/constant-value.ts';
import { normalAxis } from '../evaluate/indexing.ts';
import type { Dimension, Shape } from '../graph.ts';
import { type Fact, fact, product, statedShape, unknownShape } from './fact.ts';
import { extents, integers, like, type Node, type Rule, type Rules, shapeOf, typeOf } from './node.ts';

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
function reshape(input: Shape | undefined, wanted: Shape, allowZero: boolean): Shape {
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
  if (wanted === undefined) return like(node, statedShape(rank));
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

/** Operators that ask for a shape, or give the same elements another one. */
export const reshapeRules: Rules = {
  Shape: shape,
  Size: size,
  Reshape: reshapeRule,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Transpose: transpose,
};
