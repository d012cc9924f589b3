import { intAttribute } from '../access.ts';
import type { DataType } from '../data-type.ts';
import type { Dimension, Shape } from '../graph.ts';
import { broadcast, fact, isKnown } from './fact.ts';
import { like, type Node, one, type Rule, type Rules, shapeOf, typeOf } from './node.ts';

/** The shape of a matrix product (numpy's `matmul`): batch axes broadcast, a vector counts as a row or column that is then dropped. */
function matrixProduct(left: Shape | undefined, right: Shape | undefined): Shape | undefined {
  if (left === undefined || right === undefined || left.length === 0 || right.length === 0) return undefined;
  const a: Shape = left.length === 1 ? [1, ...left] : left;
  const b: Shape = right.length === 1 ? [...right, 1] : right;
  const batch = broadcast(a.slice(0, -2), b.slice(0, -2)) ?? [];
  return [
    ...batch,
    ...(left.length === 1 ? [] : [a.at(-2) as Dimension]),
    ...(right.length === 1 ? [] : [b.at(-1) as Dimension]),
  ];
}

const swapped = (shape: Shape | undefined, swap: boolean): Shape | undefined =>
  swap && shape !== undefined && shape.length >= 2
    ? [...shape.slice(0, -2), shape.at(-1) as Dimension, shape.at(-2) as Dimension]
    : shape;

const product =
  (leftAt: number, rightAt: number, dtype: (node: Node) => DataType): Rule =>
  (node) =>
    one(dtype(node), matrixProduct(shapeOf(node, leftAt), shapeOf(node, rightAt)));

const gemm =
  (leftAt: number, rightAt: number): Rule =>
  (node) => {
    const left = swapped(shapeOf(node, leftAt), intAttribute(node.operator, 'transA', 0) !== 0);
    const right = swapped(shapeOf(node, rightAt), intAttribute(node.operator, 'transB', 0) !== 0);
    const shape: Shape = [left?.[0] ?? '?', right?.[1] ?? '?'];
    return like(node, shape, leftAt);
  };

const fusedMatMul: Rule = (node) => {
  const left = swapped(shapeOf(node, 0), intAttribute(node.operator, 'transA', 0) !== 0);
  const right = swapped(shapeOf(node, 1), intAttribute(node.operator, 'transB', 0) !== 0);
  return like(node, matrixProduct(left, right));
};

const matMulNBits: Rule = (node) => {
  const shape = shapeOf(node, 0);
  return like(node, shape && [...shape.slice(0, -1), intAttribute(node.operator, 'N', 0)]);
};

/** Letters of an `Einsum` equation to extents; ellipses and missing arrows (implicit output) included. */
const einsum: Rule = (node) => {
  const { equation } = node.operator.attributes;
  if (equation?.kind !== 'string') return like(node, undefined);
  const [terms = '', output] = equation.value.replaceAll(/\s/g, '').split('->');
  const extentOf = new Map<string, Dimension>();
  let ellipsis: Shape = [];
  for (const [position, term] of terms.split(',').entries()) {
    const shape = shapeOf(node, position);
    if (shape === undefined) return like(node, undefined);
    const [before = '', after] = term.split('...');
    const hidden = after === undefined ? 0 : shape.length - before.length - after.length;
    if (after !== undefined) {
      ellipsis = broadcast(ellipsis, shape.slice(before.length, before.length + hidden)) ?? ellipsis;
    }
    const letters = [...before, ...(after ?? '')];
    const extents = [...shape.slice(0, before.length), ...shape.slice(before.length + hidden)];
    letters.forEach((letter, at) => {
      const extent = extents[at] ?? '?';
      const known = extentOf.get(letter);
      if (known === undefined || !isKnown(known) || known === 1) extentOf.set(letter, extent);
    });
  }
  const all = terms.replaceAll(/[.,]/g, '');
  const implicit = [...new Set(all)].filter((letter) => all.split(letter).length === 2).sort();
  const wanted = output ?? (terms.includes('...') ? '...' : '') + implicit.join('');
  const [before = '', after] = wanted.split('...');
  const extents = (letters: string): Shape => [...letters].map((letter) => extentOf.get(letter) ?? '?');
  return like(node, [...extents(before), ...(after === undefined ? [] : [...ellipsis, ...extents(after)])]);
};

const determinant: Rule = (node) => like(node, shapeOf(node, 0)?.slice(0, -2));

