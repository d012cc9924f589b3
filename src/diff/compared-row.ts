import type { Alignment } from './align.ts';
import type { WeightsMoved } from './compare-weights.ts';
import { describePair } from './describe-pair.ts';
import type { Node } from './graph-view.ts';
import { type RowChange, type RowKind, withoutEffect } from './model-diff.ts';

/** An operator of base, head or both, and what differs. */
export interface ComparedRow {
  readonly kind: RowKind;
  readonly base: Node | undefined;
  readonly head: Node | undefined;
  readonly changes: readonly RowChange[];
  readonly moved: readonly WeightsMoved[];
}

/** What became of every operator, in the alignment's order. */
export function compareRows({ base, head, pairs }: Alignment): readonly ComparedRow[] {
  const heads = new Map<number, number>();
  const bases = new Map<number, number>();
  for (const pair of pairs) {
    if (pair.base === undefined || pair.head === undefined) continue;
    heads.set(pair.base, pair.head);
    bases.set(pair.head, pair.base);
  }
  const around = {
    base,
    head,
    headOf: (at: number) => heads.get(at),
    baseOf: (at: number) => bases.get(at),
  };
  return pairs.map((pair): ComparedRow => {
    const before = base.nodes[pair.base ?? -1];
    const after = head.nodes[pair.head ?? -1];
    if (before === undefined || after === undefined) {
      return { kind: before === undefined ? 'added' : 'removed', base: before, head: after, changes: [], moved: [] };
    }
    const { changes, moved } = describePair(before, after, around);
    return { kind: kindOf(changes, pair.isMoved), base: before, head: after, changes, moved };
  });
}

/** What a row is, by its changes and its place. */
export function kindOf(changes: readonly RowChange[], isMoved: boolean): RowKind {
  if (isMoved) return 'moved';
  return changes.some(({ what }) => !withoutEffect.has(what)) ? 'changed' : 'same';
}
