import { intsAttribute } from '../graph/access.ts';
import { numbersOf } from '../graph/evaluate/constant-value.ts';
import { normalAxis } from '../graph/evaluate/indexing.ts';
import type { Operator, TensorId } from '../graph/graph.ts';
import { type Edit, isType } from './edit.ts';

/** An input or output as operators list it. */
export type MaybeId = TensorId | null | undefined;

/** The operator that computes a tensor, when it is of one of these types. */
export function producerOf(rewriting: Edit, id: MaybeId, ...types: readonly string[]) {
  const found = rewriting.producer(id);
  return found !== undefined && isType(found[1], ...types) ? found : undefined;
}

/** As {@link producerOf}, when nothing but one operator uses the tensor: it may be removed with that one. */
export function soleProducerOf(rewriting: Edit, id: MaybeId, ...types: readonly string[]) {
  return rewriting.soleConsumer(id) === undefined ? undefined : producerOf(rewriting, id, ...types);
}

/** The one operator that uses a tensor, when it is of one of these types. */
export function soleConsumerOf(rewriting: Edit, id: MaybeId, ...types: readonly string[]) {
  const found = rewriting.soleConsumer(id);
  return found !== undefined && isType(found[1], ...types) ? found : undefined;
}

/** A float32 constant of one element, a scalar or a vector of one; `undefined` for everything else. */
export function scalarOf(rewriting: Edit, id: MaybeId): number | undefined {
  const value = rewriting.constant(id);
  if (value?.dtype !== 'float32' || value.elements.length !== 1 || value.shape.length > 1) return undefined;
  return Number(value.elements[0]);
}

/** True when a constant is this number up to float32 rounding. */
export function isScalar(rewriting: Edit, id: MaybeId, expected: number): boolean {
  const value = scalarOf(rewriting, id);
  return value !== undefined && Math.abs(value - expected) <= 1e-6 * Math.abs(expected);
}

/** What a commutative operator of two inputs combines with a scalar that `accepts`; `undefined` when it is something else. */
export function besideScalar(rewriting: Edit, { inputs }: Operator, expected: number): TensorId | undefined {
  for (const side of [0, 1] as const) {
    const other = inputs[1 - side];
    if (inputs.length === 2 && other !== null && other !== undefined && isScalar(rewriting, inputs[side], expected))
      return other;
  }
  return undefined;
}

/** The input of an operator of two that is not `id`; `undefined` when it is the same or left out. */
export function otherInput({ inputs }: Operator, id: TensorId): TensorId | undefined {
  if (inputs.length !== 2 || inputs[0] === inputs[1]) return undefined;
  return (inputs[0] === id ? inputs[1] : inputs[0]) ?? undefined;
}

/** Constant integers that older operator sets keep in an attribute and newer ones in an input; `undefined` when computed or left out. */
export function integersOf(
  rewriting: Edit,
  operator: Operator,
  name: string,
  position: number,
): readonly number[] | undefined {
  const value = rewriting.constant(operator.inputs[position]);
  return value === undefined ? intsAttribute(operator, name) : numbersOf(value);
}

/** Axes counted from the front, ascending; `undefined` when one lies outside. */
export function sortedAxes(axes: readonly number[] | undefined, rank: number): readonly number[] | undefined {
  const normal = axes?.map((axis) => normalAxis(axis, rank));
  return normal?.every((axis): axis is number => axis !== undefined)
    ? [...(normal as number[])].sort((a, b) => a - b)
    : undefined;
}
