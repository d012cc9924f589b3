import {
  concreteShape,
  inputTensor,
  intAttribute,
  intsAttribute,
  isConstant,
  stringAttribute,
  tensorAt,
} from '../graph/access.ts';
import { constantNumbers } from '../graph/constant-numbers.ts';
import type { Operator, TensorId } from '../graph/graph.ts';
import { capturedNames } from '../graph/traversal.ts';
import type { ChannelFlow, Channels } from './channel-groups.ts';

/** Follows the channels of one operator. False: it has no rule for them, and the caller fixes what it reads. */
type Follow = (flow: ChannelFlow, operator: Operator) => boolean;

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

const rankOf = (flow: ChannelFlow, id: TensorId): number | undefined => tensorAt(flow.graph, id).shape?.length;
const isConstantAt = (flow: ChannelFlow, id: TensorId | null | undefined): boolean =>
  id !== null && id !== undefined && isConstant(tensorAt(flow.graph, id));

/** The first output takes the channels of the first input, which are on the same axis or on the one that `axisOf` gives. */
const along =
  (
    axisOf: (flow: ChannelFlow, operator: Operator, axis: number) => number | undefined = (_f, _o, axis) => axis,
  ): Follow =>
  (flow, operator) => {
    const channels = flow.get(operator.inputs[0]);
    const [output, ...others] = operator.outputs;
    if (typeof output !== 'number' || others.some((id) => id !== null)) return false;
    if (channels === undefined) return true;
    const axis = axisOf(flow, operator, channels.axis);
    if (axis === undefined) return false;
    flow.set(output, { axis, groups: channels.groups });
    return true;
  };

/** Element by element; `isHomogeneous` says whether scaling passes through. */
const elementwise =
  (isHomogeneous: boolean): Follow =>
  (flow, operator) =>
    (isHomogeneous || flow.purpose === 'removal') && along()(flow, operator);

/** Where the channel axis of an operand with `rank` axes lies in a result with `outputRank`: shapes are aligned at their ends. */
const aligned = (axis: number, rank: number, outputRank: number): number => axis + outputRank - rank;

/** Operators of two operands with broadcasting. `sum`: scaling both scales the result. `product`: scaling one does. */
const binary =
  (kind: 'sum' | 'product' | 'extremum' | 'other'): Follow =>
  (flow, operator) => {
    const [first, second] = operator.inputs;
    const [output] = operator.outputs;
    if (typeof first !== 'number' || typeof second !== 'number' || typeof output !== 'number') return false;
    if (operator.inputs.length !== 2 || first === second) return flow.purpose === 'removal' && along()(flow, operator);
    const outputRank = rankOf(flow, output) ?? Math.max(rankOf(flow, first) ?? 0, rankOf(flow, second) ?? 0);
    const operands = [first, second].map((id) => {
      const shape = concreteShape(tensorAt(flow.graph, id).shape);
      const channels = flow.get(id);
      const constant = isConstantAt(flow, id);
      return { id, shape, channels: constant ? undefined : channels, constant };
    });
    const leading = operands.find(
      ({ channels, shape }) => channels !== undefined && (channels.groups.length > 1 || shape?.length === outputRank),
    );
    if (leading?.channels === undefined || leading.shape === undefined)
      return operands.every(({ channels }) => channels === undefined);
    const axis = aligned(leading.channels.axis, leading.shape.length, outputRank);
    const groups = leading.channels.groups;
    for (const operand of operands) {
      if (operand === leading) continue;
      const { id, shape, channels, constant } = operand;
      if (shape === undefined) return false;
      const own = axis - (outputRank - shape.length);
      const extent = own < 0 ? 1 : (shape[own] ?? 1);
      if (
        flow.purpose === 'scaling' &&
        !isScalable(flow, kind, leading.id === second, operand.id, constant, extent === groups.length)
      )
        return false;
      if (constant) {
        if (extent === groups.length && groups.length > 1) flow.attach(id, { axis: own, groups }, kind === 'sum');
        else if (extent > 1) return false;
      } else if (channels === undefined) {
        if (extent > 1 || groups.length === 1) return false;
      } else if (aligned(channels.axis, shape.length, outputRank) !== axis || extent !== groups.length) {
        return false;
      } else flow.unite(channels.groups, groups);
    }
    flow.set(output, { axis, groups });
    return true;
  };

