import type { Graph } from '../graph/graph.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { edit, hasType, isType } from './edit.ts';
import { scalarOf, soleProducerOf } from './match.ts';

/**
 * The larger of a number and a fraction of it is a leaky ReLU.
 *
 * ```
 *   x ─┬─▶ Mul(0.1) ─▶ Max ─▶ y          x ─▶ LeakyRelu(0.1) ─▶ y
 *      └───────────────▲
 * ```
 *
 * Only for fractions of 0 to 1: beyond, the two sides change places.
 */
export function fuseLeakyRelu(graph: Graph): Graph {
  if (!hasType(graph, 'Max')) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    if (!isType(operator, 'Max') || operator.inputs.length !== 2 || operator.version < 8) continue;
    for (const side of [0, 1] as const) {
      const x = operator.inputs[1 - side];
      const product = soleProducerOf(rewriting, operator.inputs[side], 'Mul')?.[1];
      if (x === null || x === undefined || !product?.inputs.includes(x) || !facts.get(x)?.shape?.length) continue;
      const alpha = scalarOf(rewriting, product.inputs[product.inputs[0] === x ? 1 : 0]);
      if (alpha === undefined || !(alpha >= 0 && alpha <= 1)) continue;
      rewriting.replace(index, {
        ...operator,
        type: 'LeakyRelu',
        inputs: [x],
        attributes: { alpha: { kind: 'float', value: alpha } },
      });
      break;
    }
  }
  return rewriting.finish();
}
