/** What making one operator integer costs, with all others in float. */
export interface SensitivityRow {
  /** Index in the graph that was asked about. */
  readonly operator: number;
  readonly type: string;
  /** Of its first result. */
  readonly name: string;
  /** Signal to noise of the model's outputs in dB when this operator alone computes in int8; `Infinity` where they do not change. */
  readonly int8Decibels: number;
  /** The same with int16 activations beside int8 weights; `null` where there is no such kernel. */
  readonly int16Decibels: number | null;
  /** Its share of the noise of all operators, 0 to 1. */
  readonly share: number;
}

/** Elements of a model's outputs for one sample, in real numbers. */
export type Outputs = readonly ArrayLike<number>[];

/** Sums that signal to noise is made of, an entry per output of the model. Mutable: samples are added as they come. */
export interface Noise {
  readonly signal: number[];
  readonly noise: number[];
}

/** No samples yet. */
export function newNoise(): Noise {
  return { signal: [], noise: [] };
}

/** Adds a sample: the squares of the expected elements, and of the differences. */
export function addSample({ signal, noise }: Noise, expected: Outputs, found: Outputs): void {
  for (const [output, values] of expected.entries()) {
    const others = found[output];
    let [squares, differences] = [0, 0];
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] as number;
      squares += value * value;
      differences += (value - (others?.[index] ?? 0)) ** 2;
    }
    signal[output] = (signal[output] ?? 0) + squares;
    noise[output] = (noise[output] ?? 0) + differences;
  }
}

/** Noise as a share of the signal: the mean over outputs, so that one with large numbers does not drown the others. 0 without samples. */
export function noiseShare({ signal, noise }: Noise): number {
  const shares = signal.map((squares, output) => {
    const differences = noise[output] ?? 0;
    return differences === 0 ? 0 : differences / squares;
  });
  return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** A share of noise in dB below the signal. */
export function decibelsOf(share: number): number {
  return share === 0 ? Number.POSITIVE_INFINITY : -10 * Math.log10(share);
}

/** Rows with the share of each in the noise of all, the worst first. */
export function rankedRows(rows: readonly Omit<SensitivityRow, 'share'>[]): readonly SensitivityRow[] {
  const powers = rows.map(({ int8Decibels }) =>
    int8Decibels === Number.POSITIVE_INFINITY ? 0 : 10 ** (-int8Decibels / 10),
  );
  const total = powers.reduce((sum, power) => sum + power, 0);
  return rows
    .map((row, index) => ({ ...row, share: total === 0 ? 0 : (powers[index] ?? 0) / total }))
    .sort((a, b) => b.share - a.share || a.operator - b.operator);
}

/** The fewest of the worst operators that must be kept for the model to reach a limit. */
export interface KeptOperators {
  readonly kept: ReadonlySet<number>;
  /** Signal to noise of the whole model with them kept. */
  readonly decibels: number;
  /** Whether that is the limit or better. */
  readonly isReached: boolean;
}

/**
 * Keeps the worst operators out of int8, one, two, four … of them, until the outputs reach a limit, and then as few as do.
 * @param rows as `rankedRows` gives them
 * @param judge signal to noise in dB of the whole model with these operators kept
 */
export function keepWorst(
  rows: readonly SensitivityRow[],
  leastDecibels: number,
  judge: (kept: ReadonlySet<number>) => number,
): KeptOperators {
  const attempt = (count: number): KeptOperators => {
    const kept = new Set(rows.slice(0, count).map(({ operator }) => operator));
    const decibels = judge(kept);
    return { kept, decibels, isReached: decibels >= leastDecibels };
  };
  let best = attempt(0);
  let failed = 0;
  for (let count = 1; !best.isReached && failed < rows.length; count = Math.min(count * 2, rows.length)) {
    best = attempt(count);
    if (!best.isReached) failed = count;
  }
  if (!best.isReached) return best;
  while (best.kept.size - failed > 1) {
    const middle = Math.floor((best.kept.size + failed) / 2);
    const next = attempt(middle);
    if (next.isReached) best = next;
    else failed = middle;
  }
  return best;
}
