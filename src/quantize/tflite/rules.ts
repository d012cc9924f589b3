import { inputTensor, stringAttribute } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import type { IntegerParameters } from '../integer-parameters.ts';
import { refuseRecurrent } from './refuse-recurrent.ts';

/** Integers that activations may become: asymmetric int8, or symmetric int16 beside int8 weights. */
export type Precision = 'int8' | 'int16';

/**
 * How an operator takes part in an integer graph.
 * `weighted`: multiplies an activation by constant weights. `computes`: has an integer kernel with parameters of its own for each operand and the result, unless `fixed`.
 * `moves`: rearranges, selects or averages elements, so operands and results share their parameters. `reads`: its result is no quantised number.
 * `recurs`: a recurrent layer, whose constants and states have parameters of their own.
 */
export type Rule = Weighted | Computes | Moves | Reads | Recurs;

interface Common {
  /** Version of the operator for each precision that its kernel knows (`GetBuiltinOperatorVersion`, op_version.cc of tensorflow/tensorflow). */
  readonly versions: Partial<Readonly<Record<Precision, number>>>;
}

export interface Weighted extends Common {
  readonly kind: 'weighted';
  /** Positions among the inputs. */
  readonly data: number;
  readonly weights: number;
  readonly bias: number;
  /** Of the weights' shape: the axis with a scale for each index. */
  readonly axis: number;
  /** Whether the kernel takes a scale per channel beside int16 activations. */
  readonly perChannelInt16: boolean;
}

export interface Computes extends Common {
  readonly kind: 'computes';
  /** Positions of quantised operands; all where absent. */
  readonly operands?: readonly number[];
  /** Operands that stay int8 beside int16. */
  readonly narrow?: readonly number[];
  /** Parameters of the result that do not depend on the data. */
  readonly fixed?: Partial<Readonly<Record<Precision, IntegerParameters>>>;
}

export interface Moves extends Common {
  readonly kind: 'moves';
  readonly operands?: readonly number[];
  /** The result can hold what its operands cannot: its own range counts. */
  readonly widens?: boolean;
}

export interface Reads extends Common {
  readonly kind: 'reads';
  readonly operands?: readonly number[];
  readonly linked?: boolean;
}

export interface Recurs extends Common {
  readonly kind: 'recurs';
}

const both = (int8: number, int16: number) => ({ versions: { int8, int16 } });
const narrowOnly = (int8: number) => ({ versions: { int8 } });
const first = [0];
const sigmoid = {
  int8: { scale: 1 / 256, zeroPoint: -128 },
  int16: { scale: 1 / 32768, zeroPoint: 0 },
};

/**
 * Operators that TensorFlow Lite Micro computes in integers, with what the 8-bit quantisation specification demands of their parameters
 * (https://ai.google.dev/edge/litert/models/quantization_spec). Which precisions: runtimes/tflm/support/operators.json, to which a test holds this table.
 * Left out on purpose: `keptInFloat`.
 */