/** ai.onnx `Attention` (opset 23): 4-D inputs are [batch, heads, sequence, size], 3-D ones [batch, sequence, heads × size]. */
const attention: Rule = (node) => {
  const query = shapeOf(node, 0);
  const key = shapeOf(node, 1);
  const value = shapeOf(node, 2);
  const dtype = typeOf(node, 0);
  if (query === undefined || value === undefined) return [fact(dtype, undefined)];
  const heads = intAttribute(node.operator, 'q_num_heads', 0);
  const valueHeads = intAttribute(node.operator, 'kv_num_heads', 0);
  const isFlat = query.length === 3;
  const size = value.at(-1) ?? '?';
  const output: Shape = isFlat
    ? [...query.slice(0, 2), valueHeads === 0 || typeof size !== 'number' ? '?' : (size / valueHeads) * heads]
    : [...query.slice(0, 3), size];
  const split = (shape: Shape | undefined): Shape | undefined => {
    const last = shape?.at(-1);
    if (shape === undefined || !isFlat) return shape;
    return [shape[0] ?? '?', valueHeads, shape[1] ?? '?', typeof last === 'number' ? last / valueHeads : '?'];
  };
  const present = (shape: Shape | undefined, past: Shape | undefined): Shape | undefined => {
    const now = split(shape);
    const before = past?.[2];
    const sum = typeof before === 'number' && typeof now?.[2] === 'number' ? before + now[2] : '?';
    return past === undefined ? now : now?.map((extent, axis) => (axis === 2 ? sum : extent));
  };
  const keys = present(key, shapeOf(node, 4));
  return [
    fact(dtype, output),
    fact(dtype, keys),
    fact(dtype, present(value, shapeOf(node, 5))),
    fact(dtype, [query[0] ?? '?', isFlat ? heads : (query[1] ?? '?'), query.at(-2) ?? '?', keys?.[2] ?? '?']),
  ];
};

/** com.microsoft `Attention`: input [batch, sequence, hidden], weights [hidden, 3 × hidden] (or as `qkv_hidden_sizes` says). */
const microsoftAttention: Rule = (node) => {
  const input = shapeOf(node, 0);
  const sizes = node.operator.attributes.qkv_hidden_sizes;
  const weights = shapeOf(node, 1)?.at(-1);
  const hidden = sizes?.kind === 'ints' ? sizes.value[2] : typeof weights === 'number' ? weights / 3 : '?';
  return like(node, input && [...input.slice(0, 2), hidden ?? '?']);
};

/** com.microsoft `MultiHeadAttention` with separate 3-D query, key and value. */
const multiHeadAttention: Rule = (node) => {
  const query = shapeOf(node, 0);
  const value = shapeOf(node, 2);
  return like(
    node,
    query?.length === 3 && value?.length === 3 ? [...query.slice(0, 2), value[2] as Dimension] : undefined,
  );
};

/** Without a key the query holds all three, and its width says nothing about the output's. */
const groupQueryAttention: Rule = (node) => like(node, node.inputs[1] === undefined ? undefined : shapeOf(node, 0));

/** Matrix products and attention. */
export const matrixRules: Rules = {
  MatMul: product(0, 1, (node) => typeOf(node, 0)),
  MatMulInteger: product(0, 1, () => 'int32'),
  QLinearMatMul: product(0, 3, (node) => typeOf(node, 7)),
  Gemm: gemm(0, 1),
  'com.microsoft:QGemm': (node) => {
    const [result] = gemm(0, 3)(node);
    return [result && { ...result, dtype: node.inputs[8] === undefined ? 'float32' : typeOf(node, 8) }];
  },
  'com.microsoft:FusedMatMul': fusedMatMul,
  'com.microsoft:FusedGemm': gemm(0, 1),
  'com.microsoft:DynamicQuantizeMatMul': product(0, 1, () => 'float32'),
  'com.microsoft:MatMulIntegerToFloat': product(0, 1, () => 'float32'),
  'com.microsoft:MatMulInteger16': product(0, 1, () => 'int32'),
  'com.microsoft:MatMulNBits': matMulNBits,
  Einsum: einsum,
  Det: determinant,
  Attention: attention,
  'com.microsoft:Attention': microsoftAttention,
  'com.microsoft:QAttention': microsoftAttention,
  'com.microsoft:MultiHeadAttention': multiHeadAttention,
  'com.microsoft:GroupQueryAttention': groupQueryAttention,
};
