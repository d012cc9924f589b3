import { constantOf } from '../graph/evaluate/constant-value.ts';
import type { Graph } from '../graph/graph.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { edit, isType } from './edit.ts';

const reshaping = ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'];

/**
 * Two changes of shape in a row are one.
 *
 * ```
 *   x ─▶ Squeeze ─▶ Reshape(1, 8, 8) ─▶ y          x ─▶ Reshape(1, 8, 8) ─▶ y
 * ```
 *
 * Where one extent at most of the last shape is open and none is 0.
 */
export function mergeReshapes(graph: Graph): Graph {
  if (!graph.operators.some((operator) => isType(operator, ...reshaping))) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    const first = isType(operator, ...reshaping) ? rewriting.producer(operator.inputs[0]) : undefined;
    if (first === undefined || !isType(first[1], ...reshaping) || operator.version < 5) continue;
    if (rewriting.soleConsumer(operator.inputs[0]) === undefined) continue;
    const [output] = operator.outputs;
    const shape = facts.get(output ?? -1)?.shape;
    const open = shape?.filter((extent) => typeof extent === 'string').length ?? 2;
    if (shape === undefined || open > 1 || shape.includes(0) || output === undefined || output === null) continue;
    const numbers = shape.map((extent) => (typeof extent === 'number' ? extent : -1));
    const wanted = rewriting.addConstant(
      `${rewriting.tensor(output).name}_shape`,
      constantOf('int64', [numbers.length], numbers),
    );
    rewriting.replace(index, {
      ...operator,
      type: 'Reshape',
      inputs: [first[1].inputs[0] ?? null, wanted],
      attributes: {},
    });
    rewriting.remove(first[0]);
  }
  return rewriting.finish();
}