const rules: Readonly<Record<string, Rule>> = {
  CONV_2D: { kind: 'weighted', data: 0, weights: 1, bias: 2, axis: 0, perChannelInt16: true, ...both(3, 4) },
  DEPTHWISE_CONV_2D: { kind: 'weighted', data: 0, weights: 1, bias: 2, axis: 3, perChannelInt16: true, ...both(3, 5) },
  TRANSPOSE_CONV: { kind: 'weighted', data: 2, weights: 1, bias: 3, axis: 0, perChannelInt16: true, ...both(3, 4) },
  FULLY_CONNECTED: { kind: 'weighted', data: 0, weights: 1, bias: 2, axis: 0, perChannelInt16: false, ...both(4, 7) },

  ADD: { kind: 'computes', ...both(2, 3) },
  SUB: { kind: 'computes', ...both(2, 5) },
  MUL: { kind: 'computes', ...both(2, 4) },
  SQUARED_DIFFERENCE: { kind: 'computes', ...narrowOnly(2) },
  BATCH_MATMUL: { kind: 'computes', ...both(2, 3) },
  MEAN: { kind: 'computes', operands: first, ...both(2, 3) },
  SUM: { kind: 'computes', operands: first, ...both(2, 2) },
  ABS: { kind: 'computes', ...both(2, 3) },
  ELU: { kind: 'computes', ...narrowOnly(1) },
  HARD_SWISH: { kind: 'computes', ...narrowOnly(1) },
  LEAKY_RELU: { kind: 'computes', ...both(1, 2) },
  PRELU: { kind: 'computes', narrow: [1], ...both(1, 1) },
  RELU: { kind: 'computes', ...both(2, 3) },
  LOGISTIC: { kind: 'computes', fixed: sigmoid, ...both(2, 3) },
  SOFTMAX: { kind: 'computes', fixed: sigmoid, ...both(2, 3) },
  TANH: {
    kind: 'computes',
    fixed: { int8: { scale: 1 / 128, zeroPoint: 0 }, int16: { scale: 1 / 32768, zeroPoint: 0 } },
    ...both(2, 3),
  },
  L2_NORMALIZATION: { kind: 'computes', fixed: { int8: { scale: 1 / 128, zeroPoint: 0 } }, ...narrowOnly(2) },
  LOG_SOFTMAX: { kind: 'computes', fixed: { int8: { scale: 16 / 256, zeroPoint: 127 } }, ...narrowOnly(2) },

  AVERAGE_POOL_2D: { kind: 'moves', ...both(2, 3) },
  MAX_POOL_2D: { kind: 'moves', ...both(2, 3) },
  RELU6: { kind: 'moves', ...both(2, 3) },
  MAXIMUM: { kind: 'moves', widens: true, ...both(2, 4) },
  MINIMUM: { kind: 'moves', widens: true, ...both(2, 4) },
  REDUCE_MAX: { kind: 'moves', operands: first, ...narrowOnly(2) },
  REDUCE_MIN: { kind: 'moves', operands: first, ...narrowOnly(2) },
  CONCATENATION: { kind: 'moves', ...both(2, 3) },
  PACK: { kind: 'moves', ...both(2, 3) },
  UNPACK: { kind: 'moves', ...both(2, 4) },
  SPLIT: { kind: 'moves', operands: [1], ...both(2, 4) },
  SPLIT_V: { kind: 'moves', operands: first, ...both(2, 2) },
  RESHAPE: { kind: 'moves', operands: first, ...both(1, 1) },
  SQUEEZE: { kind: 'moves', ...both(1, 1) },
  EXPAND_DIMS: { kind: 'moves', operands: first, ...both(1, 1) },
  TRANSPOSE: { kind: 'moves', operands: first, ...both(2, 5) },
  REVERSE_V2: { kind: 'moves', operands: first, ...both(3, 3) },
  SLICE: { kind: 'moves', operands: first, ...both(2, 4) },
  STRIDED_SLICE: { kind: 'moves', operands: first, ...both(2, 4) },
  DYNAMIC_UPDATE_SLICE: { kind: 'moves', operands: [0, 1], ...both(1, 4) },
  GATHER: { kind: 'moves', operands: first, ...narrowOnly(2) },
  GATHER_ND: { kind: 'moves', operands: first, ...narrowOnly(1) },
  EMBEDDING_LOOKUP: { kind: 'moves', operands: [1], ...narrowOnly(1) },
  SELECT_V2: { kind: 'moves', operands: [1, 2], ...both(1, 1) },
  BROADCAST_TO: { kind: 'moves', operands: first, ...both(3, 3) },
  PAD: { kind: 'moves', operands: first, ...both(2, 3) },
  PADV2: { kind: 'moves', operands: [0, 2], widens: true, ...both(2, 3) },
  MIRROR_PAD: { kind: 'moves', operands: first, ...narrowOnly(2) },
  BATCH_TO_SPACE_ND: { kind: 'moves', operands: first, ...narrowOnly(2) },
  SPACE_TO_BATCH_ND: { kind: 'moves', operands: first, ...narrowOnly(2) },
  DEPTH_TO_SPACE: { kind: 'moves', ...narrowOnly(2) },
  SPACE_TO_DEPTH: { kind: 'moves', ...narrowOnly(2) },
  RESIZE_BILINEAR: { kind: 'moves', operands: first, ...narrowOnly(2) },
  RESIZE_NEAREST_NEIGHBOR: { kind: 'moves', operands: first, ...both(2, 4) },

  ARG_MAX: { kind: 'reads', operands: first, ...narrowOnly(2) },
  ARG_MIN: { kind: 'reads', operands: first, ...narrowOnly(2) },
  EQUAL: { kind: 'reads', linked: true, ...narrowOnly(2) },
  NOT_EQUAL: { kind: 'reads', linked: true, ...narrowOnly(2) },
  GREATER: { kind: 'reads', linked: true, ...narrowOnly(2) },
  GREATER_EQUAL: { kind: 'reads', linked: true, ...narrowOnly(2) },
  LESS: { kind: 'reads', linked: true, ...narrowOnly(2) },
  LESS_EQUAL: { kind: 'reads', linked: true, ...narrowOnly(2) },

  UNIDIRECTIONAL_SEQUENCE_LSTM: { kind: 'recurs', ...narrowOnly(1) },
  SVDF: { kind: 'recurs', ...narrowOnly(3) },
};

