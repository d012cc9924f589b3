/** How many additions an analysis may still make, so that no configuration keeps it busy for long; without any left there is no bound. */
export interface Effort {
  left: number;
}

/** Additions that one analysis may make: a second's work. */
const mostAdditions = 20_000_000;

/** The effort of a whole analysis. */
export function newEffort(): Effort {
  return { left: mostAdditions };
}

/**
 * The least fixed point of a sum over `terms` parts that never falls, from a start below it; `undefined` where the effort is used up before it is reached.
 */
export function fixedPoint(
  from: number,
  step: (value: number) => number,
  terms: number,
  effort: Effort,
): number | undefined {
  let value = from;
  while (effort.left > 0 && value <= Number.MAX_SAFE_INTEGER) {
    effort.left -= terms + 1;
    const next = step(value);
    if (next === value) return value;
    value = next;
  }
  return undefined;
}
