import { layerLabel } from '../graph/layer-label.ts';
import type { ComparedRow } from './compared-row.ts';
import type { Node } from './graph-view.ts';
import { nameOf } from './matching.ts';

const mostNames = 4;

/** `1 operator`, `3 operators`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `conv_1, conv_2 and 3 more`. */
export function named(rows: readonly ComparedRow[]): string {
  return listed(rows.map(labelOf), mostNames, ', ');
}

/** The first few phrases, equal ones once: converters give several operators one name. */
export function listed(phrases: readonly string[], most: number, between: string): string {
  const counts = new Map<string, number>();
  for (const phrase of phrases) counts.set(phrase, (counts.get(phrase) ?? 0) + 1);
  const told = [...counts]
    .slice(0, most)
    .map(([phrase, count]) => (count === 1 ? phrase : `${phrase} (${count} times)`));
  const rest = [...counts.values()].slice(most).reduce((sum, count) => sum + count, 0);
  return rest > 0 ? `${told.join(between)} and ${rest} more` : told.join(between);
}

/** What people call an operator, at most 80 characters. */
export function labelOf({ base, head }: ComparedRow): string {
  const node = head ?? base;
  if (node === undefined) return '?';
  const name = layerLabel(nameOf(node));
  return name === '' ? `operator ${node.index}` : name.length > 80 ? `${name.slice(0, 79)}…` : name;
}

/** True for what people call a layer: with weights of two dimensions at least, not just a scale or an offset. */
export function isLayer(node: Node | undefined): boolean {
  return [...(node?.weights.values() ?? [])].some(({ shape }) => (shape?.length ?? 0) >= 2);
}

/** True where a layer is, in the head where it has the operator. */
export function hasWeights({ base, head }: ComparedRow): boolean {
  return isLayer(head ?? base);
}

/** An operator's type, the head's where it has one. */
export function typeOf({ base, head }: ComparedRow): string {
  return (head ?? base)?.operator.type ?? '';
}

/** A sentence within the length that the schema takes. */
export function cut(text: string): string {
  return text.length > 600 ? `${text.slice(0, 599)}…` : text;
}
