import type { DiffMetric } from './model-diff.ts';

/** A part of a metric's difference: of a row, by its number, or of something that is no operator. */
export interface Share {
  readonly delta: number;
  /** What to say of it beside what changed in the row. */
  readonly text: string;
  readonly row?: number;
  /** What it is, where it is no row. */
  readonly name?: string;
}

/** All parts of one metric's difference. They sum to `head − base`, in any order and without an error. */
export interface Shares {
  readonly metric: DiffMetric;
  readonly base: number;
  readonly head: number;
  readonly shares: readonly Share[];
}

const step = 2 ** -36;
const timed: ReadonlySet<DiffMetric> = new Set<DiffMetric>(['latency', 'energy']);

/**
 * A value on the grid on which the sums are exact: whole bytes and counts; times and energies in multiples of 2⁻³⁶ ms or mJ, of which doubles
 * add up two minutes without rounding.
 */
function onGrid(metric: DiffMetric, value: number): number {
  return timed.has(metric) ? Math.round(value / step) * step : Math.round(value);
}

/**
 * The parts of a metric's difference: `known` ones, and what they leave over under `rest`. What rounding to the grid leaves over is no part of its own
 * but joins the largest. Parts of nothing are left out.
 */
export function closeShares(
  metric: DiffMetric,
  values: readonly [base: number, head: number],
  known: readonly Share[],
  rest: { readonly name: string; readonly text: string },
): Shares {
  const [base, head] = [onGrid(metric, values[0]), onGrid(metric, values[1])];
  const parts = known
    .map((share) => ({ ...share, delta: onGrid(metric, share.delta) }))
    .filter(({ delta }) => delta !== 0);
  const over = head - base - parts.reduce((sum, { delta }) => sum + delta, 0);
  const isNoise = timed.has(metric) && Math.abs(over) <= step * (known.length + 2) + 1e-9 * Math.max(base, head);
  const shares = over === 0 ? parts : isNoise ? joined(parts, over) : [...parts, { ...rest, delta: over }];
  return { metric, base, head, shares };
}

function joined(parts: readonly Share[], over: number): readonly Share[] {
  const largest = parts.reduce(
    (at, { delta }, index) => (Math.abs(delta) > Math.abs(parts[at]?.delta ?? 0) ? index : at),
    0,
  );
  if (parts.length === 0) return [{ delta: over, name: 'rounding', text: 'sums of floating-point numbers' }];
  return parts
    .map((share, index) => (index === largest ? { ...share, delta: share.delta + over } : share))
    .filter(({ delta }) => delta !== 0);
}
