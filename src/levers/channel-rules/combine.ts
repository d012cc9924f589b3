import { concreteShape, intAttribute, tensorAt } from '../../graph/access.ts';
import { constantNumbers } from '../../graph/constant-numbers.ts';
import type { TensorId } from '../../graph/graph.ts';
import type { ChannelFlow, Channels } from '../channel-flow.ts';
import { along, type Follow, isConstantAt, rankOf } from './follow.ts';

/** Where the channel axis of an operand with `rank` axes lies in a result with `outputRank`: shapes are aligned at their ends. */
const aligned = (axis: number, rank: number, outputRank: number): number => axis + outputRank - rank;

/** Operators of two operands with broadcasting. `sum`: scaling both scales the result. `product`: scaling one does. */
export const binary =
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

export const prelu: Follow = (flow, operator) => {
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

export const batchNorm: Follow = (flow, operator) => {
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

export const concat: Follow = (flow, operator) => {
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
