import { intsAttribute, stringAttribute } from '../graph/access.ts';
import { constantOf } from '../graph/evaluate/constant-value.ts';
import type { Dimension, Graph, Shape } from '../graph/graph.ts';
import { extentsOf } from '../graph/infer/fact.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { edit, isConstantAt, isType } from './edit.ts';

/**
 * A size that is computed at run time only to repeat the batch and channels becomes constant scales.
 *
 * ```
 *   x ─▶ Shape ─▶ Slice(0, 2) ─▶ Concat ─▶ Resize(sizes)        x ─────▶ Resize(scales)
 *                               [16, 16] ─┘      ▲         [1, 1, 2, 2] ──┘
 *                                                x
 * ```
 *
 * Only for scales that float32 holds exactly, so that every sample is taken at the same place.
 */
export function resolveResizes(graph: Graph): Graph {
  if (!graph.operators.some((operator) => isType(operator, 'Resize'))) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    const [data, roi, , sizes] = operator.inputs;
    if (!isType(operator, 'Resize') || operator.version < 11 || sizes === undefined || sizes === null) continue;
    const isPlain =
      stringAttribute(operator, 'keep_aspect_ratio_policy', 'stretch') === 'stretch' &&
      intsAttribute(operator, 'axes') === undefined;
    if (!isPlain || isConstantAt(rewriting, sizes)) continue;
    const scales = scalesOf(facts.get(data ?? -1)?.shape, extentsOf(facts.get(sizes)));
    if (scales === undefined) continue;
    const name = `${rewriting.tensor(sizes).name}_scales`;
    const constant = rewriting.addConstant(name, constantOf('float32', [scales.length], scales));
    rewriting.replace(index, { ...operator, inputs: [data ?? null, roi ?? null, constant] });
  }
  return rewriting.finish();
}

/** Exact factors from one shape to the other; a name over itself is 1. */
function scalesOf(from: Shape | undefined, to: readonly Dimension[] | undefined): readonly number[] | undefined {
  if (from === undefined || from.length !== to?.length) return undefined;
  const scales: number[] = [];
  for (const [axis, extent] of from.entries()) {
    const wanted = to[axis];
    if (extent === wanted && extent !== '?') scales.push(1);
    else if (typeof extent === 'number' && typeof wanted === 'number' && extent > 0) scales.push(wanted / extent);
    else return undefined;
  }
  const isExact = scales.every((scale) => scale > 0 && Math.fround(scale) === scale);
  return isExact ? scales : undefined;
}
