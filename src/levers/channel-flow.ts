import type { Graph, TensorId } from '../graph/graph.ts';

/**
 * Why channels are followed. `removal`: channels that have to be removed together. `scaling`: channels that have to be multiplied with the same positive
 * factor together, so that everything between the layers is positively homogeneous, `f(s·x) = s·f(x)` for `s > 0`.
 */
export type Purpose = 'removal' | 'scaling';

/** The axis of a tensor along which its channels are followed, and the group that each index belongs to. */
export interface Channels {
  readonly axis: number;
  readonly groups: Int32Array;
}

/** What rules do with channels while an operator is followed. */
export interface ChannelFlow {
  readonly graph: Graph;
  readonly purpose: Purpose;
  readonly get: (id: TensorId | null | undefined) => Channels | undefined;
  readonly set: (id: TensorId, channels: Channels) => void;
  /** `count` groups that nothing else belongs to yet. */
  readonly fresh: (count: number) => Int32Array;
  readonly unite: (a: Int32Array, b: Int32Array) => void;
  /** What the tensor's channels are stays: neither removed nor scaled. */
  readonly fix: (id: TensorId | null | undefined) => void;
  readonly fixGroups: (groups: Int32Array) => void;
  /** A constant with an element per channel along `axis`, to be cut with the channels; `isAdded`: and to be scaled with them. */
  readonly attach: (id: TensorId, channels: Channels, isAdded: boolean) => void;
}
