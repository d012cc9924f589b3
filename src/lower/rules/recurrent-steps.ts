import { intAttribute } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import type { Lowerer } from '../lowerer.ts';
import { scalar } from './elementwise.ts';

/** One direction of a layer. */
export interface Direction {
  /** By time step, in the order in which they are run: [batch, gates · units] of the input's part. */
  readonly parts: readonly TensorId[];
  /** [gates · units, units], as FULLY_CONNECTED takes it. */
  readonly recurrent: readonly number[];
  readonly recurrentBias: readonly number[];
  readonly initial: (position: number) => TensorId | undefined;
  readonly activations: readonly string[];
  readonly name: string;
  /** Weights and biases of what has been added so far: constants once for all steps. */
  readonly constants: Map<number, readonly TensorId[]>;
}

/** What all directions of a layer have in common. */
export interface Layer {
  readonly lowerer: Lowerer;
  readonly operator: Operator;
  readonly steps: number;
  readonly batch: number;
  readonly units: number;
}

/** State after a step. */
export interface State {
  readonly hidden: TensorId | undefined;
  readonly cell?: TensorId | undefined;
}

/** Adds one time step. */
export type Step = (
  layer: Layer,
  direction: Direction,
  part: TensorId,
  state: State,
) => { readonly hidden: TensorId; readonly cell?: TensorId };

/** h·Rᵀ for some rows of R. */
function recurrentPart(layer: Layer, direction: Direction, hidden: TensorId, first: number, count: number): TensorId {
  const { lowerer, batch, units } = layer;
  const known = direction.constants.get(first) ?? recurrentConstants(layer, direction, first, count);
  direction.constants.set(first, known);
  return lowerer.emit('FULLY_CONNECTED', [hidden, ...known], [batch, count * units]);
}

/** Some rows of R, and their bias where it was not added to the input's. */
function recurrentConstants(
  { lowerer, units }: Layer,
  { recurrent, recurrentBias, name }: Direction,
  first: number,
  count: number,
): readonly TensorId[] {
  const [start, end] = [first * units, (first + count) * units];
  const key = `${name}/recurrent_${first}`;
  const weights = recurrent.slice(start * units, end * units);
  const kernel = lowerer.constant(key, 'float32', [count * units, units], weights);
  if (recurrentBias.length === 0 || first < 2) return [kernel];
  return [kernel, lowerer.constant(`${key}/bias`, 'float32', [count * units], recurrentBias.slice(start, end))];
}

function gatesOf({ lowerer, batch, units }: Layer, tensor: TensorId, sizes: readonly number[]): readonly TensorId[] {
  const axis = lowerer.constant('split/axis', 'int32', [], [1]);
  const extents = sizes.map((size) => size * units);
  const shapes = extents.map((extent) => [batch, extent]);
  if (sizes.every((size) => size === sizes[0])) {
    const outputs = sizes.map(() => ({ dtype: 'float32' as const }));
    return lowerer.emitMany('SPLIT', [axis, tensor], shapes, { num_splits: sizes.length }, outputs);
  }
  const lengths = lowerer.constant('split/sizes', 'int32', [sizes.length], extents);
  return lowerer.emitMany('SPLIT_V', [tensor, lengths, axis], shapes, { num_splits: sizes.length });
}

/** Gates i, o, f, then the candidate. */
export const lstmStep: Step = (layer, direction, part, { hidden, cell }) => {
  const { lowerer, batch, units } = layer;
  const [gateType = '', cellType = '', outType = ''] = direction.activations;
  const step = (type: string, ...inputs: readonly TensorId[]) => lowerer.emit(type, inputs, [batch, units]);
  const sums =
    hidden === undefined
      ? part
      : lowerer.emit('ADD', [part, recurrentPart(layer, direction, hidden, 0, 4)], [batch, 4 * units]);
  const [three = -1, raw = -1] = gatesOf(layer, sums, [3, 1]);
  const opened = lowerer.emit(gateType, [three], [batch, 3 * units]);
  const [input = -1, output = -1, forget = -1] = gatesOf(layer, opened, [1, 1, 1]);
  const added = step('MUL', input, step(cellType, raw));
  const next = cell === undefined ? added : step('ADD', step('MUL', forget, cell), added);
  return { hidden: step('MUL', output, step(outType, next)), cell: next };
};

/** Gates z (update), r (reset), then the candidate: h = (1 - z)·n + z·h = n + z·(h - n). */
export const gruStep: Step = (layer, direction, part, { hidden }) => {
  const { lowerer, batch, units, operator } = layer;
  const [gateType = '', candidateType = ''] = direction.activations;
  const step = (type: string, ...inputs: readonly TensorId[]) => lowerer.emit(type, inputs, [batch, units]);
  const isAfter = intAttribute(operator, 'linear_before_reset', 0) !== 0;
  const [two = -1, raw = -1] = gatesOf(layer, part, [2, 1]);
  const own = hidden ?? zeroState(layer);
  const sums =
    hidden === undefined
      ? two
      : lowerer.emit('ADD', [two, recurrentPart(layer, direction, own, 0, 2)], [batch, 2 * units]);
  const opened = lowerer.emit(gateType, [sums], [batch, 2 * units]);
  const [update = -1, reset = -1] = gatesOf(layer, opened, [1, 1]);
  const needsRecurrent = hidden !== undefined || isAfter;
  const recurrent = () =>
    isAfter
      ? step('MUL', reset, recurrentPart(layer, direction, own, 2, 1))
      : recurrentPart(layer, direction, step('MUL', reset, own), 2, 1);
  const candidate = step(candidateType, needsRecurrent ? step('ADD', raw, recurrent()) : raw);
  if (hidden === undefined) return { hidden: step('MUL', step('SUB', scalar(lowerer, 1), update), candidate) };
  return { hidden: step('ADD', candidate, step('MUL', update, step('SUB', own, candidate))) };
};

function zeroState({ lowerer, batch, units }: Layer): TensorId {
  return lowerer.constant('zeros', 'float32', [batch, units], new Float32Array(batch * units));
}

export const plainStep: Step = (layer, direction, part, { hidden }) => {
  const { lowerer, batch, units } = layer;
  const sums =
    hidden === undefined
      ? part
      : lowerer.emit('ADD', [part, recurrentPart(layer, direction, hidden, 0, 1)], [batch, units]);
  return { hidden: lowerer.emit(direction.activations[0] ?? 'TANH', [sums], [batch, units]) };
};
