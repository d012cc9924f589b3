import type { Source } from './graph-view.ts';
import type { Matching } from './matching.ts';
import { converting } from './operator-facts.ts';

/**
 * Pairs operators of different types that stand at one place: fed by counterparts and read by counterparts, as `RELU` and the `RELU6` that took its place.
 * One with weights takes no place of one without, and what converts numbers takes no place of what computes with them.
 */
export function pairReplaced(matching: Matching): void {
  const { base, head } = matching;
  const lastOf = new Map(head.givenBack.flatMap((places, at) => places.map((place) => [place, at] as const)));
  for (const { at, operator, sources, weights } of base.nodes) {
    if (matching.headOf(at) !== undefined || converting.test(operator.type)) continue;
    const candidates = new Set<number>();
    for (const { node } of base.readers[at] ?? []) {
      const reader = matching.headOf(node);
      for (const source of reader === undefined ? [] : (head.nodes[reader]?.sources ?? [])) {
        if (source.kind === 'node' && matching.baseOf(source.node) === undefined) candidates.add(source.node);
      }
    }
    for (const position of base.givenBack[at] ?? []) {
      const last = lastOf.get(position);
      if (last !== undefined && matching.baseOf(last) === undefined) candidates.add(last);
    }
    const [counterpart, ...others] = [...candidates].filter((candidate) => {
      const other = head.nodes[candidate];
      return (
        other !== undefined &&
        !converting.test(other.operator.type) &&
        other.weights.size > 0 === weights.size > 0 &&
        isFedAlike(matching, sources, other.sources)
      );
    });
    if (counterpart !== undefined && others.length === 0) matching.add(at, counterpart);
  }
}

function isFedAlike(matching: Matching, sources: readonly Source[], others: readonly Source[]): boolean {
  const computed = (list: readonly Source[]) => list.filter(({ kind }) => kind === 'node' || kind === 'input');
  const [from, to] = [computed(sources), computed(others)];
  return (
    from.length > 0 &&
    from.length === to.length &&
    from.every((source, position) => {
      const other = to[position];
      if (source.kind === 'node') return other?.kind === 'node' && matching.headOf(source.node) === other.node;
      return source.kind === 'input' && other?.kind === 'input' && source.position === other.position;
    })
  );
}
