import type { Classes } from './classes.ts';
import type { GraphView } from './graph-view.ts';
import type { Matching } from './matching.ts';

/**
 * Pairs the neighbours of paired operators, and theirs: what feeds the same input and, when that leads no further, what reads the same output where it is
 * the only one of its class there. Neighbours have to be of equal class.
 */
export function spread(matching: Matching, [baseClasses, headClasses]: readonly [base: Classes, head: Classes]): void {
  const { base, head } = matching;
  const pairs = base.nodes.flatMap(({ at }): (readonly [number, number])[] => {
    const counterpart = matching.headOf(at);
    return counterpart === undefined ? [] : [[at, counterpart]];
  });
  const upwards = [...pairs];
  const downwards = [...pairs];
  const consider = (baseAt: number, headAt: number) => {
    if (matching.headOf(baseAt) !== undefined || matching.baseOf(headAt) !== undefined) return;
    if (baseClasses[baseAt] === undefined || baseClasses[baseAt] !== headClasses[headAt]) return;
    matching.add(baseAt, headAt);
    upwards.push([baseAt, headAt]);
    downwards.push([baseAt, headAt]);
  };
  const considerFeeds = (baseAt: number, headAt: number) => {
    base.nodes[baseAt]?.sources.forEach((source, position) => {
      const other = head.nodes[headAt]?.sources[position];
      if (source.kind === 'node' && other?.kind === 'node') consider(source.node, other.node);
    });
  };
  const considerReaders = (baseAt: number, headAt: number) => {
    const headReaders = openReaders(head, headAt, headClasses, matching.baseOf);
    for (const [key, node] of openReaders(base, baseAt, baseClasses, matching.headOf)) {
      const counterpart = headReaders.get(key);
      if (node !== undefined && counterpart !== undefined) consider(node, counterpart);
    }
  };
  while (downwards.length > 0) {
    for (let next = upwards.pop(); next !== undefined; next = upwards.pop()) considerFeeds(...next);
    const next = downwards.pop();
    if (next !== undefined) considerReaders(...next);
  }
}

/** The readers of an operator without a counterpart, by class and input; `undefined` where several are alike. */
function openReaders(
  view: GraphView,
  at: number,
  classes: Classes,
  counterpartOf: (at: number) => number | undefined,
): ReadonlyMap<string, number | undefined> {
  const found = new Map<string, number | undefined>();
  for (const { node, position } of view.readers[at] ?? []) {
    const key = `${classes[node]}@${position}`;
    if (counterpartOf(node) === undefined) found.set(key, found.has(key) ? undefined : node);
  }
  return found;
}