/** True when a factor on the followed operand (and on the other, where it is tied) comes out as a factor on the result. */
function isScalable(
  flow: ChannelFlow,
  kind: 'sum' | 'product' | 'extremum' | 'other',
  isSecond: boolean,
  other: TensorId,
  isConstantOther: boolean,
  isPerChannel: boolean,
): boolean {
  switch (kind) {
    case 'sum':
      return (
        isPerChannel ||
        (isConstantOther && (constantNumbers(tensorAt(flow.graph, other)) ?? [1]).every((value) => value === 0))
      );
    case 'extremum':
      return isPerChannel && !isConstantOther;
    case 'product':
      // Two factors would multiply; a quotient's divisor would divide.
      return isConstantOther && !isSecond;
    case 'other':
      return false;
  }
}

const prelu: Follow = (flow, operator) => {
  const [input, slope] = operator.inputs;
  const [output] = operator.outputs;
  const channels = flow.get(input);
  if (
    typeof input !== 'number' ||
    typeof slope !== 'number' ||
    typeof output !== 'number' ||
    !isConstantAt(flow, slope)
  )
    return false;
  if (channels === undefined) return true;
  const shape = concreteShape(tensorAt(flow.graph, slope).shape);
  const rank = rankOf(flow, input);
  if (shape === undefined || rank === undefined) return false;
  const own = channels.axis - (rank - shape.length);
  const extent = own < 0 ? 1 : (shape[own] ?? 1);
  if (extent === channels.groups.length && extent > 1)
    flow.attach(slope, { axis: own, groups: channels.groups }, false);
  else if (extent > 1) return false;
  flow.set(output, channels);
  return true;
};

const batchNorm: Follow = (flow, operator) => {
  const channels = flow.get(operator.inputs[0]);
  const [output, ...others] = operator.outputs;
  if (flow.purpose === 'scaling' || typeof output !== 'number' || others.some((id) => id !== null)) return false;
  if (channels === undefined) return true;
  const parameters = operator.inputs.slice(1, 5);
  if (channels.axis !== 1 || parameters.some((id) => !isConstantAt(flow, id))) return false;
  for (const id of parameters) flow.attach(id as TensorId, { axis: 0, groups: channels.groups }, false);
  flow.set(output, channels);
  return true;
};

const concat: Follow = (flow, operator) => {
  const [output] = operator.outputs;
  const inputs = operator.inputs;
  if (typeof output !== 'number' || inputs.some((id) => id === null)) return false;
  const given = inputs.map((id) => flow.get(id));
  const known = given.find((channels) => channels !== undefined);
  if (known === undefined) return true;
  const rank = rankOf(flow, inputs[0] as TensorId);
  if (rank === undefined || new Set(inputs).size !== inputs.length) return false;
  const stated = intAttribute(operator, 'axis', 0);
  const axis = stated < 0 ? stated + rank : stated;
  if (given.some((channels) => channels !== undefined && channels.axis !== known.axis)) return false;
  if (axis !== known.axis) {
    if (given.some((channels) => channels === undefined || channels.groups.length !== known.groups.length))
      return false;
    for (const channels of given) flow.unite(known.groups, (channels as Channels).groups);
    flow.set(output, known);
    return true;
  }
  const parts = given.map((channels, position) => {
    if (channels !== undefined) return channels.groups;
    // What comes from elsewhere keeps its channels.
    const extent = concreteShape(tensorAt(flow.graph, inputs[position] as TensorId).shape)?.[axis];
    if (extent === undefined) return undefined;
    const groups = flow.fresh(extent);
    flow.fixGroups(groups);
    return groups;
  });
  if (parts.some((part) => part === undefined)) return false;
  flow.set(output, { axis, groups: Int32Array.from(parts.flatMap((part) => [...(part as Int32Array)])) });
  return true;
};

/**
 * What reshaping makes of channels, when their axis is kept or merged with others:
 * `[1, C, H, W] → [1, C·H·W]` repeats each channel H·W times, `[1, H, W, C] → [1, H·W·C]` all channels H·W times. Batches are 1.
 */
