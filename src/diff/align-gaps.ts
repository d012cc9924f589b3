import type { Node } from './graph-view.ts';
import { type Matching, nameOf } from './matching.ts';
import { longestRising } from './rising.ts';
import { settingsKey } from './settings.ts';
import { shapeWords } from './tensor-words.ts';

/** Cells of one gap's table; of larger gaps only a band around the diagonal is filled. */
const mostCells = 1_000_000;

/**
 * Pairs what is left between paired operators: in order, with the largest sum of likenesses (Needleman and Wunsch, "A general method applicable to
 * the search for similarities in the amino acid sequence of two proteins", 1970, without a penalty for gaps).
 */
export function alignGaps(matching: Matching): void {
  for (const { base, head } of gapsOf(matching)) alignGap(matching, base, head);
}

interface Gap {
  readonly base: readonly Node[];
  readonly head: readonly Node[];
}

/** What has no counterpart, cut at the pairs that keep their order. */
function gapsOf(matching: Matching): readonly Gap[] {
  const pairs = matching.head.nodes.flatMap(({ at }): (readonly [number, number])[] => {
    const counterpart = matching.baseOf(at);
    return counterpart === undefined ? [] : [[counterpart, at]];
  });
  const cuts = longestRising(pairs.map(([base]) => base)).flatMap((at) => pairs[at] ?? []);
  const ends = [...cuts, matching.base.nodes.length, matching.head.nodes.length];
  const gaps: Gap[] = [];
  let [fromBase, fromHead] = [0, 0];
  for (let cut = 0; cut < ends.length; cut += 2) {
    const [toBase = 0, toHead = 0] = [ends[cut], ends[cut + 1]];
    const base = matching.base.nodes.slice(fromBase, toBase).filter(({ at }) => matching.headOf(at) === undefined);
    const head = matching.head.nodes.slice(fromHead, toHead).filter(({ at }) => matching.baseOf(at) === undefined);
    if (base.length > 0 && head.length > 0) gaps.push({ base, head });
    [fromBase, fromHead] = [toBase + 1, toHead + 1];
  }
  return gaps;
}

function alignGap(matching: Matching, baseNodes: readonly Node[], headNodes: readonly Node[]): void {
  const base = baseNodes.map(featuresOf);
  const head = headNodes.map(featuresOf);
  const reach = Math.max(8, Math.floor(mostCells / (2 * base.length)));
  const width = Math.min(head.length + 1, 2 * reach + 1);
  /** The first column of a row that is filled. */
  const startOf = (row: number) =>
    Math.max(0, Math.min(head.length + 1 - width, Math.round((row * head.length) / base.length) - reach));
  const best = new Float64Array((base.length + 1) * width);
  const at = (row: number, column: number): number => {
    const place = column - startOf(row);
    // Beyond the band nothing is known; what lies left of it is over, what lies right of it is worth what the band's edge is.
    if (row < 0 || column < 0 || place < 0) return 0;
    return best[row * width + Math.min(place, width - 1)] ?? 0;
  };
  for (let row = 1; row <= base.length; row++) {
    const start = startOf(row);
    for (let column = Math.max(1, start); column < start + width; column++) {
      const score = likenessAt(row, column);
      const paired = score === 0 ? 0 : at(row - 1, column - 1) + score;
      best[row * width + column - start] = Math.max(paired, at(row - 1, column), at(row, column - 1));
    }
  }
  let [row, column] = [base.length, head.length];
  while (row > 0 && column > 0) {
    const score = likenessAt(row, column);
    const here = at(row, column);
    if (score > 0 && here === at(row - 1, column - 1) + score) {
      matching.add(baseNodes[row - 1]?.at ?? 0, headNodes[column - 1]?.at ?? 0);
      row -= 1;
      column -= 1;
    } else if (here === at(row, column - 1)) column -= 1;
    else row -= 1;
  }

  function likenessAt(ofRow: number, ofColumn: number): number {
    const [one, other] = [base[ofRow - 1], head[ofColumn - 1]];
    return one === undefined || other === undefined ? 0 : likeness(matching, one, other);
  }
}

/** What of an operator is compared with every other of the gap. */
interface Features {
  readonly node: Node;
  readonly type: string;
  readonly name: string;
  readonly output: string;
  readonly weights: string;
  readonly settings: string;
}

function featuresOf(node: Node): Features {
  const { operator, outputs, weights, settings } = node;
  return {
    node,
    type: `${operator.domain}:${operator.type}`,
    name: nameOf(node),
    output: shapeWords(outputs[0]?.shape),
    weights: [...weights.values()].map(({ shape }) => shapeWords(shape)).join(),
    settings: settingsKey(settings),
  };
}

/** How well two operators fit; 0 when they must not be paired. A name counts no more than the shape: exporters renumber names after an insertion. */
function likeness(matching: Matching, base: Features, head: Features): number {
  const isNamed = base.name === head.name && base.name !== '';
  const isTyped = base.type === head.type;
  if (!isTyped && !isNamed) return 0;
  let score = (isTyped ? 3 : 0) + (isNamed ? 2 : 0);
  if (base.output === head.output) score += 2;
  if (base.weights === head.weights) score += 2;
  if (base.settings === head.settings) score += 1;
  if (feedsAgree(matching, base.node, head.node)) score += 1;
  if (readersAgree(matching, base.node, head.node)) score += 1;
  return score;
}

function feedsAgree(matching: Matching, base: Node, head: Node): boolean {
  const [from, other] = [base.sources[0], head.sources[0]];
  if (from?.kind === 'node' && other?.kind === 'node') return matching.headOf(from.node) === other.node;
  return from?.kind === 'input' && other?.kind === 'input' && from.position === other.position;
}

/** Of the first readers; one that is read by hundreds is told by other things. */
function readersAgree(matching: Matching, base: Node, head: Node): boolean {
  const others = (matching.head.readers[head.at] ?? []).slice(0, 4);
  return (matching.base.readers[base.at] ?? [])
    .slice(0, 4)
    .some(({ node }) => others.some((other) => matching.headOf(node) === other.node));
}
