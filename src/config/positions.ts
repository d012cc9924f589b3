import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type LineCounter, type Node } from 'yaml';

/** A place in a text file, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type Path = readonly (string | number)[];

/**
 * Where a value of a YAML document is written, or the key that leads to it; where the path leads to nothing, the nearest thing on the way.
 */
export function positionOf(document: Document, lines: LineCounter, path: Path, part: 'key' | 'value'): Position {
  let node: Node | null = document.contents;
  let place: Node | null = node;
  for (const [depth, step] of path.entries()) {
    const entry = enter(document, node, step);
    if (entry === undefined) break;
    const isLast = depth === path.length - 1;
    place = isLast && part === 'key' ? (entry.key ?? entry.value ?? place) : (entry.value ?? entry.key ?? place);
    node = entry.value;
  }
  const { line, col } = lines.linePos(place?.range?.[0] ?? 0);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

interface Entry {
  readonly key: Node | null;
  readonly value: Node | null;
}

function enter(document: Document, from: Node | null, step: string | number): Entry | undefined {
  const node = isAlias(from) ? (from.resolve(document) ?? null) : from;
  if (isSeq(node) && typeof step === 'number') {
    const item = node.items[step];
    return isNode(item) ? { key: null, value: item } : undefined;
  }
  if (!isMap(node)) return undefined;
  for (const pair of node.items) {
    if (!isPair(pair) || !isScalar(pair.key) || String(pair.key.value) !== String(step)) continue;
    return { key: pair.key, value: isNode(pair.value) ? pair.value : null };
  }
  return undefined;
}
