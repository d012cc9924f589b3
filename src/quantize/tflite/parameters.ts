import type { Range } from '../../calibrate/range.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { producers } from '../../graph/traversal.ts';
import {
  activationParameters,
  type IntegerParameters,
  roundRange,
  symmetricParameters,
} from '../integer-parameters.ts';
import type { Plan, Planned } from './plan.ts';
import { contentRange, fixedOf, nothing, operandIds, rangeFinder, spanOf, union } from './ranges.ts';
import type { Precision } from './rules.ts';

/** Scale and zero point with the type of the integers. */
export interface Form extends IntegerParameters {
  readonly dtype: Precision;
}

/** The forms that a plan gives to tensors. */
export interface Forms {
  /** As which integers a tensor is made; `undefined` for what is made as float, or constant. */
  readonly made: (id: TensorId) => Form | undefined;
  /** As which integers an operator takes the input at a position. */
  readonly taken: (index: number, position: number) => Form;
}

/** Groups of tensors and uses that share parameters, with the values that they must hold. */
interface Group {
  parent: Group | undefined;
  range: Range | undefined;
  fixed: IntegerParameters | undefined;
  readonly precision: Precision;
}

/**
 * How far int16 reach beyond a calibrated range. Ranges that were chosen for 8 bits cut off rare values, which 16 bits need not do: two of them spent on room
 * leave steps of 1/8192, far below the noise of int8 weights.
 */
const headroom = 4;

/**
 * The parameters of every integer tensor of a plan: those that the specification fixes, those shared by the operands and results of operators that move data,
 * and elsewhere the tensor's own calibrated range.
 * @returns the index of an operator in place of forms, when a tensor that it needs has no finite range
 */
export function formsOf(graph: Graph, plan: Plan, ranges: ReadonlyMap<TensorId, Range>): Forms | number {
  const makers = producers(graph);
  const rangeOf = rangeFinder(graph, plan, ranges);
  const groups = new Map<string, Group>();
  const uses = new Map<string, Group>();
  const group = (precision: Precision): Group => ({ parent: undefined, range: undefined, fixed: undefined, precision });

  const groupOf = (id: TensorId, precision: Precision): Group => {
    const key = `${id} ${precision}`;
    const known = groups.get(key);
    if (known !== undefined) return rootOf(known);
    const made = group(precision);
    groups.set(key, made);
    return made;
  };
  const hold = (target: Group, range: Range | undefined): boolean => {
    const root = rootOf(target);
    if (range === undefined || !Number.isFinite(range.min) || !Number.isFinite(range.max)) return false;
    root.range = root.range === undefined ? range : union(root.range, range);
    return true;
  };

  for (const [id, precision] of plan.native) {
    const maker = makers.get(id);
    const planned = maker === undefined ? undefined : plan.operators.get(maker);
    const own = groupOf(id, precision);
    own.fixed = planned === undefined ? undefined : fixedOf(planned);
    // What is only moved has the range of where it comes from.
    const isMoved = planned?.rule.kind === 'moves' && planned.rule.widens !== true;
    if (own.fixed === undefined && !isMoved && !hold(own, rangeOf(id))) return firstUser(graph, plan, id, maker);
  }
  for (const [index, planned] of plan.operators) {
    const { rule, precision } = planned;
    const operands = operandIds(graph, index, planned);
    for (const [position, id] of operands) {
      const isNarrow = rule.kind === 'computes' && rule.narrow?.includes(position) === true;
      const wanted = isNarrow ? 'int8' : precision;
      const content = contentRange(graph, id);
      if (content !== undefined) {
        const own = group(wanted);
        hold(own, content);
        uses.set(`${index} ${position}`, own);
        continue;
      }
      const own = groupOf(id, wanted);
      uses.set(`${index} ${position}`, own);
      if (plan.native.get(id) !== wanted && own.fixed === undefined && !hold(own, rangeOf(id))) return index;
    }
    const isShared = rule.kind === 'moves' || (rule.kind === 'reads' && rule.linked === true);
    if (isShared) share(index, planned, operands);
  }

  /** Joins operands (and results of what moves data) to one group; fixed parameters that differ from the others' are left where they are, and converted. */
  function share(index: number, planned: Planned, operands: readonly (readonly [number, TensorId])[]): void {
    const results = planned.rule.kind === 'moves' ? planned.results.map((id) => groupOf(id, planned.precision)) : [];
    const taken = operands.map(([position]) => rootOf(uses.get(`${index} ${position}`) as Group));
    const fixed = taken.map((each) => each.fixed);
    const [only] = fixed;
    const isAgreed = only === undefined || fixed.every((each) => each !== undefined && isSame(each, only));
    const target = results[0] ?? group(planned.precision);
    for (const result of results) join(target, result);
    for (const [at, [position]] of operands.entries()) {
      const own = taken[at] as Group;
      if (own.fixed === undefined || (isAgreed && only !== undefined)) join(target, own);
      else {
        hold(target, spanOf(own.fixed, own.precision));
        uses.set(`${index} ${position}`, target);
      }
    }
  }

  const formOf = (of: Group): Form => {
    const { fixed, range = nothing, precision } = rootOf(of);
    if (fixed !== undefined) return { ...fixed, dtype: precision };
    const rounded = roundRange(range);
    if (precision === 'int8') return { ...activationParameters(rounded), dtype: precision };
    const roomy = { min: rounded.min * headroom, max: rounded.max * headroom };
    return { ...symmetricParameters(roomy), dtype: precision };
  };
  return {
    made: (id) => {
      const precision = plan.native.get(id);
      return precision === undefined ? undefined : formOf(groupOf(id, precision));
    },
    taken: (index, position) => {
      const use = uses.get(`${index} ${position}`);
      if (use === undefined) throw new RangeError(`operator ${index} takes no integers at input ${position}`);
      return formOf(use);
    },
  };
}

/** The operator to leave in float when a tensor has no range: what makes it, or the first that uses it. */
function firstUser(graph: Graph, plan: Plan, id: TensorId, maker: number | undefined): number {
  if (maker !== undefined) return maker;
  return [...plan.operators.keys()].find((index) => graph.operators[index]?.inputs.includes(id)) ?? -1;
}

function rootOf(group: Group): Group {
  let root = group;
  while (root.parent !== undefined) root = root.parent;
  return root;
}

function join(a: Group, b: Group): void {
  const [target, other] = [rootOf(a), rootOf(b)];
  if (target === other) return;
  other.parent = target;
  target.fixed ??= other.fixed;
  if (other.range !== undefined)
    target.range = target.range === undefined ? other.range : union(target.range, other.range);
}

function isSame(a: IntegerParameters, b: IntegerParameters): boolean {
  return a.scale === b.scale && a.zeroPoint === b.zeroPoint;
}