/** Types with an integer kernel that does not serve, and why. The sums: commonScaleSum in kernels/arithmetic. */
const keptInFloat: Readonly<Record<string, string>> = {
  DIV: 'has an integer kernel that stops where a divisor rounds to 0',
  RSQRT: 'gives results that span more than 8 bits can hold',
  ADD_N: 'has an integer kernel that adds the zero point of its operands to the sum',
  CUMSUM: 'has an integer kernel that adds the zero point of its operand to the sums',
};

/** Types with a rule; for the test that holds the table to what TensorFlow Lite Micro supports. */
export const quantizedTypes: readonly string[] = Object.keys(rules);

/** The rule of an operator, or why it has none, to go on after its type: `has no integer kernel …`. */
export function ruleOf(graph: Graph, operator: Operator): Rule | string {
  const rule = operator.domain === '' && Object.hasOwn(rules, operator.type) ? rules[operator.type] : undefined;
  if (rule === undefined) {
    const reason = Object.hasOwn(keptInFloat, operator.type) ? keptInFloat[operator.type] : undefined;
    return reason ?? 'has no integer kernel on microcontrollers';
  }
  return (rule.kind === 'recurs' ? refuseRecurrent(graph, operator) : refusalOf(graph, operator, rule)) ?? rule;
}

/** Why an operator cannot follow the rule of its type. */
function refusalOf(graph: Graph, operator: Operator, rule: Rule): string | undefined {
  const activation = stringAttribute(operator, 'fused_activation_function', 'NONE');
  if (rule.kind === 'weighted') {
    const weights = inputTensor(graph, operator, rule.weights);
    const bias = inputTensor(graph, operator, rule.bias);
    if (weights?.data === undefined || weights.dtype !== 'float32') return 'has weights that are computed';
    if (bias !== undefined && (bias.data === undefined || bias.dtype !== 'float32'))
      return 'has a bias that is computed';
  }
  if (!clamps.has(activation)) return `has the fused activation ${activation}`;
  if ((operator.type === 'CONCATENATION' || operator.type === 'L2_NORMALIZATION') && activation !== 'NONE') {
    return `has the fused activation ${activation}`;
  }
  return undefined;
}

const clamps: ReadonlySet<string> = new Set(['NONE', 'RELU', 'RELU6', 'RELU_N1_TO_1']);

/** Precisions in which an operator can compute, the wanted one first; int8 stands in where there is no int16 kernel. */
export function precisionOf(graph: Graph, operator: Operator, rule: Rule, wanted: Precision): Precision {
  if (wanted === 'int8' || rule.versions.int16 === undefined) return 'int8';
  if (operator.type === 'CONV_2D') {
    // CMSIS-NN has no groups for int16.
    const channels = inputTensor(graph, operator, 0)?.shape?.[3];
    const depth = inputTensor(graph, operator, 1)?.shape?.[3];
    if (channels !== depth) return 'int8';
  }
  // The kernel leaves a fused activation to the range of its output, which symmetric integers cannot cut at 0.
  const activation = stringAttribute(operator, 'fused_activation_function', 'NONE');
  return operator.type === 'TRANSPOSE_CONV' && activation !== 'NONE' ? 'int8' : 'int16';
}

/** Positions of the inputs that become integers. */
export function operandsOf(operator: Operator, rule: Rule): readonly number[] {
  if (rule.kind === 'weighted') return [rule.data];
  if (rule.kind === 'recurs') return first;
  return rule.operands ?? operator.inputs.flatMap((id, position) => (id === null ? [] : [position]));
}
