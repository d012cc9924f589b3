import { intAttribute, intsAttribute } from '../access.ts';
import type { DataType } from '../data-type.ts';
import { compute, extentsOf, integersOf, statedShape } from './fact.ts';
import { type Node, one, type Rule, type Rules, shapeOf, typeAttribute, typeOf } from './node.ts';

const constant: Rule = ({ operator }) => {
  const { value, value_int, value_ints, value_float, value_floats, value_string, value_strings } = operator.attributes;
  if (value?.kind === 'tensor') return one(value.value.dtype, value.value.shape);
  if (value_int !== undefined) return one('int64', []);
  if (value_float !== undefined) return one('float32', []);
  if (value_string !== undefined) return one('string', []);
  if (value_ints?.kind === 'ints') return one('int64', [value_ints.value.length]);
  if (value_floats?.kind === 'floats') return one('float32', [value_floats.value.length]);
  if (value_strings?.kind === 'strings') return one('string', [value_strings.value.length]);
  return [undefined];
};

/** The shape that an input's elements spell; its rank where the elements are unknown. */
const spelled = (node: Node, position: number) => {
  const extents = extentsOf(node.inputs[position]);
  return extents ?? statedShape(shapeOf(node, position)?.[0]);
};

const constantOfShape: Rule = (node) => {
  const { value } = node.operator.attributes;
  return one(value?.kind === 'tensor' ? value.value.dtype : 'float32', spelled(node, 0));
};

const range: Rule = (node) => {
  const [start, limit, delta] = [0, 1, 2].map((position) => integersOf(node.inputs[position])?.[0] ?? '?');
  const count = compute(
    (from, to, step) => Math.max(0, Math.ceil((to - from) / step)),
    start ?? '?',
    limit ?? '?',
    delta ?? '?',
  );
  return one(typeOf(node, 0), [count]);
};

const random: Rule = (node) =>
  one(typeAttribute(node.operator, 'dtype', 'float32'), intsAttribute(node.operator, 'shape'));

const randomLike: Rule = (node) => one(typeAttribute(node.operator, 'dtype', typeOf(node, 0)), shapeOf(node, 0));

const multinomial: Rule = (node) => {
  const dtype: DataType = typeAttribute(node.operator, 'dtype', 'int32');
  return one(dtype, [shapeOf(node, 0)?.[0] ?? '?', intAttribute(node.operator, 'sample_size', 1)]);
};

const window: Rule = (node) =>
  one(typeAttribute(node.operator, 'output_datatype', 'float32'), [integersOf(node.inputs[0])?.[0] ?? '?']);

const melWeights: Rule = (node) => {
  const bins = integersOf(node.inputs[0])?.[0] ?? '?';
  const length = integersOf(node.inputs[1])?.[0] ?? '?';
  const dtype = typeAttribute(node.operator, 'output_datatype', 'float32');
  return one(dtype, [compute((n) => Math.floor(n / 2) + 1, length), bins]);
};

/** Operators that make a tensor from nothing or from a shape. */
export const generatorRules: Rules = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  EyeLike: randomLike,
  RandomNormal: random,
  RandomUniform: random,
  RandomNormalLike: randomLike,
  RandomUniformLike: randomLike,
  Bernoulli: randomLike,
  Multinomial: multinomial,
  HannWindow: window,
  HammingWindow: window,
  BlackmanWindow: window,
  MelWeightMatrix: melWeights,
};
