import { concreteShape } from '../../../../graph/access.ts';
import type { Place, RefusalCode, Rule } from '../rule.ts';
import { tensorOf } from '../rule.ts';

/** Rules that belong to few kernels, by the name that the table calls them. */
export type OwnRules = Readonly<Record<string, Rule>>;

/** A rule of the table in one line: its code, what must hold, and what is there instead. */
export function ownRule(code: RefusalCode, must: string, fails: Rule['fails']): Rule {
  return { code, must, fails };
}

/** A tensor's extents; `undefined` where it is left out or an extent is open. */
export function shapeOf(place: Place, name: string): readonly number[] | undefined {
  return concreteShape(tensorOf(place, name)?.shape);
}

/** The product of extents. */
export function product(shape: readonly number[]): number {
  return shape.reduce((all, extent) => all * extent, 1);
}

/** An axis counted from the end made one that is counted from the start. */
export function fromStart(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
