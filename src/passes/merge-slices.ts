import { constantOf } from '../graph/evaluate/constant-value.ts';
import { normalAxis, sliceRange } from '../graph/evaluate/indexing.ts';
import type { Graph, Operator, Shape } from '../graph/graph.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { type Edit, edit, hasType, isType } from './edit.ts';
import { integersOf, soleProducerOf } from './match.ts';

/**
 * Two slices in a row are one.
 *
 * ```
 *   x ─▶ Slice(rows 2…8) ─▶ Slice(columns 0…4) ─▶ y          x ─▶ Slice(rows 2…8, columns 0…4) ─▶ y
 * ```
 *
 * Where bounds are constant and the sliced extents known; steps forward only. From opset 10 on, which has them as inputs.
 */
export function mergeSlices(graph: Graph): Graph {
  if (!hasType(graph, 'Slice')) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    const before =
      isType(operator, 'Slice') && operator.version >= 10
        ? soleProducerOf(rewriting, operator.inputs[0], 'Slice')
        : undefined;
    const source = before?.[1].inputs[0];
    if (before === undefined || source === undefined || source === null) continue;
    const first = rangesOf(rewriting, before[1], facts.get(source)?.shape);
    const second = first && rangesOf(rewriting, operator, facts.get(operator.inputs[0] ?? -1)?.shape);
    if (first === undefined || second === undefined) continue;
    const merged = new Map(first);
    for (const [axis, inner] of second) {
      const outer = first.get(axis);
      merged.set(
        axis,
        outer === undefined
          ? inner
          : { first: outer.first + inner.first * outer.step, step: outer.step * inner.step, count: inner.count },
      );
    }
    const axes = [...merged.keys()].sort((a, b) => a - b);
    const ranges = axes.map((axis) => merged.get(axis) as Range);
    const lists: readonly (readonly number[])[] = [
      ranges.map((range) => range.first),
      ranges.map((range) => (range.count === 0 ? range.first : range.first + (range.count - 1) * range.step + 1)),
      axes,
      ranges.map((range) => range.step),
    ];
    const names = ['starts', 'ends', 'axes', 'steps'];
    const inputs = lists.map((list, position) =>
      rewriting.addConstant(`${operator.name}_${names[position]}`, constantOf('int64', [list.length], list)),
    );
    rewriting.replace(index, { ...operator, inputs: [source, ...inputs] });
    rewriting.remove(before[0]);
  }
  return rewriting.finish();
}

interface Range {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** What a slice takes of each axis that it names; `undefined` when that is not known before anything runs. */
function rangesOf(
  rewriting: Edit,
  operator: Operator,
  shape: Shape | undefined,
): ReadonlyMap<number, Range> | undefined {
  const starts = integersOf(rewriting, operator, 'starts', 1);
  const ends = integersOf(rewriting, operator, 'ends', 2);
  const given = operator.inputs.slice(3).map((id) => (id === null ? undefined : rewriting.constant(id)));
  const isKnown = operator.inputs.slice(3).every((id, position) => id === null || given[position] !== undefined);
  if (starts === undefined || ends === undefined || shape === undefined || !isKnown) return undefined;
  const axes = integersOf(rewriting, operator, 'axes', 3) ?? starts.map((_, axis) => axis);
  const steps = integersOf(rewriting, operator, 'steps', 4) ?? starts.map(() => 1);
  const ranges = new Map<number, Range>();
  for (const [position, given] of axes.entries()) {
    const axis = normalAxis(given, shape.length);
    const extent = axis === undefined ? undefined : shape[axis];
    const step = steps[position] ?? 1;
    if (axis === undefined || typeof extent !== 'number' || !(step > 0)) return undefined;
    ranges.set(axis, { ...sliceRange(extent, starts[position] as number, ends[position] as number, step), step });
  }
  return ranges;
}
