import { intsAttribute, stringAttribute } from '../graph/access.ts';
import type { Operator, TensorId } from '../graph/graph.ts';
import { capturedNames } from '../graph/traversal.ts';
import type { ChannelFlow } from './channel-flow.ts';
import { batchNorm, binary, concat, prelu } from './channel-rules/combine.ts';
import { elementwise, type Follow, rankOf } from './channel-rules/follow.ts';
import { constantInts, onnxAxes, pad, reduce, reshape, resize, transpose } from './channel-rules/move.ts';

/** Follows channels through an operator that is no layer with weights. */
export function followOperator(flow: ChannelFlow, operator: Operator): boolean {
  if (operator.domain !== '' && operator.domain !== 'ai.onnx') return false;
  if (operator.intermediates !== undefined && operator.intermediates.length > 0) return false;
  if (capturedNames(operator).size > 0) return false;
  const rules = flow.graph.dialect === 'onnx' ? onnxRules : tfliteRules;
  const rule = Object.hasOwn(rules, operator.type) ? rules[operator.type] : undefined;
  if (rule === undefined || !isFusedFollowed(flow, operator)) return false;
  return rule(flow, operator);
}

/** Activations fused into a TensorFlow Lite operator. */
function isFusedFollowed({ purpose }: ChannelFlow, operator: Operator): boolean {
  return purpose === 'removal' || /^(NONE|RELU)$/.test(stringAttribute(operator, 'fused_activation_function', 'NONE'));
}

const rules = (types: readonly string[], follow: Follow): Readonly<Record<string, Follow>> =>
  Object.fromEntries(types.map((type) => [type, follow]));

const onnxRules: Readonly<Record<string, Follow>> = {
  ...rules(
    [
      'Relu',
      'LeakyRelu',
      'Identity',
      'Dropout',
      'MaxPool',
      'AveragePool',
      'GlobalAveragePool',
      'GlobalMaxPool',
      'Abs',
      'Neg',
    ],
    elementwise(true),
  ),
  ...rules(
    [
      'Clip',
      'Sigmoid',
      'Tanh',
      'HardSigmoid',
      'HardSwish',
      'Elu',
      'Selu',
      'Celu',
      'Gelu',
      'Softplus',
      'Softsign',
      'Mish',
      'Exp',
      'Log',
      'Sqrt',
      'Erf',
      'Reciprocal',
      'ThresholdedRelu',
      'Floor',
      'Ceil',
      'Round',
    ],
    elementwise(false),
  ),
  Add: binary('sum'),
  Sub: binary('sum'),
  Mul: binary('product'),
  Div: binary('product'),
  Max: binary('extremum'),
  Min: binary('extremum'),
  Pow: binary('other'),
  PRelu: prelu,
  BatchNormalization: batchNorm,
  Concat: concat,
  Flatten: reshape,
  Reshape: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Transpose: transpose(
    (flow, operator) => intsAttribute(operator, 'perm') ?? reversed(rankOf(flow, operator.inputs[0] as TensorId)),
  ),
  ...rules(['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin'], reduce(onnxAxes, 'keepdims', 1)),
  Pad: pad((flow, operator) => intsAttribute(operator, 'pads') ?? constantInts(flow, operator, 1), 'halves'),
  Resize: resize,
  Upsample: resize,
};

function reversed(rank: number | undefined): readonly number[] | undefined {
  return rank === undefined ? undefined : Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
}

const second = (flow: ChannelFlow, operator: Operator): readonly number[] | undefined =>
  constantInts(flow, operator, 1);

const tfliteRules: Readonly<Record<string, Follow>> = {
  ...rules(
    [
      'RELU',
      'LEAKY_RELU',
      'AVERAGE_POOL_2D',
      'MAX_POOL_2D',
      'RESIZE_BILINEAR',
      'RESIZE_NEAREST_NEIGHBOR',
      'ABS',
      'NEG',
    ],
    elementwise(true),
  ),
  ...rules(
    [
      'RELU6',
      'RELU_N1_TO_1',
      'RELU_0_TO_1',
      'ELU',
      'LOGISTIC',
      'TANH',
      'HARD_SWISH',
      'GELU',
      'EXP',
      'LOG',
      'SQRT',
      'RSQRT',
      'SQUARE',
      'FLOOR',
      'CEIL',
      'ROUND',
      'SIN',
      'COS',
      'L2_POOL_2D',
    ],
    elementwise(false),
  ),
  ADD: binary('sum'),
  SUB: binary('sum'),
  MUL: binary('product'),
  DIV: binary('product'),
  MAXIMUM: binary('extremum'),
  MINIMUM: binary('extremum'),
  SQUARED_DIFFERENCE: binary('other'),
  PRELU: prelu,
  CONCATENATION: concat,
  RESHAPE: reshape,
  SQUEEZE: reshape,
  EXPAND_DIMS: reshape,
  TRANSPOSE: transpose(second),
  ...rules(['MEAN', 'SUM', 'REDUCE_MAX', 'REDUCE_MIN'], reduce(second, 'keep_dims', 0)),
  PAD: pad(second, 'pairs'),
  PADV2: pad(second, 'pairs'),
  MIRROR_PAD: pad(second, 'pairs'),
};
