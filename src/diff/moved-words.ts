import { formatPercent } from '../basics/format.ts';
import type { WeightsMoved } from './compare-weights.ts';

/** `moved by 3.1 %`: the length of the difference relative to the base's, and what else is worth telling of it. */
export function movedWords(moved: readonly WeightsMoved[]): string {
  const distance = distanceOf(moved);
  const zeros = zerosOf(moved);
  const steps = moved.map((each) => each.steps);
  const most = steps.every((each) => each !== undefined) ? Math.max(...steps.map((each) => each ?? 0)) : undefined;
  return [
    distance === undefined ? 'were all 0 and are not any more' : `moved by ${formatPercent(distance)}`,
    ...(zeros.after - zeros.before >= 0.05
      ? [`${formatPercent(zeros.after)} zeros, before ${formatPercent(zeros.before)}`]
      : []),
    ...(most === 1 ? ['none by more than one step'] : []),
  ].join(', ');
}

/** ‖head − base‖ ⁄ ‖base‖ over all of them; `undefined` where the base is all zeros. */
export function distanceOf(moved: readonly WeightsMoved[]): number | undefined {
  let [difference, base] = [0, 0];
  for (const each of moved) {
    difference += each.differenceSquares;
    base += each.baseSquares;
  }
  return base === 0 ? undefined : Math.sqrt(difference / base);
}

/** The share of zeros on both sides. */
export function zerosOf(moved: readonly WeightsMoved[]): { readonly before: number; readonly after: number } {
  let [elements, before, after] = [0, 0, 0];
  for (const each of moved) {
    elements += each.elements;
    before += each.baseZeros;
    after += each.headZeros;
  }
  return elements === 0 ? { before: 0, after: 0 } : { before: before / elements, after: after / elements };
}
