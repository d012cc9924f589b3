import {
  concreteShape,
  inputTensor,
  intAttribute,
  intsAttribute,
  stringAttribute,
  tensorAt,
} from '../../graph/access.ts';
import { constantNumbers } from '../../graph/constant-numbers.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import type { ChannelFlow } from '../channel-flow.ts';
import { along, type Follow, isConstantAt, rankOf } from './follow.ts';

/**
 * What reshaping makes of channels, when their axis is kept or merged with others:
 * `[1, C, H, W] → [1, C·H·W]` repeats each channel H·W times, `[1, H, W, C] → [1, H·W·C]` all channels H·W times. Batches are 1.
 */
export const reshape: Follow = (flow, operator) => {
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

export const transpose = (orderOf: (flow: ChannelFlow, operator: Operator) => readonly number[] | undefined): Follow =>
  along((flow, operator, axis) => {
    const order = orderOf(flow, operator);
    const to = order?.indexOf(axis) ?? -1;
    return to < 0 ? undefined : to;
  });

export const constantInts = (
  flow: ChannelFlow,
  operator: Operator,
  position: number,
): readonly number[] | undefined => {
  const tensor = inputTensor(flow.graph, operator, position);
  return tensor === undefined ? undefined : constantNumbers(tensor);
};

/** Reductions over other axes than the channels'. */
export const reduce = (
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

export const onnxAxes = (flow: ChannelFlow, operator: Operator): readonly number[] | undefined =>
  intsAttribute(operator, 'axes') ?? constantInts(flow, operator, 1);

/** Padding with zeros, or with what is there, and none of it along channels. */
export const pad = (
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
export const resize: Follow = (flow, operator) => {
  const position = operator.type === 'Upsample' ? 1 : 2;
  if (stringAttribute(operator, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize') return false;
  return along((_f, _o, axis) => {
    const attribute = operator.attributes.scales;
    const scales = attribute?.kind === 'floats' ? attribute.value : constantInts(flow, operator, position);
    return scales?.[axis] === 1 ? axis : undefined;
  })(flow, operator);
};
