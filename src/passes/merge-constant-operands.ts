import type { ConstantValue } from '../graph/evaluate/constant-value.ts';
import { evaluate } from '../graph/evaluate/evaluate.ts';
import { broadcastShapes } from '../graph/evaluate/indexing.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { type Edit, edit, hasType, isType } from './edit.ts';
import { soleProducerOf } from './match.ts';

/**
 * Two constants that are added one after the other, or multiplied with, are one.
 *
 * ```
 *   x ─▶ Add(2) ─▶ Sub(3) ─▶ y          x ─▶ Add(−1) ─▶ y
 *   x ─▶ Mul(2) ─▶ Div(4) ─▶ y          x ─▶ Mul(0.5) ─▶ y
 * ```
 *
 * float32 only, and where the combined constant is finite and no larger than the larger of the two.
 */
export function mergeConstantOperands(graph: Graph): Graph {
  if (!hasType(graph, 'Add', 'Sub', 'Mul', 'Div')) return graph;
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    const second = operandOf(rewriting, operator);
    const before = second && soleProducerOf(rewriting, second.x, 'Add', 'Sub', 'Mul', 'Div');
    const first = before && operandOf(rewriting, before[1]);
    if (second === undefined || before === undefined || first === undefined || first.type !== second.type) continue;
    const combined = combine(first.constant(), second.constant(), first.type);
    if (combined === undefined) continue;
    const constant = rewriting.addConstant(`${rewriting.tensor(first.id).name}_merged`, combined);
    rewriting.replace(index, { ...operator, type: first.type, inputs: [first.x, constant] });
    rewriting.remove(before[0]);
  }
  return rewriting.finish();
}

/** `x + c`, `x − c`, `x · c` and `x / c` as a sum or a product with a constant. */
function operandOf(rewriting: Edit, operator: Operator) {
  if (!isType(operator, 'Add', 'Sub', 'Mul', 'Div') || operator.version < 7 || operator.inputs.length !== 2)
    return undefined;
  const isCommutative = operator.type === 'Add' || operator.type === 'Mul';
  const side = isCommutative && rewriting.constant(operator.inputs[0]) !== undefined ? 0 : 1;
  const constant = rewriting.constant(operator.inputs[side]);
  const x = operator.inputs[1 - side];
  if (constant?.dtype !== 'float32' || x === null || x === undefined || rewriting.constant(x) !== undefined)
    return undefined;
  const id = operator.inputs[side] as TensorId;
  const elements = constant.elements as Float32Array;
  if (operator.type === 'Sub')
    return { type: 'Add', x, id, constant: () => ({ ...constant, elements: elements.map((value) => -value) }) };
  if (operator.type === 'Div')
    return { type: 'Mul', x, id, constant: () => ({ ...constant, elements: elements.map((value) => 1 / value) }) };
  return { type: operator.type, x, id, constant: () => constant };
}

function combine(first: ConstantValue, second: ConstantValue, type: string): ConstantValue | undefined {
  const shape = broadcastShapes(first.shape, second.shape);
  const isLarger = ({ shape: own }: ConstantValue): boolean => own.join() === shape?.join();
  if (!isLarger(first) && !isLarger(second)) return undefined;
  const operator: Operator = { name: '', type, domain: '', version: 13, inputs: [0, 1], outputs: [0], attributes: {} };
  const [result] = evaluate(operator, [first, second]) ?? [];
  return result?.elements.every((value: number | bigint) => Number.isFinite(Number(value))) ? result : undefined;
}
