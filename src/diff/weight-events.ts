import { formatPercent } from '../basics/format.ts';
import { elementCount } from '../graph/access.ts';
import type { ComparedRow } from './compared-row.ts';
import { counted, labelOf } from './event-words.ts';
import type { DiffEvent } from './model-diff.ts';
import { withoutEffect } from './model-diff.ts';
import { distanceOf, zerosOf } from './moved-words.ts';

/** Weights that differ by less than this were computed by others in another order, not learned anew: some single-precision roundings. */
const roundingDistance = 1e-6;

/** Weights that moved, or that are the same in other steps. */
export function weightEvents(rows: readonly ComparedRow[], isQuantised: boolean): readonly DiffEvent[] {
  const learned = rows.filter(({ base, head }) => (base?.weights.size ?? 0) > 0 && head !== undefined);
  const retrained = learned.filter(({ changes }) => changes.some(({ what }) => what === 'weights'));
  const rescaled = rows.filter(({ changes }) => changes.some(({ what }) => what === 'quantisation'));
  const moved = retrained.flatMap((row) => row.moved);
  const distance = distanceOf(moved) ?? 0;
  if (retrained.length === 0 || (isQuantised && distance < 0.1)) {
    return rescaled.length === 0 || isQuantised
      ? []
      : [
          {
            code: 're-quantised',
            text: `Re-quantised: the same weights, with other scales or zero points at ${counted(rescaled.length, 'operator')}.`,
          },
        ];
  }
  if (moved.length > 0 && distance < roundingDistance) {
    return [
      { code: 're-exported', text: `Exported anew: weights differ by rounding alone (${formatPercent(distance)}).` },
    ];
  }
  // Where most shapes changed, the few weights that can still be compared are not worth a sentence.
  if (moved.length > 0 && elementsOf(learned, true) < 0.1 * elementsOf(learned, false)) return [];
  const zeros = zerosOf(moved);
  const isPruned = zeros.after >= 0.2 && zeros.after - zeros.before >= 0.1;
  const isOnly = rows.every(
    ({ kind, changes }) =>
      kind !== 'added' &&
      kind !== 'removed' &&
      changes.every(({ what }) => what === 'weights' || what === 'quantisation' || withoutEffect.has(what)),
  );
  const most = [...retrained].sort((left, right) => (distanceOf(right.moved) ?? 0) - (distanceOf(left.moved) ?? 0))[0];
  const mostWords =
    most === undefined || retrained.length < 2
      ? ''
      : ` (${labelOf(most)} most, by ${formatPercent(distanceOf(most.moved) ?? 0)})`;
  const by = `moved by ${formatPercent(distance)}${mostWords}`;
  const where =
    retrained.length === learned.length ? 'weights' : `the weights of ${retrained.length} of ${learned.length} layers`;
  const scales = rescaled.length === 0 ? '' : ', and their quantisation with them';
  return [
    ...(isPruned
      ? [
          {
            code: 'pruned' as const,
            text: `Pruned: ${formatPercent(zeros.after)} of the weights are 0, before ${formatPercent(zeros.before)}.`,
          },
        ]
      : []),
    {
      code: 'retrained',
      text: isOnly
        ? `Retrained only: the same structure, ${where} ${by}${scales}.`
        : `Retrained: ${where} ${by}${scales}.`,
    },
  ];
}

/** Learned numbers of the head: all, or those of constants whose shape is the base's. */
function elementsOf(rows: readonly ComparedRow[], comparable: boolean): number {
  let sum = 0;
  for (const { base, head } of rows) {
    for (const [position, tensor] of head?.weights ?? []) {
      const isComparable = base?.weights.get(position)?.shape?.join() === tensor.shape?.join();
      if (!comparable || isComparable) sum += elementCount(tensor) ?? 0;
    }
  }
  return sum;
}
