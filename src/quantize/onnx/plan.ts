import type { Range } from '../../calibrate/range.ts';
import { inputTensor, isConstant, tensorAt } from '../../graph/access.ts';
import { constantNumbers } from '../../graph/constant-numbers.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { capturedNames, consumers, producers } from '../../graph/traversal.ts';
import { isType } from '../../passes/edit.ts';
import type { QdqRules } from './qdq-rules.ts';
import { type Scheme, schemeOf } from './schemes.ts';
import { shareThroughConcats } from './share-through-concats.ts';

/** What becomes integer in a graph. */
export interface Plan {
  /** Schemes by index of the operator; operators without one stay in float. */
  readonly schemes: ReadonlyMap<number, Scheme>;
  /** Every tensor that gets integer parameters, with the tensor whose parameters they are: itself, where its elements were moved from, or the Concat's result that they end in. */
  readonly roots: ReadonlyMap<TensorId, TensorId>;
  /** Activations that the operator before them applies as it computes: index of the Relu or Clip → index of that operator. */
  readonly fused: ReadonlyMap<number, number>;
  /** What fused activations limit their result to. */
  readonly limits: ReadonlyMap<TensorId, Range>;
  /** Tensors whose range does not depend on the data: results of a sigmoid lie in (0, 1). */
  readonly fixed: ReadonlySet<TensorId>;
}

/** Decides which tensors become int8 and which of them share parameters; the operators with the indices in `keepFloat` stay as they are. */
export function planQuantization(graph: Graph, rules: QdqRules, keepFloat: ReadonlySet<number> = new Set()): Plan {
  const schemes = new Map<number, Scheme>();
  graph.operators.forEach((operator, index) => {
    const scheme = schemeOf(graph, operator, rules);
    if (scheme !== undefined && !keepFloat.has(index) && operatesOnFloats(graph, operator, scheme))
      schemes.set(index, scheme);
  });
  if (!rules.allResults) for (const index of beforeSoftmax(graph, schemes)) schemes.delete(index);
  const activations = findActivations(graph, schemes, rules.fusing);
  // What is fused needs no scheme of its own.
  for (const { index } of activations.values()) schemes.delete(index);
  const wanted = new Set<TensorId>();
  const fixed = new Set<TensorId>();
  for (const [index, scheme] of schemes) {
    if (scheme.kind === 'moves') continue;
    const operator = graph.operators[index] as Operator;
    const operands =
      scheme.kind === 'computes' && scheme.operands === 'all' ? operator.inputs : operator.inputs.slice(0, 1);
    for (const id of operands) if (id !== null) wanted.add(id);
    const output = activations.get(index)?.output ?? operator.outputs[0];
    if (scheme.hasIntegerOutput && output !== null && output !== undefined) wanted.add(output);
    if (operator.type === 'Sigmoid' && output !== null && output !== undefined) fixed.add(output);
  }
  const moved = spreadThroughMoves(graph, schemes, wanted);
  const taken = [...activations].filter(([, activation]) => wanted.has(activation.output));
  const limits = new Map(taken.map(([, activation]) => [activation.output, activation.limits]));
  const limitsOf = rules.activations === 'asymmetric' ? (id: TensorId) => limits.get(id) : () => undefined;
  const together = shareThroughConcats(graph, schemes, wanted, limitsOf);
  const sources = new Map([...[...together].filter(([id]) => !fixed.has(id)), ...moved]);
  const rootOf = (id: TensorId): TensorId => {
    const source = sources.get(id);
    return source === undefined ? id : rootOf(source);
  };
  return {
    schemes: new Map(
      [...schemes].filter(([index, scheme]) => scheme.kind !== 'moves' || takesPart(graph, index, wanted)),
    ),
    roots: new Map([...wanted].sort((a, b) => a - b).map((id) => [id, rootOf(id)])),
    fused: new Map(taken.map(([producer, { index }]) => [index, producer])),
    limits,
    fixed,
  };
}

/**
 * Sums and products on the way into a Softmax, which takes floats, that nothing with integers reads. They stay in float like it: beside a mask of -1e9 the scores would have no integers left.
 *
 *     scores ─▶ Mul ─▶ Add mask ─▶ Reshape ─▶ Softmax
 */
