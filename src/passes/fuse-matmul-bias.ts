import type { Graph } from '../graph/graph.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { edit, isType } from './edit.ts';

/**
 * A matrix product with constant weights and a bias is a fully connected layer.
 *
 * ```
 *   x ─▶ MatMul(W) ─▶ Add(b) ─▶ y          x ─▶ Gemm(W, b) ─▶ y
 * ```
 *
 * Only for float32 and where `x` has two axes: `Gemm` takes no others.
 */
export function fuseMatMulBias(graph: Graph): Graph {
  if (!graph.operators.some((operator) => isType(operator, 'MatMul'))) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    if (!isType(operator, 'Add') || operator.version < 7) continue;
    for (const side of [0, 1] as const) {
      const product = rewriting.producer(operator.inputs[side]);
      const biasId = operator.inputs[1 - side];
      const bias = rewriting.constant(biasId);
      if (product === undefined || bias?.dtype !== 'float32' || !isType(product[1], 'MatMul')) continue;
      if (rewriting.soleConsumer(operator.inputs[side]) === undefined) continue;
      const [left, right] = product[1].inputs;
      const weight = rewriting.constant(right);
      const rank = facts.get(left ?? -1)?.shape?.length;
      if (rank !== 2 || weight?.dtype !== 'float32' || weight.shape.length !== 2) continue;
      const isRow =
        bias.shape.length <= 2 && bias.elements.length === weight.shape[1] && bias.shape.at(-1) === weight.shape[1];
      if (!isRow) continue;
      rewriting.remove(product[0]);
      rewriting.replace(index, {
        ...product[1],
        name: product[1].name,
        type: 'Gemm',
        inputs: [left ?? null, right ?? null, biasId ?? null],
        outputs: operator.outputs,
        attributes: {},
      });
      break;
    }
  }
  return rewriting.finish();
}
