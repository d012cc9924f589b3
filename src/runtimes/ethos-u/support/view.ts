import { concreteShape, isConstant } from '../../../graph/access.ts';
import type { Graph, Operator, Tensor } from '../../../graph/graph.ts';
import { ownEntry } from '../../../graph/own.ts';
import type { Family } from '../configuration.ts';

/** An operator as the rules look at it: its tensors by what they are to the NPU. */
export interface OperatorView {
  readonly graph: Graph;
  readonly operator: Operator;
  readonly family: Family;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly weights: Tensor | undefined;
  readonly bias: Tensor | undefined;
  /** Axes, sizes, paddings: what has to be known when the model is compiled. */
  readonly parameters: readonly Tensor[];
}

/** Which positions of an operator's inputs are feature maps, weights, bias and parameters; every other type has one feature map. Source: `TfLiteMapping` of Vela 5.2.0's compilation core. */
interface Roles {
  readonly maps?: readonly number[] | 'all';
  readonly weights?: number;
  readonly bias?: number;
  readonly parameters?: readonly number[];
}

const two: Roles = { maps: [0, 1] };
const withParameter: Roles = { maps: [0], parameters: [1] };
const filtered: Roles = { maps: [0], weights: 1, bias: 2 };

const roles: Readonly<Record<string, Roles>> = {
  ADD: two,
  ARG_MAX: withParameter,
  BATCH_MATMUL: two,
  CONCATENATION: { maps: 'all' },
  CONV_2D: filtered,
  DEPTHWISE_CONV_2D: filtered,
  DIV: two,
  EQUAL: two,
  FULLY_CONNECTED: filtered,
  GATHER: two,
  GREATER: two,
  GREATER_EQUAL: two,
  LESS: two,
  LESS_EQUAL: two,
  LOGICAL_AND: two,
  LOGICAL_OR: two,
  MAXIMUM: { maps: 'all' },
  MEAN: withParameter,
  MINIMUM: { maps: 'all' },
  MIRROR_PAD: withParameter,
  MUL: two,
  NOT_EQUAL: two,
  PACK: { maps: 'all' },
  PAD: withParameter,
  PADV2: { maps: [0], parameters: [1, 2] },
  PRELU: withParameter,
  REDUCE_ALL: withParameter,
  REDUCE_ANY: withParameter,
  REDUCE_MAX: withParameter,
  REDUCE_MIN: withParameter,
  RESHAPE: withParameter,
  REVERSE_V2: withParameter,
  SCATTER_ND: { maps: [0, 1], parameters: [2] },
  SELECT: { maps: [0, 1, 2] },
  SELECT_V2: { maps: [0, 1, 2] },
  SLICE: { maps: [0], parameters: [1, 2] },
  SPLIT: { maps: [1], parameters: [0] },
  SPLIT_V: { maps: [0], parameters: [1, 2] },
  SQUARED_DIFFERENCE: two,
  STRIDED_SLICE: { maps: [0], parameters: [1, 2, 3] },
  SUB: two,
  SUM: withParameter,
  TILE: withParameter,
  TRANSPOSE: withParameter,
  TRANSPOSE_CONV: { maps: [2], weights: 1, bias: 3, parameters: [0] },
};

/** An operator with its tensors sorted by role. */
export function operatorView(graph: Graph, operator: Operator, family: Family): OperatorView {
  const { maps = [0], weights, bias, parameters = [] } = ownEntry(roles, operator.type) ?? {};
  const at = (position: number | undefined): Tensor | undefined => {
    const id = position === undefined ? undefined : operator.inputs[position];
    return id === undefined || id === null ? undefined : graph.tensors[id];
  };
  const present = (positions: readonly number[]): readonly Tensor[] => positions.flatMap((each) => at(each) ?? []);
  return {
    graph,
    operator,
    family,
    inputs: present(maps === 'all' ? operator.inputs.map((_, position) => position) : maps),
    outputs: operator.outputs.flatMap((id) => (id === null ? [] : (graph.tensors[id] ?? []))),
    weights: at(weights),
    bias: at(bias),
    parameters: present(parameters),
  };
}

/** A tensor's extents, at least four of them: ones are put in front. Open extents count as 1, as Vela takes an open batch. */
export function atLeastFour(tensor: Tensor | undefined): readonly number[] {
  const extents =
    concreteShape(tensor?.shape) ?? (tensor?.shape ?? []).map((each) => (typeof each === 'number' ? each : 1));
  return [...new Array<number>(Math.max(0, 4 - extents.length)).fill(1), ...extents];
}

/** Height, width and channels of a feature map. */
export function heightWidthChannels(tensor: Tensor | undefined): {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
} {
  const [height = 1, width = 1, channels = 1] = atLeastFour(tensor).slice(-3);
  return { height, width, channels };
}

/** `true` where a rank that is not known would be needed, or the tensor is a computed scalar. */
export function isShapeless(tensor: Tensor): boolean {
  return tensor.shape === undefined || (tensor.shape.length === 0 && !isConstant(tensor));
}
