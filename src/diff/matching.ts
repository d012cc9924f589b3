import type { Classes } from './classes.ts';
import type { GraphView, Node } from './graph-view.ts';

/** Which operators of base and head are counterparts of each other; it grows and nothing is taken back. */
export interface Matching {
  readonly base: GraphView;
  readonly head: GraphView;
  readonly headOf: (base: number) => number | undefined;
  readonly baseOf: (head: number) => number | undefined;
  readonly add: (base: number, head: number) => void;
}

/** A matching without pairs. */
export function newMatching(base: GraphView, head: GraphView): Matching {
  const heads = new Map<number, number>();
  const bases = new Map<number, number>();
  return {
    base,
    head,
    headOf: (at) => heads.get(at),
    baseOf: (at) => bases.get(at),
    add: (baseAt, headAt) => {
      heads.set(baseAt, headAt);
      bases.set(headAt, baseAt);
    },
  };
}

/** The name of the first tensor that an operator computes, which exporters keep more often than the node's own; the node's where that is not named. */
export function nameOf({ outputs, operator }: Node): string {
  return outputs.find((output) => output !== null)?.name || operator.name;
}

/** Members of a class on both sides that have no counterpart yet. */
interface Group {
  readonly base: number[];
  readonly head: number[];
}

/**
 * Pairs operators of equal class: all of a class that has as many on both sides, those of one name first and the rest in their order.
 * With `unequal`, where the numbers differ those of one name are paired; with `single`, only classes that each side has one of.
 */
export function matchClasses(
  matching: Matching,
  classes: readonly [base: Classes, head: Classes],
  { unequal = false, single = false }: { readonly unequal?: boolean; readonly single?: boolean } = {},
): void {
  for (const group of groupsOf(matching, classes)) {
    const isEven = group.base.length === group.head.length;
    if (single && !(isEven && group.base.length === 1)) continue;
    if (!isEven && !unequal) continue;
    matchNames(matching, group);
    if (!isEven) continue;
    const over = group.head.filter((at) => matching.baseOf(at) === undefined);
    group.base
      .filter((at) => matching.headOf(at) === undefined)
      .forEach((at, position) => {
        const counterpart = over[position];
        if (counterpart !== undefined) matching.add(at, counterpart);
      });
  }
}

function groupsOf(matching: Matching, [baseClasses, headClasses]: readonly [Classes, Classes]): Iterable<Group> {
  const groups = new Map<number, Group>();
  baseClasses.forEach((key, at) => {
    if (key === undefined || matching.headOf(at) !== undefined) return;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { base: [at], head: [] });
    else group.base.push(at);
  });
  headClasses.forEach((key, at) => {
    if (key !== undefined && matching.baseOf(at) === undefined) groups.get(key)?.head.push(at);
  });
  return [...groups.values()].filter(({ head }) => head.length > 0);
}

/** Pairs what has one name, where nothing else in the group has it. */
function matchNames(matching: Matching, { base, head }: Group): void {
  const byName = (view: GraphView, members: readonly number[]) => {
    const places = new Map<string, number | undefined>();
    for (const at of members) {
      const node = view.nodes[at];
      const name = node === undefined ? '' : nameOf(node);
      if (name !== '') places.set(name, places.has(name) ? undefined : at);
    }
    return places;
  };
  const heads = byName(matching.head, head);
  for (const [name, at] of byName(matching.base, base)) {
    const counterpart = heads.get(name);
    if (at !== undefined && counterpart !== undefined) matching.add(at, counterpart);
  }
}
