import type { Range } from '../../calibrate/range.ts';
import { isConstant, tensorAt } from '../../graph/access.ts';
import { constantNumbers } from '../../graph/constant-numbers.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { producers } from '../../graph/traversal.ts';
import type { IntegerParameters } from '../integer-parameters.ts';
import { limitsOfTensors } from './limits.ts';
import type { Plan, Planned } from './plan.ts';
import type { Precision } from './rules.ts';

/** The range of what is 0, or not there. */
export const nothing: Range = { min: 0, max: 0 };

/** The range of a tensor, as far as what uses it sees: its calibrated one, or that of where its elements come from; `undefined` where neither is known. */
export function rangeFinder(
  graph: Graph,
  plan: Plan,
  ranges: ReadonlyMap<TensorId, Range>,
): (id: TensorId) => Range | undefined {
  const makers = producers(graph);
  const limits = limitsOfTensors(graph);
  const rangeOf = (id: TensorId): Range | undefined => {
    const known = ranges.get(id);
    if (known !== undefined) return within(known, limits.get(id));
    const maker = makers.get(id) ?? -1;
    const planned = plan.operators.get(maker);
    const fixed = planned === undefined ? undefined : fixedOf(planned);
    if (fixed !== undefined && planned !== undefined) return spanOf(fixed, planned.precision);
    if (planned?.rule.kind !== 'moves') return undefined;
    const sources = operandIds(graph, maker, planned).map(
      ([, operand]) => contentRange(graph, operand) ?? rangeOf(operand),
    );
    return sources.reduce((a, b) => (a === undefined || b === undefined ? undefined : union(a, b)));
  };
  return rangeOf;
}

/** Parameters of an operator's result that do not depend on the data. */
export function fixedOf({ rule, precision }: Planned): IntegerParameters | undefined {
  return rule.kind === 'computes' ? rule.fixed?.[precision] : undefined;
}

/** Positions and tensors of the inputs that become integers. */
export function operandIds(
  graph: Graph,
  index: number,
  { operands }: Planned,
): readonly (readonly [number, TensorId])[] {
  return operands.flatMap((position) => {
    const id = graph.operators[index]?.inputs[position];
    return id === null || id === undefined ? [] : [[position, id] as const];
  });
}

/** The range of a constant's elements and 0; `undefined` for what is computed. */
export function contentRange(graph: Graph, id: TensorId): Range | undefined {
  const tensor = tensorAt(graph, id);
  if (!isConstant(tensor)) return undefined;
  let range = nothing;
  for (const value of constantNumbers(tensor) ?? []) range = union(range, { min: value, max: value });
  return range;
}

/** Real numbers that integers with these parameters stand for. */
export function spanOf({ scale, zeroPoint }: IntegerParameters, precision: Precision): Range {
  const most = precision === 'int8' ? 127 : 32767;
  return { min: (-most - 1 - zeroPoint) * scale, max: (most - zeroPoint) * scale };
}

/** The least range that holds both. */
export function union(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

function within(range: Range, limits: Range | undefined): Range {
  if (limits === undefined) return range;
  const clamp = (value: number) => Math.min(Math.max(value, limits.min), limits.max);
  return { min: clamp(range.min), max: clamp(range.max) };
}
