import type { Range } from '../../calibrate/range.ts';
import { inputTensor } from '../../graph/access.ts';
import { constantNumbers } from '../../graph/constant-numbers.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { consumers } from '../../graph/traversal.ts';

const everything: Range = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };

/**
 * What all that use a tensor make of it: beyond these limits a value makes no difference, so that integers that saturate there lose nothing.
 *
 *     x ── ADD ── y ── MINIMUM 1 ── MAXIMUM 0      y: [0, 1]
 *
 * Tensors that somebody sees whole are absent.
 */
export function limitsOfTensors(graph: Graph): ReadonlyMap<TensorId, Range> {
  const readers = consumers(graph);
  const limits = new Map<TensorId, Range>();
  const seen = new Set(graph.outputs);
  // Consumers come after what they use, so backwards their own results are known.
  for (const operator of [...graph.operators].reverse()) {
    for (const id of operator.inputs) {
      if (id === null || limits.has(id) || seen.has(id)) continue;
      const used = (readers.get(id) ?? []).map((index) => limitsBy(graph, graph.operators[index], id, limits));
      const hull = used.reduce((a, b) => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }), {
        min: Number.POSITIVE_INFINITY,
        max: Number.NEGATIVE_INFINITY,
      });
      if (Number.isFinite(hull.min) || Number.isFinite(hull.max)) limits.set(id, hull);
      else seen.add(id);
    }
  }
  return limits;
}

function limitsBy(
  graph: Graph,
  operator: Operator | undefined,
  id: TensorId,
  limits: ReadonlyMap<TensorId, Range>,
): Range {
  if (operator === undefined || operator.domain !== '') return everything;
  const [output] = operator.outputs;
  const after = (typeof output === 'number' ? limits.get(output) : undefined) ?? everything;
  const bound = (): number | undefined => {
    const position = operator.inputs[0] === id ? 1 : 0;
    const constant = inputTensor(graph, operator, position);
    const numbers = constant?.data === undefined ? undefined : constantNumbers(constant);
    return numbers?.every((number) => number === numbers[0]) === true ? numbers[0] : undefined;
  };
  switch (operator.type) {
    case 'RELU':
      return { min: 0, max: Math.max(0, after.max) };
    case 'RELU6':
      return { min: 0, max: Math.max(0, Math.min(6, after.max)) };
    case 'MINIMUM':
      return { min: after.min, max: Math.min(bound() ?? Number.POSITIVE_INFINITY, Math.max(after.max, after.min)) };
    case 'MAXIMUM':
      return { min: Math.max(bound() ?? Number.NEGATIVE_INFINITY, Math.min(after.min, after.max)), max: after.max };
    case 'HARD_SWISH':
      // x · min(6, max(0, x + 3)) / 6 is 0 below -3.
      return { min: -3, max: Number.POSITIVE_INFINITY };
    case 'RESHAPE':
    case 'SQUEEZE':
    case 'EXPAND_DIMS':
    case 'TRANSPOSE':
      return after;
    default:
      return everything;
  }
}
