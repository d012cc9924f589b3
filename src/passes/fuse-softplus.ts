import type { Graph } from '../graph/graph.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { edit, hasType, isType } from './edit.ts';
import { besideScalar, otherInput, producerOf, soleProducerOf } from './match.ts';

/**
 * Softplus and Mish are put together again (Misra, "Mish: A Self Regularized Non-Monotonic Activation Function", 2019, §3).
 *
 * ```
 *   x ─▶ Exp ─▶ Add(1) ─▶ Log ─▶ y                x ─▶ Softplus ─▶ y
 *   x ─┬─▶ Softplus ─▶ Tanh ─▶ Mul ─▶ y           x ─▶ Mish ─▶ y
 *      └────────────────────────▲
 * ```
 *
 * `Mish` exists from opset 18 on.
 */
export function fuseSoftplus(graph: Graph): Graph {
  if (!hasType(graph, 'Log') && !(hasType(graph, 'Softplus') && hasType(graph, 'Tanh'))) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    if (isType(operator, 'Log')) {
      const sum = soleProducerOf(rewriting, operator.inputs[0], 'Add')?.[1];
      const exponential = sum && soleProducerOf(rewriting, besideScalar(rewriting, sum, 1), 'Exp')?.[1];
      const x = exponential?.inputs[0];
      if (x === null || x === undefined || !facts.get(x)?.shape?.length) continue;
      rewriting.replace(index, { ...operator, type: 'Softplus', inputs: [x] });
    }
    if (!isType(operator, 'Mul') || operator.version < 18) continue;
    for (const input of operator.inputs) {
      const tanh = soleProducerOf(rewriting, input, 'Tanh')?.[1];
      const softplus = tanh && producerOf(rewriting, tanh.inputs[0], 'Softplus')?.[1];
      const x = softplus?.inputs[0];
      if (x === null || x === undefined || input === null || otherInput(operator, input) !== x) continue;
      rewriting.replace(index, { ...operator, type: 'Mish', inputs: [x], attributes: {} });
      break;
    }
  }
  return rewriting.finish();
}
