import type { Graph } from '../graph/graph.ts';
import { alignGaps } from './align-gaps.ts';
import {
  backwardClasses,
  bothClasses,
  type Classes,
  forwardClasses,
  type Interner,
  type Level,
  newInterner,
  ownClasses,
} from './classes.ts';
import { type GraphView, type Node, viewGraph } from './graph-view.ts';
import { type Matching, matchClasses, nameOf, newMatching } from './matching.ts';
import { pairReplaced } from './pair-replaced.ts';
import { longestRising } from './rising.ts';
import { spread } from './spread.ts';

/** An operator of base, head or both, by places among the views' nodes. */
interface Pair {
  readonly base: number | undefined;
  readonly head: number | undefined;
  /** Runs at another place among those that both sides have. */
  readonly isMoved: boolean;
}

/** Two graphs and what became of every operator. */
export interface Alignment {
  readonly base: GraphView;
  readonly head: GraphView;
  /** Every node of both sides once: in the head's order, what it lacks behind what stood before it in the base. */
  readonly pairs: readonly Pair[];
}

/**
 * Pairs the operators of two graphs of one dialect. What is certain comes first and what it leaves open is asked of less and less: equal content in equal
 * surroundings, equal weights and what is around them, equal shape under one name, equal shape in equal surroundings, the same types throughout; then, between what is paired,
 * the best alignment that keeps the order; last, what moved, and what took another's place. Time grows with the number of operators, not with its square.
 */
export function alignGraphs(base: Graph, head: Graph): Alignment {
  const matching = newMatching(viewGraph(base), viewGraph(head));
  const intern = newInterner();
  const content = classesOf(matching, 'content', intern);
  const shape = classesOf(matching, 'shape', intern);
  const kind = classesOf(matching, 'kind', intern);

  matchClasses(matching, content.both);
  matchClasses(matching, onlyWhere(matching, content.own, hasWeights), { single: true });
  spread(matching, content.own);
  matchClasses(matching, content.forward);
  matchClasses(matching, content.backward);

  matchClasses(matching, shape.both);
  matchClasses(matching, withNames(matching, shape.own, intern), { single: true });
  spread(matching, shape.own);
  matchClasses(matching, kind.both, { single: true });
  matchClasses(matching, shape.forward);
  matchClasses(matching, shape.backward);
  matchClasses(matching, withoutNamesake(matching, onlyWhere(matching, shape.own, hasWeights), kind.own), {
    single: true,
  });
  spread(matching, shape.own);

  matchClasses(matching, kind.both);
  alignGaps(matching);
  matchClasses(matching, withNames(matching, kind.own, intern), { single: true });
  matchClasses(matching, onlyWhere(matching, shape.own, hasWeights), { unequal: true });
  spread(matching, shape.own);
  pairReplaced(matching);
  return { base: matching.base, head: matching.head, pairs: inOrder(matching) };
}

/** The classes of the base's nodes and of the head's. */
type BothSides = readonly [Classes, Classes];

function classesOf({ base, head }: Matching, level: Level, intern: Interner) {
  const each = [base, head].map((view) => {
    const own = ownClasses(view, level, intern);
    const forward = forwardClasses(view, own, intern);
    const backward = backwardClasses(view, own, intern);
    return { own, forward, backward, both: bothClasses(forward, backward, intern) };
  });
  const sides = (of: 'own' | 'forward' | 'backward' | 'both'): BothSides => [each[0]?.[of] ?? [], each[1]?.[of] ?? []];
  return { own: sides('own'), forward: sides('forward'), backward: sides('backward'), both: sides('both') };
}

/** The classes of some nodes; of the others none, so that they are left out. */
function onlyWhere({ base, head }: Matching, classes: BothSides, holds: (node: Node) => boolean): BothSides {
  const kept = (view: GraphView, of: Classes) =>
    of.map((each, at) => (keeps(view.nodes[at], holds) ? each : undefined));
  return [kept(base, classes[0]), kept(head, classes[1])];
}

function keeps(node: Node | undefined, holds: (node: Node) => boolean): boolean {
  return node !== undefined && holds(node);
}

/** Weights tell operators apart; what has none is often there many times. */
function hasWeights({ weights }: Node): boolean {
  let bytes = 0;
  for (const { data } of weights.values()) bytes += data?.byteLength ?? 0;
  return bytes >= 16;
}

function withNames(matching: Matching, classes: BothSides, intern: Interner): BothSides {
  const named = (view: GraphView, of: Classes) =>
    of.map((each, at) => {
      const node = view.nodes[at];
      const name = node === undefined ? '' : nameOf(node);
      return name === '' || each === undefined ? undefined : intern(`n${each} ${name}`);
    });
  return [named(matching.base, classes[0]), named(matching.head, classes[1])];
}

/** The classes of nodes whose name no node of their type has on the other side: that one may be meant, whatever its shape. */
function withoutNamesake({ base, head }: Matching, classes: BothSides, kinds: BothSides): BothSides {
  const keysOf = (view: GraphView, kind: Classes) =>
    view.nodes.map((node) => (nameOf(node) === '' ? '' : `${kind[node.at]} ${nameOf(node)}`));
  const [inBase, inHead] = [keysOf(base, kinds[0]), keysOf(head, kinds[1])];
  const [baseNames, headNames] = [new Set(inBase), new Set(inHead)];
  return [
    classes[0].map((each, at) => (inBase[at] !== '' && headNames.has(inBase[at] ?? '') ? undefined : each)),
    classes[1].map((each, at) => (inHead[at] !== '' && baseNames.has(inHead[at] ?? '') ? undefined : each)),
  ];
}

function inOrder(matching: Matching): readonly Pair[] {
  const { base, head } = matching;
  const shared = head.nodes.flatMap(({ at }): (readonly [number, number])[] => {
    const counterpart = matching.baseOf(at);
    return counterpart === undefined ? [] : [[counterpart, at]];
  });
  const staying = new Set(longestRising(shared.map(([baseAt]) => baseAt)).map((place) => shared[place]?.[1]));
  const pairs: Pair[] = [];
  const isRemoved = (at: number) => at < base.nodes.length && matching.headOf(at) === undefined;
  const removedFrom = (from: number) => {
    for (let at = from; isRemoved(at); at++) pairs.push({ base: at, head: undefined, isMoved: false });
  };
  removedFrom(0);
  for (const { at } of head.nodes) {
    const counterpart = matching.baseOf(at);
    pairs.push({ base: counterpart, head: at, isMoved: counterpart !== undefined && !staying.has(at) });
    if (counterpart !== undefined) removedFrom(counterpart + 1);
  }
  return pairs;
}
