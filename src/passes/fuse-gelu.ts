import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { type Edit, edit, hasType, isType } from './edit.ts';
import { besideScalar, isScalar, otherInput, producerOf, soleConsumerOf, soleProducerOf } from './match.ts';

/**
 * The pieces of GELU are put together again, in both forms (Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016, §2).
 *
 * ```
 *   x ─┬─▶ Div(√2) ─▶ Erf ─▶ Add(1) ─▶ Mul ─▶ Mul(1/2) ─▶ y          x ─▶ Gelu ─▶ y
 *      └────────────────────────────────▲
 *
 *   x ─┬─▶ Pow(3) ─▶ Mul(0.044715) ─▶ Add ─▶ Mul(√(2/π)) ─▶ Tanh ─▶ Add(1) ─▶ Mul ─▶ Mul(1/2) ─▶ y
 *      ├───────────────────────────────▲                                       ▲
 *      └───────────────────────────────────────────────────────────────────────┘
 *   x ─▶ Gelu(approximate = tanh) ─▶ y
 * ```
 *
 * The factors in any order. `Gelu` exists from opset 20 on.
 */
export function fuseGelu(graph: Graph): Graph {
  if (!hasType(graph, 'Erf', 'Tanh')) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [, operator] of rewriting.operators()) {
    if (!isType(operator, 'Erf', 'Tanh') || operator.version < 20) continue;
    const argument = operator.type === 'Erf' ? erfArgument(rewriting, operator) : tanhArgument(rewriting, operator);
    if (argument === undefined || facts.get(argument)?.dtype !== 'float32' || !facts.get(argument)?.shape?.length)
      continue;
    const last = lastFactor(rewriting, operator, argument);
    if (last === undefined) continue;
    rewriting.replace(last[0], {
      ...last[1],
      type: 'Gelu',
      inputs: [argument],
      attributes: operator.type === 'Erf' ? {} : { approximate: { kind: 'string', value: 'tanh' } },
    });
  }
  return rewriting.finish();
}

/** `x` of `erf(x / √2)`. */
function erfArgument(rewriting: Edit, { inputs }: Operator): TensorId | undefined {
  const scaled = producerOf(rewriting, inputs[0], 'Div', 'Mul')?.[1];
  if (scaled?.type === 'Div' && isScalar(rewriting, scaled.inputs[1], Math.SQRT2)) return scaled.inputs[0] ?? undefined;
  return scaled?.type === 'Mul' ? besideScalar(rewriting, scaled, Math.SQRT1_2) : undefined;
}

/** `x` of `tanh(√(2/π) · (x + 0.044715 x³))`. */
function tanhArgument(rewriting: Edit, { inputs }: Operator): TensorId | undefined {
  const scaled = producerOf(rewriting, inputs[0], 'Mul')?.[1];
  const sum = scaled && producerOf(rewriting, besideScalar(rewriting, scaled, Math.sqrt(2 / Math.PI)), 'Add')?.[1];
  for (const side of [0, 1] as const) {
    const x = sum?.inputs[side];
    const term = producerOf(rewriting, sum?.inputs[1 - side], 'Mul')?.[1];
    const cube = term && besideScalar(rewriting, term, 0.044715);
    if (x !== undefined && x !== null && cube !== undefined && isCube(rewriting, cube, x)) return x;
  }
  return undefined;
}

function isCube(rewriting: Edit, id: TensorId, x: TensorId): boolean {
  const operator = producerOf(rewriting, id, 'Pow', 'Mul')?.[1];
  if (operator?.type === 'Pow') return operator.inputs[0] === x && isScalar(rewriting, operator.inputs[1], 3);
  const square = operator?.inputs.includes(x) ? otherInput(operator, x) : undefined;
  return producerOf(rewriting, square, 'Mul')?.[1].inputs.every((id) => id === x) ?? false;
}

/** The last product of `x · 1/2 · (1 + gate)`, where nothing else uses what is between the gate and it. */
function lastFactor(rewriting: Edit, gate: Operator, x: TensorId): readonly [number, Operator] | undefined {
  const sum = soleConsumerOf(rewriting, gate.outputs[0], 'Add');
  if (sum === undefined || besideScalar(rewriting, sum[1], 1) !== gate.outputs[0]) return undefined;
  let current = sum[1].outputs[0];
  let [missesX, missesHalf] = [true, true];
  for (;;) {
    const product = soleConsumerOf(rewriting, current, 'Mul');
    const other = product && otherInput(product[1], current as TensorId);
    if (product === undefined || other === undefined) return undefined;
    const half = soleProducerOf(rewriting, other, 'Mul')?.[1];
    if (missesX && other === x) missesX = false;
    else if (missesHalf && isScalar(rewriting, other, 0.5)) missesHalf = false;
    else if (missesX && missesHalf && half && besideScalar(rewriting, half, 0.5) === x)
      [missesX, missesHalf] = [false, false];
    else return undefined;
    if (!missesX && !missesHalf) return product;
    current = product[1].outputs[0];
  }
}
