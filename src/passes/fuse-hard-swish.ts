import { floatAttribute } from '../graph/access.ts';
import type { ConstantValue } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { clampOf } from './activation-range.ts';
import { type Edit, edit, isType } from './edit.ts';

/**
 * The pieces of MobileNetV3's activations are put together again.
 *
 * ```
 *   x ─▶ Add(3) ─▶ Clip(0, 6) ─▶ Div(6) ─▶ y         x ─▶ HardSigmoid(1/6, 1/2) ─▶ y
 *   x ─▶ HardSigmoid(1/6, 1/2) ─▶ Mul(x) ─▶ y        x ─▶ HardSwish ─▶ y
 *   x ─▶ Add(3) ─▶ Clip(0, 6) ─▶ Mul(x) ─▶ Div(6)    x ─▶ HardSwish ─▶ y
 * ```
 *
 * `HardSwish` exists from opset 14 on (Howard et al., "Searching for MobileNetV3", 2019, §5.2).
 */
export function fuseHardSwish(graph: Graph): Graph {
  if (!graph.operators.some((operator) => isType(operator, 'Clip', 'HardSigmoid'))) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    if (facts.get(operator.inputs[0] ?? -1)?.dtype !== 'float32' || operator.version < 7) continue;
    if (isType(operator, 'Mul') && operator.version >= 14 && productOfHardSigmoid(rewriting, index, operator)) continue;
    const sixth = dividedBySix(rewriting, operator);
    if (sixth !== undefined) fromSixth(rewriting, index, operator, sixth);
  }
  return rewriting.finish();
}

const scalarIs = (value: ConstantValue | undefined, expected: number): boolean =>
  value?.dtype === 'float32' &&
  value.elements.length === 1 &&
  Math.abs(Number(value.elements[0]) / expected - 1) < 1e-6 &&
  value.shape.length === 0;

/** The operand that is divided by 6, or multiplied with 1/6. */
function dividedBySix(rewriting: Edit, operator: Operator): TensorId | undefined {
  const [left, right] = operator.inputs;
  if (isType(operator, 'Div') && scalarIs(rewriting.constant(right), 6)) return left ?? undefined;
  if (!isType(operator, 'Mul')) return undefined;
  if (scalarIs(rewriting.constant(right), 1 / 6)) return left ?? undefined;
  return scalarIs(rewriting.constant(left), 1 / 6) ? (right ?? undefined) : undefined;
}

/** `x` of `Clip(x + 3, 0, 6)`, and the operators that compute it; only where nobody else uses what is in between. */
function clippedInput(rewriting: Edit, id: TensorId | null | undefined) {
  const clip = rewriting.producer(id);
  const range = clip && clampOf(rewriting, clip[1]);
  if (clip === undefined || range?.min !== 0 || range.max !== 6 || rewriting.soleConsumer(id) === undefined)
    return undefined;
  const add = rewriting.producer(clip[1].inputs[0]);
  if (add === undefined || !isType(add[1], 'Add') || rewriting.soleConsumer(clip[1].inputs[0]) === undefined)
    return undefined;
  for (const side of [0, 1] as const) {
    const x = add[1].inputs[side];
    if (x !== null && x !== undefined && scalarIs(rewriting.constant(add[1].inputs[1 - side]), 3)) {
      return { x, operators: [clip[0], add[0]] };
    }
  }
  return undefined;
}

function fromSixth(rewriting: Edit, index: number, operator: Operator, sixth: TensorId): void {
  const clipped = clippedInput(rewriting, sixth);
  if (clipped !== undefined) {
    for (const at of clipped.operators) rewriting.remove(at);
    rewriting.replace(index, {
      ...operator,
      type: 'HardSigmoid',
      inputs: [clipped.x],
      attributes: { alpha: { kind: 'float', value: Math.fround(1 / 6) }, beta: { kind: 'float', value: 0.5 } },
    });
    return;
  }
  const product = rewriting.producer(sixth);
  if (product === undefined || !isType(product[1], 'Mul') || rewriting.soleConsumer(sixth) === undefined) return;
  if (operator.version < 14) return;
  for (const side of [0, 1] as const) {
    const inner = clippedInput(rewriting, product[1].inputs[side]);
    if (inner === undefined || product[1].inputs[1 - side] !== inner.x) continue;
    for (const at of [...inner.operators, product[0]]) rewriting.remove(at);
    rewriting.replace(index, { ...operator, type: 'HardSwish', inputs: [inner.x], attributes: {} });
    return;
  }
}

/** `x · HardSigmoid(x)` with the constants of `HardSwish`. */
function productOfHardSigmoid(rewriting: Edit, index: number, operator: Operator): boolean {
  for (const side of [0, 1] as const) {
    const gate = rewriting.producer(operator.inputs[side]);
    const x = operator.inputs[1 - side];
    if (gate === undefined || !isType(gate[1], 'HardSigmoid') || gate[1].inputs[0] !== x) continue;
    const isStandardGate =
      Math.abs(floatAttribute(gate[1], 'alpha', 0.2) - 1 / 6) < 1e-7 && floatAttribute(gate[1], 'beta', 0.5) === 0.5;
    if (!isStandardGate || rewriting.soleConsumer(operator.inputs[side]) === undefined) continue;
    rewriting.remove(gate[0]);
    rewriting.replace(index, { ...operator, type: 'HardSwish', inputs: [x ?? null], attributes: {} });
    return true;
  }
  return false;
}