function beforeSoftmax(graph: Graph, schemes: ReadonlyMap<number, Scheme>): ReadonlySet<number> {
  const readers = consumers(graph);
  const leading = new Set<number>();
  const found = new Set<number>();
  const isTaken = ({ outputs }: Operator): boolean => {
    const [id] = outputs;
    if (id === null || id === undefined || graph.outputs.includes(id)) return false;
    const by = readers.get(id) ?? [];
    return (
      by.some((reader) => leading.has(reader)) && by.every((reader) => leading.has(reader) || !schemes.has(reader))
    );
  };
  // Readers come after what they read.
  for (let index = graph.operators.length - 1; index >= 0; index -= 1) {
    const operator = graph.operators[index] as Operator;
    const isSum = schemes.has(index) && isType(operator, 'Add', 'Mul');
    if (isType(operator, 'Softmax')) leading.add(index);
    else if ((isSum || schemes.get(index)?.kind === 'moves') && isTaken(operator)) leading.add(index);
    if (isSum && leading.has(index)) found.add(index);
  }
  return found;
}

function isFloat(graph: Graph, id: TensorId | null | undefined): boolean {
  if (id === null || id === undefined) return true;
  const { dtype } = tensorAt(graph, id);
  return dtype === 'float32' || dtype === 'unknown';
}

function operatesOnFloats(graph: Graph, operator: Operator, scheme: Scheme): boolean {
  const all = scheme.kind === 'computes' && scheme.operands === 'all';
  const operands = all ? operator.inputs : operator.inputs.slice(0, 1);
  const [first = null] = operator.inputs;
  const isComputed = operands.some((id) => id !== null && !isConstant(tensorAt(graph, id)));
  return first !== null && isComputed && [...operands, ...operator.outputs].every((id) => isFloat(graph, id));
}

interface Activation {
  readonly index: number;
  readonly output: TensorId;
  readonly limits: Range;
}

/**
 * Relu and Clip from 0 that alone read the result of a weighted operator or a sum, by the index of that operator.
 *
 *     Conv ── Relu ── Quantize
 */
function findActivations(
  graph: Graph,
  schemes: ReadonlyMap<number, Scheme>,
  fusing: ReadonlySet<string>,
): ReadonlyMap<number, Activation> {
  const readers = consumers(graph);
  const captured = new Set(graph.operators.flatMap((operator) => [...capturedNames(operator)]));
  const result = new Map<number, Activation>();
  for (const index of schemes.keys()) {
    const operator = graph.operators[index] as Operator;
    const [raw] = operator.outputs;
    if (!fusing.has(operator.type) || raw === null || raw === undefined) continue;
    if (graph.outputs.includes(raw) || captured.has(tensorAt(graph, raw).name)) continue;
    const [reader, ...others] = readers.get(raw) ?? [];
    if (reader === undefined || others.length > 0) continue;
    const activation = graph.operators[reader] as Operator;
    const limits = limitsOf(graph, activation);
    const [output] = activation.outputs;
    if (limits !== undefined && output !== null && output !== undefined)
      result.set(index, { index: reader, output, limits });
  }
  return result;
}

function limitsOf(graph: Graph, operator: Operator): Range | undefined {
  if (operator.domain !== '') return undefined;
  if (operator.type === 'Relu') return { min: 0, max: Number.POSITIVE_INFINITY };
  if (operator.type !== 'Clip' || operator.version < 11) return undefined;
  const low = inputTensor(graph, operator, 1);
  const high = inputTensor(graph, operator, 2);
  const min = low === undefined ? undefined : constantNumbers(low)?.[0];
  const max = high === undefined ? Number.POSITIVE_INFINITY : constantNumbers(high)?.[0];
  return min === 0 && max !== undefined && max > 0 ? { min, max } : undefined;
}

/** Adds to `wanted` what data-moving operators connect with it, and says where each of those tensors' elements come from. */
function spreadThroughMoves(
  graph: Graph,
  schemes: ReadonlyMap<number, Scheme>,
  wanted: Set<TensorId>,
): ReadonlyMap<TensorId, TensorId> {
  const sources = new Map<TensorId, TensorId>();
  const made = producers(graph);
  const moving = [...schemes]
    .filter(([, scheme]) => scheme.kind === 'moves')
    .map(([index]) => graph.operators[index] as Operator);
  let before = -1;
  while (before !== wanted.size) {
    before = wanted.size;
    for (const { inputs, outputs } of moving) {
      const [source] = inputs;
      const results = outputs.filter((id) => id !== null);
      if (source === null || source === undefined) continue;
      // A constant that is moved is better folded; an input that nobody made is worth making integer only for an integer consumer.
      const isConnected = wanted.has(source) || results.some((id) => wanted.has(id));
      if (!isConnected || (!made.has(source) && !graph.inputs.includes(source))) continue;
      wanted.add(source);
      for (const id of results) {
        wanted.add(id);
        sources.set(id, source);
      }
    }
  }
  return sources;
}

function takesPart(graph: Graph, index: number, wanted: ReadonlySet<TensorId>): boolean {
  const source = graph.operators[index]?.inputs[0];
  return source !== null && source !== undefined && wanted.has(source);
}
