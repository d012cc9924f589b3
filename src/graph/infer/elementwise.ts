import { intAttribute } from '../access.ts';
import type { DataType } from '../data-type.ts';
import { ownEntry } from '../own.ts';
import { broadcast, compute, extentsOf, type Fact, fact, plus, times } from './fact.ts';
import { like, type Node, one, type Rule, type Rules, shapeOf, typeAttribute, typeOf } from './node.ts';

/** The output is of the first input's type and shape. */
const same: Rule = (node) => like(node, shapeOf(node, 0));

/** The output has the first input's shape and is `bool`. */
const sameBool: Rule = (node) => one('bool', shapeOf(node, 0));

const allShapes = (node: Node) => broadcast(...node.inputs.map((input) => input?.shape));
const broadcastBool: Rule = (node) => one('bool', allShapes(node));

/** Arithmetic on vectors of extents of which only some are known: `[N, 2] * [1, 3]` is `[N, 6]`. */
const partialArithmetic: Readonly<Record<string, (left: number | string, right: number | string) => number | string>> =
  {
    Add: plus,
    Mul: times,
    Sub: (left, right) => (right === 0 ? left : compute((a, b) => a - b, left, right)),
    Div: (left, right) => (right === 1 ? left : compute((a, b) => Math.trunc(a / b), left, right)),
  };

const broadcastLike: Rule = (node) => {
  const { operator, inputs } = node;
  // Before opset 7 the second input was broadcast to the first, along `axis`.
  if (operator.domain === '' && operator.version < 7 && inputs.length === 2) return same(node);
  const result: Fact = fact(typeOf(node, 0), allShapes(node));
  const operation = ownEntry(partialArithmetic, operator.type);
  const [left, right] = [extentsOf(inputs[0]), extentsOf(inputs[1])];
  if (operation === undefined || left === undefined || right === undefined) return [result];
  if (typeOf(node, 0).startsWith('float') || (result.shape?.length ?? 2) > 1) return [result];
  const length = Math.max(left.length, right.length);
  const element = (list: readonly (number | string)[], i: number) => list[list.length === 1 ? 0 : i] ?? '?';
  return [{ ...result, extents: Array.from({ length }, (_, i) => operation(element(left, i), element(right, i))) }];
};

const cast: Rule = (node) => {
  const known = node.inputs[0];
  const dtype = typeAttribute(node.operator, 'to', 'unknown');
  return [{ ...fact(dtype, known?.shape), ...(known?.extents === undefined ? {} : { extents: known.extents }) }];
};

const identity: Rule = (node) => [node.inputs[0]];

/** The second output, where there is one, is a mask or statistics of the first one's shape. */
const withMask =
  (maskType: (node: Node) => DataType): Rule =>
  (node) => [fact(typeOf(node, 0), shapeOf(node, 0)), fact(maskType(node), shapeOf(node, 0))];

const dropout = withMask((node) => (node.operator.version >= 10 ? 'bool' : typeOf(node, 0)));

const batchNormalization: Rule = (node) => {
  const statistics = fact(typeOf(node, 3), shapeOf(node, 3));
  return [fact(typeOf(node, 0), shapeOf(node, 0)), statistics, statistics, statistics, statistics];
};

const layerNormalization: Rule = (node) => {
  const shape = shapeOf(node, 0);
  const axis = intAttribute(node.operator, 'axis', -1);
  const first = shape && (axis < 0 ? axis + shape.length : axis);
  const statistics = fact(
    'float32',
    shape?.map((extent, at) => (at < (first ?? 0) ? extent : 1)),
  );
  return [fact(typeOf(node, 0), shape), statistics, statistics];
};

const where: Rule = (node) => [fact(typeOf(node, 1), allShapes(node))];

const sameTypes = [
  'Abs Acos Acosh Asin Asinh Atan Atanh Bernoulli BitwiseNot Ceil Celu Clip Cos Cosh CumSum CumProd Elu Erf Exp Floor Gelu',
  'GroupNormalization HardSigmoid HardSwish Hardmax InstanceNormalization LRN LeakyRelu Log LogSoftmax LpNormalization',
  'MeanVarianceNormalization Mish Neg Not PRelu RMSNormalization RandomNormalLike RandomUniformLike Reciprocal Relu ReverseSequence',
  'RotaryEmbedding Round Scatter ScatterElements ScatterND TensorScatter Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign',
  'Sqrt Swish Tan Tanh ThresholdedRelu Trilu',
].flatMap((line) => line.split(' '));

const broadcastTypes =
  'Add And BitShift BitwiseAnd BitwiseOr BitwiseXor Div Max Mean Min Mod Mul Or Pow Sub Sum Xor'.split(' ');

const microsoftSameTypes = [
  'BiasGelu FastGelu Gelu QuickGelu BiasDropout QLinearLeakyRelu QLinearSigmoid QLinearSoftmax GroupNorm SimplifiedLayerNormalization',
  'RotaryEmbedding Trilu BifurcationDetector',
].flatMap((line) => line.split(' '));

const table = (types: readonly string[], rule: Rule, prefix = ''): Rules =>
  Object.fromEntries(types.map((type) => [prefix + type, rule]));

/** Operators that work element by element or normalise: the shape stays or is broadcast. */
export const elementwiseRules: Rules = {
  ...table(sameTypes, same),
  ...table(broadcastTypes, broadcastLike),
  ...table('Equal Greater GreaterOrEqual Less LessOrEqual'.split(' '), broadcastBool),
  ...table(microsoftSameTypes, same, 'com.microsoft:'),
  IsInf: sameBool,
  IsNaN: sameBool,
  Not: sameBool,
  Identity: identity,
  Cast: cast,
  CastLike: (node) => one(typeOf(node, 1), shapeOf(node, 0)),
  BitCast: cast,
  Dropout: dropout,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  SimplifiedLayerNormalization: layerNormalization,
  Where: where,
  // Inputs come as value, scale, zero point.
  'com.microsoft:QLinearAdd': (node) => like(node, broadcast(shapeOf(node, 0), shapeOf(node, 3))),
  'com.microsoft:QLinearMul': (node) => like(node, broadcast(shapeOf(node, 0), shapeOf(node, 3))),
  'com.microsoft:QLinearWhere': (node) =>
    like(node, broadcast(shapeOf(node, 0), shapeOf(node, 1), shapeOf(node, 4)), 1),
  'com.microsoft:SkipLayerNormalization': (node) => [
    fact(typeOf(node, 0), shapeOf(node, 0)),
    undefined,
    undefined,
    fact(typeOf(node, 0), shapeOf(node, 0)),
  ],
  'com.microsoft:SkipSimplifiedLayerNormalization': (node) => [
    fact(typeOf(node, 0), shapeOf(node, 0)),
    undefined,
    undefined,
    fact(typeOf(node, 0), shapeOf(node, 0)),
  ],
};
