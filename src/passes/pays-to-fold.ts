import { tensorBytes } from '../graph/access.ts';
import { hasEvaluator } from '../graph/evaluate/evaluate.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import type { Fact } from '../graph/infer/fact.ts';
import { capturedNames } from '../graph/traversal.ts';
import { isStandard } from './edit.ts';

/** What folding an operator may add to the file without further reason, in bytes: less than the tensor that it would fill at run time is worth. */
export const foldingAllowance = 4096;

/** Operators whose inputs from this position on are learned: runtimes want them as constants, and only constants become integers. */
const firstWeights: Readonly<Record<string, number>> = {
  BatchNormalization: 1,
  Conv: 1,
  ConvTranspose: 1,
  GRU: 1,
  Gemm: 0,
  InstanceNormalization: 1,
  LSTM: 1,
  LayerNormalization: 1,
  MatMul: 0,
  PRelu: 1,
  RNN: 1,
};

/**
 * Tells whether a large result that little makes (`ConstantOfShape`, `Expand`, `Tile`, `Range`) is worth its place in the file: because every use of it is as the weights of a layer,
 * or goes into what is computed ahead as well and ends small or as weights.
 *
 * ```
 *   ConstantOfShape ─▶ W of Conv        is      ConstantOfShape ─▶ Add(x, ·)     is not
 *   Range ─▶ ReduceMax ─▶ [1]           is
 * ```
 */
export function paysToFold(graph: Graph, facts: ReadonlyMap<TensorId, Fact>): (operator: Operator) => boolean {
  // Names that must stay: what has one is not seen to the end.
  const captured = new Set(graph.operators.flatMap((operator) => [...capturedNames(operator)]));
  const paying = new Set<TensorId>();
  const outputs = new Set<TensorId>(graph.outputs);
  const wasted = new Set<TensorId>(outputs);
  graph.tensors.forEach(({ name }, id) => {
    if (captured.has(name)) wasted.add(id);
  });
  const fixed = new Set<TensorId>();
  graph.tensors.forEach(({ data }, id) => {
    if (data !== undefined || facts.get(id)?.constant !== undefined) fixed.add(id);
  });
  const isFixed = (operator: Operator): boolean =>
    hasEvaluator(operator) && operator.inputs.every((id) => id === null || fixed.has(id));
  for (const operator of graph.operators) {
    if (isFixed(operator)) for (const id of operator.outputs) if (id !== null) fixed.add(id);
  }
  const isSmall = (id: TensorId): boolean => bytesOf(id, facts) <= foldingAllowance;
  const isGood = (id: TensorId | null): boolean => id === null || (paying.has(id) && !wasted.has(id));

  // From the last operator to the first: what becomes of a result is known before the result is met.
  for (const operator of graph.operators.toReversed()) {
    const first =
      isStandard(operator) && Object.hasOwn(firstWeights, operator.type) ? firstWeights[operator.type] : undefined;
    const endsWell =
      isFixed(operator) &&
      operator.outputs.every((id) => isGood(id) || (id !== null && isSmall(id) && !outputs.has(id)));
    operator.inputs.forEach((id, position) => {
      if (id === null) return;
      if (endsWell || (first !== undefined && position >= first)) paying.add(id);
      else wasted.add(id);
    });
  }
  return (operator) => operator.outputs.every(isGood);
}

/** What a tensor's content takes; NaN where that is not known. */
export function bytesOf(id: TensorId, facts: ReadonlyMap<TensorId, Fact>): number {
  const known = facts.get(id);
  return (known && tensorBytes({ name: '', dtype: known.dtype, shape: known.shape })) ?? Number.NaN;
}