const reshape: Follow = (flow, operator) => {
  const [input] = operator.inputs;
  const [output] = operator.outputs;
  const channels = flow.get(input);
  if (typeof input !== 'number' || typeof output !== 'number') return false;
  if (channels === undefined) return true;
  const from = concreteShape(tensorAt(flow.graph, input).shape);
  const to = concreteShape(tensorAt(flow.graph, output).shape);
  const [, shapeInput] = operator.inputs;
  // A shape that is computed cannot be told the new number of channels.
  if (from === undefined || to === undefined || (shapeInput !== undefined && !isConstantAt(flow, shapeInput)))
    return false;
  const product = (extents: readonly number[]) => extents.reduce((all, extent) => all * extent, 1);
  const before = product(from.slice(0, channels.axis));
  const count = channels.groups.length;
  let outer = 1;
  for (const [axis, extent] of to.entries()) {
    // The axis of the result that the channels' axis ends up in.
    if (outer * extent > before && (extent > 1 || count === 1)) {
      if (before % outer !== 0) return false;
      const repeats = before / outer;
      if (extent % (repeats * count) !== 0) return false;
      const inner = extent / (repeats * count);
      const groups = Int32Array.from(
        { length: extent },
        (_, at) => channels.groups[Math.floor(at / inner) % count] as number,
      );
      flow.set(output, { axis, groups });
      return true;
    }
    outer *= extent;
  }
  return false;
};

const transpose = (orderOf: (flow: ChannelFlow, operator: Operator) => readonly number[] | undefined): Follow =>
  along((flow, operator, axis) => {
    const order = orderOf(flow, operator);
    const to = order?.indexOf(axis) ?? -1;
    return to < 0 ? undefined : to;
  });

const constantInts = (flow: ChannelFlow, operator: Operator, position: number): readonly number[] | undefined => {
  const tensor = inputTensor(flow.graph, operator, position);
  return tensor === undefined ? undefined : constantNumbers(tensor);
};

/** Reductions over other axes than the channels'. */
const reduce = (
  axesOf: (flow: ChannelFlow, operator: Operator) => readonly number[] | undefined,
  keepsAttribute: string,
  keepsDefault: number,
): Follow =>
  along((flow, operator, axis) => {
    const rank = rankOf(flow, operator.inputs[0] as TensorId);
    const axes = rank === undefined ? undefined : axesOf(flow, operator)?.map((at) => (at < 0 ? at + rank : at));
    if (axes === undefined || axes.length === 0 || axes.includes(axis)) return undefined;
    const isKept = intAttribute(operator, keepsAttribute, keepsDefault) === 1;
    return isKept ? axis : axis - axes.filter((at) => at < axis).length;
  });

const onnxAxes = (flow: ChannelFlow, operator: Operator): readonly number[] | undefined =>
  intsAttribute(operator, 'axes') ?? constantInts(flow, operator, 1);

/** Padding with zeros, or with what is there, and none of it along channels. */
const pad = (
  amountsOf: (flow: ChannelFlow, operator: Operator) => readonly number[] | undefined,
  perAxis: 'pairs' | 'halves',
): Follow => {
  const follow = along((flow, operator, axis) => {
    const amounts = amountsOf(flow, operator);
    if (amounts === undefined) return undefined;
    const [before, after] =
      perAxis === 'pairs'
        ? [amounts[2 * axis], amounts[2 * axis + 1]]
        : [amounts[axis], amounts[axis + amounts.length / 2]];
    return before === 0 && after === 0 ? axis : undefined;
  });
  return (flow, operator) => {
    const attribute = operator.attributes.value;
    const isConstantMode = stringAttribute(operator, 'mode', 'constant') === 'constant';
    const value =
      attribute?.kind === 'float'
        ? attribute.value
        : inputTensor(flow.graph, operator, 2) === undefined
          ? 0
          : constantInts(flow, operator, 2)?.[0];
    if (flow.purpose === 'scaling' && isConstantMode && operator.type !== 'MIRROR_PAD' && value !== 0) return false;
    // Axes as an input of their own: the amounts are for those alone.
    return operator.inputs[3] === undefined && follow(flow, operator);
  };
};

/** Resizing whose factors are constants and leave channels alone; sizes would have to be told the new number of channels. */
const resize: Follow = (flow, operator) => {
  const position = operator.type === 'Upsample' ? 1 : 2;
  if (stringAttribute(operator, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize') return false;
  return along((_f, _o, axis) => {
    const attribute = operator.attributes.scales;
    const scales = attribute?.kind === 'floats' ? attribute.value : constantInts(flow, operator, position);
    return scales?.[axis] === 1 ? axis : undefined;
  })(flow, operator);
};

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
