import { isConstant, tensorAt } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import type { ChannelFlow } from '../channel-flow.ts';

/** Follows the channels of one operator. False: it has no rule for them, and the caller fixes what it reads. */
export type Follow = (flow: ChannelFlow, operator: Operator) => boolean;

export const rankOf = (flow: ChannelFlow, id: TensorId): number | undefined => tensorAt(flow.graph, id).shape?.length;
export const isConstantAt = (flow: ChannelFlow, id: TensorId | null | undefined): boolean =>
  id !== null && id !== undefined && isConstant(tensorAt(flow.graph, id));

/** The first output takes the channels of the first input, which are on the same axis or on the one that `axisOf` gives. */
export const along =
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
export const elementwise =
  (isHomogeneous: boolean): Follow =>
  (flow, operator) =>
    (isHomogeneous || flow.purpose === 'removal') && along()(flow, operator);
