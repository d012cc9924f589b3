import type { ComparedRow } from './compared-row.ts';
import { counted, cut, hasWeights, isLayer, labelOf, listed, named, typeOf } from './event-words.ts';
import type { Happening } from './happening.ts';
import type { DiffEvent } from './model-diff.ts';
import { withoutEffect } from './model-diff.ts';
import { converting, passive } from './operator-facts.ts';
import { channelsChange } from './shape-changes.ts';

/** Types of operators that the base has none of. */
export function kindEvents(rows: readonly ComparedRow[], isQuantised: boolean): readonly DiffEvent[] {
  const before = new Set(rows.flatMap(({ base }) => (base === undefined ? [] : [base.operator.type])));
  const counts = new Map<string, number>();
  for (const { head } of rows) {
    const type = head?.operator.type;
    if (type === undefined || before.has(type) || passive.test(type) || (isQuantised && converting.test(type)))
      continue;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const kinds = [...counts].map(([type, count]) => (count === 1 ? type : `${type} (${count} times)`));
  const told = kinds.slice(0, 6).join(', ').slice(0, 400);
  return [
    {
      code: 'new-operator-kind',
      text: `New ${counts.size === 1 ? 'kind' : 'kinds'} of operators: ${told}${kinds.length > 6 ? ` and ${kinds.length - 6} more` : ''}.`,
    },
  ];
}

/** More or fewer layers. */
export function depthEvents(rows: readonly ComparedRow[]): readonly DiffEvent[] {
  const { added, removed } = layersOfOneSide(rows);
  const more = added.length - removed.length;
  if (more > 0)
    return [{ code: 'deeper', text: `Deeper: ${counted(more, 'more layer')} with weights (${named(added)}).` }];
  if (more < 0)
    return [
      { code: 'shallower', text: `Shallower: ${counted(-more, 'layer')} with weights fewer (${named(removed)}).` },
    ];
  return [];
}

/** Operators with weights that are added, or are in the place of one without (a convolution that took over the activation behind it); and the reverse. */
function layersOfOneSide(rows: readonly ComparedRow[]): Readonly<Record<'added' | 'removed', readonly ComparedRow[]>> {
  const other = rows.filter(({ base, head }) => base?.operator.type !== head?.operator.type);
  return {
    added: other.filter(({ base, head }) => isLayer(head) && !isLayer(base)),
    removed: other.filter(({ base, head }) => isLayer(base) && !isLayer(head)),
  };
}

/** Layers that give more or fewer channels. */
export function widthEvents({ rows, dialect }: Happening): readonly DiffEvent[] {
  const changed = rows.flatMap((row) => {
    const change = row.base && row.head && hasWeights(row) ? channelsChange(row.base, row.head, dialect) : undefined;
    return change === undefined ? [] : [{ row, before: change[0], after: change[1] }];
  });
  const event = (code: 'wider' | 'narrower', title: string, sign: number): readonly DiffEvent[] => {
    const some = changed.filter(({ before, after }) => Math.sign(after - before) === sign);
    if (some.length === 0) return [];
    const phrases = some.map(({ row, before, after }) => `${labelOf(row)} ${before} → ${after} channels`);
    return [{ code, text: cut(`${title}: ${listed(phrases, 3, ', ')}.`) }];
  };
  return [...event('wider', 'Wider', 1), ...event('narrower', 'Narrower', -1)];
}

/** What was added, taken out, replaced or connected otherwise, of what no other sentence tells. */
export function structureEvents(rows: readonly ComparedRow[], isQuantised: boolean): readonly DiffEvent[] {
  const layers = layersOfOneSide(rows);
  const isEven = layers.added.length === layers.removed.length;
  const tells = (row: ComparedRow) =>
    !passive.test(typeOf(row)) && !(isQuantised && converting.test(typeOf(row))) && (isEven || !hasWeights(row));
  const added = rows.filter((row) => row.kind === 'added' && tells(row));
  const removed = rows.filter((row) => row.kind === 'removed' && tells(row));
  const replaced = rows.filter(({ changes }) => changes.some(({ what }) => what === 'type'));
  const rewired = rows.filter(({ changes }) => changes.some(({ what }) => what === 'connections'));
  const parts = [
    ...(added.length === 0 ? [] : [`${counted(added.length, 'operator')} added (${named(added)})`]),
    ...(removed.length === 0 ? [] : [`${counted(removed.length, 'operator')} removed (${named(removed)})`]),
    ...(replaced.length === 0 ? [] : [`${counted(replaced.length, 'operator')} replaced (${named(replaced)})`]),
    ...(rewired.length === 0 ? [] : [`${counted(rewired.length, 'operator')} connected otherwise (${named(rewired)})`]),
  ];
  return parts.length === 0 ? [] : [{ code: 'restructured', text: cut(`Restructured: ${parts.join(', ')}.`) }];
}

/** Settings that follow from the shapes around them. */
const ofShape = /^(group|shape|new_shape|input \d+) /;

/** Settings that are shapes follow from what is told elsewhere. */
export function settingEvents(rows: readonly ComparedRow[]): readonly DiffEvent[] {
  const changed = rows.flatMap((row) => {
    const isResized = row.changes.some(({ what }) => what === 'shape');
    const first = row.changes.find(({ what, text }) => what === 'attribute' && !(isResized && ofShape.test(text)));
    return first === undefined ? [] : [`${labelOf(row)} ${first.text}`];
  });
  if (changed.length === 0) return [];
  return [{ code: 'settings-changed', text: cut(`Other settings: ${listed(changed, 3, '; ')}.`) }];
}

/** What no other sentence tells, so that a model that differs is never said not to. */
export function otherEvents(rows: readonly ComparedRow[]): readonly DiffEvent[] {
  const phrases = rows.flatMap((row) => {
    const first = row.changes.find(({ what }) => !withoutEffect.has(what));
    return first === undefined ? [] : [`${labelOf(row)} ${first.text}`];
  });
  return phrases.length === 0 ? [] : [{ code: 'settings-changed', text: cut(`Changed: ${listed(phrases, 3, '; ')}.`) }];
}
