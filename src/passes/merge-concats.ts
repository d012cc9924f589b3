import { intAttribute } from '../graph/access.ts';
import { normalAxis } from '../graph/evaluate/indexing.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import type { Fact } from '../graph/infer/fact.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { type Edit, edit, hasType, isType } from './edit.ts';
import { producerOf, soleProducerOf } from './match.ts';

/**
 * A join of joins is one join, and a join of all parts of a split is what was split.
 *
 * ```
 *   a ─▶ Concat ─▶ Concat ─▶ y          a ─▶ Concat ─▶ y
 *   b ────▲          ▲                  b ────▲
 *   c ───────────────┘                  c ────┘
 *
 *   x ─▶ Split ═▶ Concat ─▶ y           x ─▶ y
 * ```
 *
 * Along the same axis, the parts in their order.
 */
export function mergeConcats(graph: Graph): Graph {
  if (!hasType(graph, 'Concat')) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    if (!isType(operator, 'Concat')) continue;
    const axis = axisOf(facts, operator, 1, operator.outputs[0]);
    if (axis === undefined) continue;
    const split = splitSource(rewriting, facts, operator, axis);
    if (split !== undefined && rewriting.bypass(index, split)) continue;
    const inner = operator.inputs.map((id) => {
      const before = soleProducerOf(rewriting, id, 'Concat');
      return before !== undefined && axisOf(facts, before[1], 1, before[1].outputs[0]) === axis ? before : undefined;
    });
    if (inner.every((before) => before === undefined)) continue;
    const inputs = operator.inputs.flatMap((id, position) => inner[position]?.[1].inputs ?? [id]);
    rewriting.replace(index, { ...operator, inputs });
    for (const before of inner) if (before !== undefined) rewriting.remove(before[0]);
  }
  return rewriting.finish();
}

function axisOf(
  facts: ReadonlyMap<TensorId, Fact>,
  operator: Operator,
  fallback: number,
  like: TensorId | null | undefined,
) {
  const rank = facts.get(like ?? -1)?.shape?.length;
  return rank === undefined ? undefined : normalAxis(intAttribute(operator, 'axis', fallback), rank);
}

/** What a `Split` split whose outputs are all joined again. */
function splitSource(
  rewriting: Edit,
  facts: ReadonlyMap<TensorId, Fact>,
  operator: Operator,
  axis: number,
): TensorId | undefined {
  const split = producerOf(rewriting, operator.inputs[0], 'Split')?.[1];
  const source = split?.inputs[0];
  if (split === undefined || source === undefined || source === null) return undefined;
  const isWhole =
    split.outputs.length === operator.inputs.length &&
    split.outputs.every((id, position) => id === operator.inputs[position]);
  return isWhole && axisOf(facts, split, 0, source) === axis ? source : undefined;
}
