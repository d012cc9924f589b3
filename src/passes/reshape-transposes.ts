import { intsAttribute } from '../graph/access.ts';
import { constantOf } from '../graph/evaluate/constant-value.ts';
import type { Graph } from '../graph/graph.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { edit, hasType, isType } from './edit.ts';
import { soleConsumerOf, soleProducerOf } from './match.ts';

const reshaping = ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'];

/**
 * A transposition that only moves axes of extent 1 moves no element: next to a change of shape it is one, too.
 *
 * ```
 *   x (1, 256, 1, 1) ─▶ Transpose(0 2 3 1) ─▶ Reshape(−1, 256) ─▶ y          x ─▶ Reshape(1, 1, 1, 256) ─▶ Reshape(−1, 256) ─▶ y
 * ```
 *
 * The two are then merged.
 */
export function reshapeTransposes(graph: Graph): Graph {
  if (!hasType(graph, 'Transpose') || !hasType(graph, ...reshaping)) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    const perm = isType(operator, 'Transpose') ? intsAttribute(operator, 'perm') : undefined;
    const shape = facts.get(operator.inputs[0] ?? -1)?.shape;
    if (perm === undefined || shape === undefined || operator.version < 5) continue;
    const moving = perm.filter((axis) => shape[axis] !== 1);
    const result = perm.map((axis) => shape[axis]);
    const open = result.filter((extent) => typeof extent !== 'number').length;
    if (open > 1 || result.includes(0) || moving.some((axis, position) => axis < (moving[position - 1] ?? 0))) continue;
    const hasNeighbour =
      soleConsumerOf(rewriting, operator.outputs[0], ...reshaping) ??
      soleProducerOf(rewriting, operator.inputs[0], ...reshaping);
    if (hasNeighbour === undefined) continue;
    const numbers = result.map((extent) => (typeof extent === 'number' ? extent : -1));
    const wanted = rewriting.addConstant(`${operator.name}_shape`, constantOf('int64', [numbers.length], numbers));
    rewriting.replace(index, {
      ...operator,
      type: 'Reshape',
      inputs: [operator.inputs[0] ?? null, wanted],
      attributes: {},
    });
  }
  return rewriting.finish();
}
