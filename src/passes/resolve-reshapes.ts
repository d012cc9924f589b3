import { intAttribute } from '../graph/access.ts';
import { constantOf } from '../graph/evaluate/constant-value.ts';
import type { Graph } from '../graph/graph.ts';
import { extentsOf } from '../graph/infer/fact.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { edit, isConstantAt, isType } from './edit.ts';

/**
 * A shape that is computed at run time, and of which one extent at most depends on the input, becomes a constant.
 *
 * ```
 *   x ─▶ Shape ─▶ Gather(0) ─▶ Concat ─▶ Reshape        x ──▶ Reshape
 *                              [10] ─┘      ▲           [−1, 10] ─┘
 *                                           x
 * ```
 */
export function resolveReshapes(graph: Graph): Graph {
  if (!graph.operators.some((operator) => isType(operator, 'Reshape'))) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    const [data, wanted] = operator.inputs;
    if (!isType(operator, 'Reshape') || wanted === undefined || wanted === null || isConstantAt(rewriting, wanted))
      continue;
    const extents = extentsOf(facts.get(wanted));
    const open = extents?.filter((extent) => typeof extent === 'string').length ?? 0;
    if (extents === undefined || open > 1 || (open === 1 && extents.includes(-1))) continue;
    // With an extent of 0 the one that is left open would be arbitrary.
    const copies = extents.includes(0);
    if (open === 1 && copies && intAttribute(operator, 'allowzero', 0) !== 0) continue;
    const numbers = extents.map((extent) => (typeof extent === 'number' ? extent : -1));
    const shape = rewriting.addConstant(
      `${rewriting.tensor(wanted).name}_known`,
      constantOf('int64', [numbers.length], numbers),
    );
    rewriting.replace(index, { ...operator, inputs: [data ?? null, shape] });
  }
  return rewriting.finish();
}
