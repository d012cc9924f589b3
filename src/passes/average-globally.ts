import { intAttribute } from '../graph/access.ts';
import type { Graph } from '../graph/graph.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { edit, hasType, isType } from './edit.ts';
import { integersOf, sortedAxes } from './match.ts';

/**
 * A mean over all places of an image is the pooling that every runtime knows.
 *
 * ```
 *   x ─▶ ReduceMean(axes 2 3, keepdims) ─▶ y          x ─▶ GlobalAveragePool ─▶ y
 * ```
 */
export function averageGlobally(graph: Graph): Graph {
  if (!hasType(graph, 'ReduceMean')) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    const [data] = operator.inputs;
    if (!isType(operator, 'ReduceMean') || data === null || data === undefined) continue;
    const known = facts.get(data);
    const rank = known?.shape?.length ?? 0;
    if (known?.dtype !== 'float32' || rank !== 4 || intAttribute(operator, 'keepdims', 1) !== 1) continue;
    if (sortedAxes(integersOf(rewriting, operator, 'axes', 1), rank)?.join() !== '2,3') continue;
    rewriting.replace(index, { ...operator, type: 'GlobalAveragePool', inputs: [data], attributes: {} });
  }
  return rewriting.finish();
}
