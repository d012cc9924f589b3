import { tensorAt } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { consumers, producers } from '../../graph/traversal.ts';
import { operandsOf, type Precision, precisionOf, type Rule, ruleOf } from './rules.ts';

/** An operator that becomes integer. */
export interface Planned {
  readonly rule: Rule;
  readonly precision: Precision;
  /** Positions of the inputs that become integers. */
  readonly operands: readonly number[];
  /** Tensors that it makes as integers. */
  readonly results: readonly TensorId[];
}

/** What becomes integer in a graph. */
export interface Plan {
  /** By index; operators without an entry stay as they are. */
  readonly operators: ReadonlyMap<number, Planned>;
  /** Why operators that compute floats stay in float, by index, to go on after the operator's type. */
  readonly reasons: ReadonlyMap<number, string>;
  /** The integers that a tensor is made as; absent where it is made as float, or constant. */
  readonly native: ReadonlyMap<TensorId, Precision>;
}

/** What is decided before. */
export interface Wishes {
  readonly activations: Precision;
  /** Operators that stay in float, with the reason. */
  readonly float: ReadonlyMap<number, string>;
  /** Operators that compute with int16 whatever the others do. */
  readonly int16: ReadonlySet<number>;
  /** Whether the graph's inputs may become integers. */
  readonly integerInputs: boolean;
}

/** Decides which operators compute in integers, and in which. Operators that only move data do so where integers come or go; between floats they stay in float. */
export function planIntegers(graph: Graph, wishes: Wishes): Plan {
  const reasons = new Map<number, string>();
  const able = new Map<number, Planned>();
  for (const [index, operator] of graph.operators.entries()) {
    if (isIndifferent(operator) || !computesFloats(graph, operator)) continue;
    const rule = ruleOf(graph, operator);
    const kept = wishes.float.get(index) ?? (typeof rule === 'string' ? rule : undefined);
    if (kept !== undefined || typeof rule === 'string') {
      reasons.set(index, kept ?? '');
      continue;
    }
    const planned = plannedOf(graph, operator, rule, wishes.int16.has(index) ? 'int16' : wishes.activations);
    if (planned !== undefined) able.set(index, planned);
    else reasons.set(index, 'does not compute with floats alone');
  }
  const chosen = withoutIslands(graph, able, reasons);
  const native = new Map<TensorId, Precision>();
  for (const [id, precision] of inputPrecisions(graph, chosen, wishes)) native.set(id, precision);
  for (const { results, precision } of chosen.values()) for (const id of results) native.set(id, precision);
  return { operators: chosen, reasons, native };
}

/** True for operators that take a tensor of any type for the same result. */
export function isIndifferent(operator: Operator): boolean {
  return operator.domain === '' && operator.type === 'SHAPE';
}

function computesFloats(graph: Graph, operator: Operator): boolean {
  const isFloat = (id: TensorId | null) => id !== null && tensorAt(graph, id).dtype === 'float32';
  return operator.outputs.some(isFloat) || operator.inputs.some(isFloat);
}

function plannedOf(graph: Graph, operator: Operator, rule: Rule, wanted: Precision): Planned | undefined {
  const operands = operandsOf(operator, rule);
  const results = rule.kind === 'reads' ? [] : operator.outputs.filter((id) => id !== null);
  const ids = [...operands.map((position) => operator.inputs[position] ?? null), ...results];
  const isWhole = ids.every((id) => {
    const tensor = id === null ? undefined : tensorAt(graph, id);
    return tensor?.dtype === 'float32' && tensor.variable !== true;
  });
  if (!isWhole || operands.length === 0) return undefined;
  return { rule, precision: precisionOf(graph, operator, rule, wanted), operands, results };
}

/**
 * Leaves in float what has no integer neighbour: operators that move data between floats, and arithmetic between operators that stay in float,
 * where rounding twice would cost accuracy and save nothing.
 */
function withoutIslands(
  graph: Graph,
  able: ReadonlyMap<number, Planned>,
  reasons: Map<number, string>,
): ReadonlyMap<number, Planned> {
  const makers = producers(graph);
  const readers = consumers(graph);
  const chosen = new Map([...able].filter(([, { rule }]) => rule.kind !== 'moves'));
  const operandIds = (index: number, { operands }: Planned) =>
    operands.flatMap((position) => graph.operators[index]?.inputs[position] ?? []);
  /** Whether an operand comes as integers, or from the caller, who may give them; what moves data is looked through. */
  const comesAs = (id: TensorId): boolean => {
    const maker = makers.get(id);
    const planned = maker === undefined ? undefined : able.get(maker);
    if (maker === undefined) return graph.inputs.includes(id);
    return planned?.rule.kind === 'moves' ? operandIds(maker, planned).some(comesAs) : planned !== undefined;
  };
  const isRead = (id: TensorId): boolean =>
    (readers.get(id) ?? []).some((reader) => {
      const planned = able.get(reader);
      if (planned === undefined || !operandIds(reader, planned).includes(id)) return false;
      return planned.rule.kind === 'moves' ? planned.results.some(isRead) : true;
    });
  for (const [index, planned] of [...chosen]) {
    if (planned.rule.kind === 'weighted' || planned.rule.kind === 'recurs') continue;
    const ids = operandIds(index, planned);
    const isConnected = ids.some(comesAs) || planned.results.some(isRead);
    if (isConnected) continue;
    chosen.delete(index);
    reasons.set(index, 'has only neighbours that stay in float');
  }
  let before = -1;
  while (before !== chosen.size) {
    before = chosen.size;
    for (const [index, planned] of able) {
      if (planned.rule.kind !== 'moves' || chosen.has(index)) continue;
      const ids = operandIds(index, planned);
      const isFed = ids.some((id) => chosen.get(makers.get(id) ?? -1)?.results.includes(id) === true);
      const isWanted = planned.results.some((id) =>
        (readers.get(id) ?? []).some((reader) => {
          const using = chosen.get(reader);
          return using !== undefined && operandIds(reader, using).includes(id);
        }),
      );
      const isAlone =
        ids.some((id) => graph.inputs.includes(id)) && planned.results.some((id) => graph.outputs.includes(id));
      if (isFed || isWanted || isAlone) chosen.set(index, planned);
    }
  }
  return new Map([...chosen].sort(([a], [b]) => a - b));
}

/** Inputs of the graph that only integer operators use, with the precision of the first. */
function inputPrecisions(
  graph: Graph,
  chosen: ReadonlyMap<number, Planned>,
  wishes: Wishes,
): ReadonlyMap<TensorId, Precision> {
  const readers = consumers(graph);
  const found = new Map<TensorId, Precision>();
  if (!wishes.integerInputs) return found;
  for (const id of graph.inputs) {
    const using = (readers.get(id) ?? []).filter((index) => !isIndifferent(graph.operators[index] as Operator));
    const planned = using.map((index) => chosen.get(index));
    const [first] = planned;
    if (first === undefined || planned.includes(undefined) || tensorAt(graph, id).dtype !== 'float32') continue;
    found.set(id, first.precision);
  }
  return found;
}
