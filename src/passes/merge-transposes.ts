import { intsAttribute } from '../graph/access.ts';
import type { Graph } from '../graph/graph.ts';
import { edit, isType } from './edit.ts';

/**
 * Two transpositions in a row are one.
 *
 * ```
 *   x ─▶ Transpose(0 2 3 1) ─▶ Transpose(0 3 1 2) ─▶ y          x ─▶ Transpose(0 1 2 3) ─▶ y
 * ```
 *
 * One that comes to nothing is removed with the identities.
 */
export function mergeTransposes(graph: Graph): Graph {
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    if (!isType(operator, 'Transpose')) continue;
    const first = rewriting.producer(operator.inputs[0]);
    if (first === undefined || !isType(first[1], 'Transpose')) continue;
    const before = intsAttribute(first[1], 'perm');
    const after = intsAttribute(operator, 'perm');
    if (before === undefined || after?.length !== before.length) continue;
    const perm = after.map((axis) => before[axis] as number);
    rewriting.replace(index, {
      ...operator,
      inputs: first[1].inputs,
      attributes: { perm: { kind: 'ints', value: perm } },
    });
    const left = first[1].outputs[0];
    if (left !== null && left !== undefined && rewriting.useCount(left) === 0 && !rewriting.isPinned(left)) {
      rewriting.remove(first[0]);
    }
  }
  return rewriting.finish();
}
