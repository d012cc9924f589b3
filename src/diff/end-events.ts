import type { End } from './ends.ts';
import type { DiffEvent } from './model-diff.ts';

/** Inputs and outputs that are others; of a model that was quantised, not those of another type alone. */
export function endEvents(ends: readonly End[], isQuantised: boolean): readonly DiffEvent[] {
  const shapeOf = (words: string | null) => words?.slice(words.indexOf(' ') + 1);
  const resized = ends.filter(
    ({ role, base, head }) => role === 'input' && base !== null && head !== null && shapeOf(base) !== shapeOf(head),
  );
  const others = ends.filter(
    (end) => end.base !== end.head && !resized.includes(end) && !(isQuantised && isOnlyType(end)),
  );
  const words = ({ role, name, base, head }: End) =>
    `${role} ${name.slice(0, 80) || 'without a name'} ${base === null ? `is new (${head})` : head === null ? 'is gone' : `${base} → ${head}`}`;
  const list = (some: readonly End[]) =>
    [...some.slice(0, 3).map(words), ...(some.length > 3 ? [`${some.length - 3} more`] : [])].join(', ');
  return [
    ...(resized.length === 0 ? [] : [{ code: 'new-input-size' as const, text: `New input size: ${list(resized)}.` }]),
    ...(others.length === 0
      ? []
      : [{ code: 'interface-changed' as const, text: `Other inputs or outputs: ${list(others)}.` }]),
  ];
}

function isOnlyType({ base, head }: End): boolean {
  return base !== null && head !== null && base.split(' ')[1] === head.split(' ')[1];
}
