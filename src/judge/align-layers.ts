import type { Layer } from '../runtimes/measurement.ts';

/** A layer of the base and its counterpart in the head; `undefined` where the other has none. */
export interface LayerPair {
  readonly base: Layer | undefined;
  readonly head: Layer | undefined;
}

/** Above this many cells the alignment table is not filled; layers are then anchored by what is unique on both sides. */
const maximumCells = 4_000_000;

/**
 * Pairs the layers of base and head: in order, so that an inserted layer doesn't shift the rest, by what fits best (name, then type and shape,
 * then work and constants, then position). What stays over and has the same name and type on both sides was moved and is paired too.
 * Returns the pairs in the head's order, removed layers where they stood in the base.
 */
export function alignLayers(base: readonly Layer[], head: readonly Layer[]): readonly LayerPair[] {
  return pairMoved(alignRange(base, head));
}

/** How well two layers fit; 0 when they must not be paired. A name counts no more than the shape: exporters renumber names after an insertion. */
function likeness(base: Layer, head: Layer): number {
  const sameName = base.name === head.name && base.name !== '';
  const sameType = base.type === head.type;
  if (!sameType && !sameName) return 0;
  let score = (sameType ? 2 : 0) + (sameName ? 2 : 0);
  if (shapeKey(base) === shapeKey(head)) score += 2;
  if (base.macs === head.macs) score += 1;
  if (base.flash === head.flash) score += 1;
  return score;
}

function shapeKey(layer: Layer): string {
  return layer.outputShape?.join('×') ?? '?';
}

function isSame(base: Layer | undefined, head: Layer | undefined): boolean {
  return base !== undefined && head !== undefined && identity(base) === identity(head);
}

function identity(layer: Layer): string {
  return JSON.stringify([layer.type, layer.name, shapeKey(layer), layer.macs, layer.flash]);
}

function alignRange(base: readonly Layer[], head: readonly Layer[]): LayerPair[] {
  let start = 0;
  while (start < Math.min(base.length, head.length) && isSame(base[start], head[start])) start += 1;
  let end = 0;
  while (end < Math.min(base.length, head.length) - start && isSame(base.at(-1 - end), head.at(-1 - end))) end += 1;
  const innerBase = base.slice(start, base.length - end);
  const innerHead = head.slice(start, head.length - end);
  return [
    ...inOrder(base.slice(0, start), head.slice(0, start)),
    ...(innerBase.length * innerHead.length <= maximumCells
      ? alignByTable(innerBase, innerHead)
      : alignByAnchors(innerBase, innerHead)),
    ...inOrder(base.slice(base.length - end), head.slice(head.length - end)),
  ];
}

/** The pairs `0, 0`, `1, 1` …; what is over on one side stays alone. */
function inOrder(base: readonly Layer[], head: readonly Layer[]): LayerPair[] {
  return Array.from({ length: Math.max(base.length, head.length) }, (_, index) => ({
    base: base[index],
    head: head[index],
  }));
}

/** The pairing in order with the largest sum of fits (Needleman and Wunsch without a penalty for gaps). */
function alignByTable(base: readonly Layer[], head: readonly Layer[]): LayerPair[] {
  const width = head.length + 1;
  const best = new Float64Array((base.length + 1) * width);
  const at = (row: number, column: number) => best[row * width + column] ?? 0;
  base.forEach((baseLayer, row) => {
    head.forEach((headLayer, column) => {
      const score = likeness(baseLayer, headLayer);
      const paired = score === 0 ? 0 : at(row, column) + score;
      best[(row + 1) * width + column + 1] = Math.max(paired, at(row, column + 1), at(row + 1, column));
    });
  });
  const pairs: LayerPair[] = [];
  let [row, column] = [base.length, head.length];
  while (row > 0 || column > 0) {
    const baseLayer = base[row - 1];
    const headLayer = head[column - 1];
    const score = baseLayer !== undefined && headLayer !== undefined ? likeness(baseLayer, headLayer) : 0;
    if (score > 0 && at(row, column) === at(row - 1, column - 1) + score) {
      pairs.push({ base: baseLayer, head: headLayer });
      row -= 1;
      column -= 1;
    } else if (column > 0 && at(row, column) === at(row, column - 1)) {
      pairs.push({ base: undefined, head: headLayer });
      column -= 1;
    } else {
      pairs.push({ base: baseLayer, head: undefined });
      row -= 1;
    }
  }
  return pairs.reverse();
}

/** For graphs of thousands of layers that differ throughout: what is unique and equal on both sides is paired, the gaps between are aligned on their own. */
function alignByAnchors(base: readonly Layer[], head: readonly Layer[]): LayerPair[] {
  const anchors = risingAnchors(base, head);
  if (anchors.length === 0) return inOrder(base, head).flatMap(splitIfForeign);
  const pairs: LayerPair[] = [];
  let [row, column] = [0, 0];
  for (const [baseIndex, headIndex] of [...anchors, [base.length, head.length] as const]) {
    for (const pair of alignRange(base.slice(row, baseIndex), head.slice(column, headIndex))) pairs.push(pair);
    if (baseIndex < base.length) pairs.push({ base: base[baseIndex], head: head[headIndex] });
    [row, column] = [baseIndex + 1, headIndex + 1];
  }
  return pairs;
}

function splitIfForeign(pair: LayerPair): readonly LayerPair[] {
  if (pair.base === undefined || pair.head === undefined || likeness(pair.base, pair.head) > 0) return [pair];
  return [
    { base: pair.base, head: undefined },
    { base: undefined, head: pair.head },
  ];
}

/** Indices of layers that are unique and equal on both sides, in an order that rises on both (greedy over the base). */
function risingAnchors(base: readonly Layer[], head: readonly Layer[]): readonly (readonly [number, number])[] {
  const headIndices = uniqueIndices(head);
  const anchors: (readonly [number, number])[] = [];
  let last = -1;
  for (const [key, baseIndex] of uniqueIndices(base)) {
    const headIndex = headIndices.get(key);
    if (headIndex === undefined || headIndex <= last) continue;
    anchors.push([baseIndex, headIndex]);
    last = headIndex;
  }
  return anchors;
}

function uniqueIndices(layers: readonly Layer[]): ReadonlyMap<string, number> {
  const indices = new Map<string, number>();
  const repeated = new Set<string>();
  layers.forEach((layer, index) => {
    const key = identity(layer);
    if (indices.has(key)) repeated.add(key);
    else indices.set(key, index);
  });
  for (const key of repeated) indices.delete(key);
  return indices;
}

function pairMoved(pairs: readonly LayerPair[]): readonly LayerPair[] {
  const removed = new Map<string, Layer>();
  for (const { base, head } of pairs)
    if (base !== undefined && head === undefined && base.name !== '') removed.set(`${base.type}\0${base.name}`, base);
  const moved = new Set<Layer>();
  const joined = pairs.map((pair) => {
    if (pair.base !== undefined || pair.head === undefined) return pair;
    const counterpart = removed.get(`${pair.head.type}\0${pair.head.name}`);
    if (counterpart === undefined || moved.has(counterpart)) return pair;
    moved.add(counterpart);
    return { base: counterpart, head: pair.head };
  });
  return joined.filter((pair) => pair.head !== undefined || pair.base === undefined || !moved.has(pair.base));
}
