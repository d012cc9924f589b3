import type { Board } from '../../targets/board.ts';
import type { Layer, Metric } from '../measurement.ts';

/** The sum of all layers; `null` where one of them is not known. */
export function latencySum(layers: readonly Layer[], error: number | undefined, source: string): Metric | null {
  if (error === undefined || layers.some(({ latency }) => latency === null)) return null;
  const value = layers.reduce((sum, { latency }) => sum + (latency ?? 0), 0);
  return { value, unit: 'ms', basis: 'modelled', error, source: source.slice(0, 400) };
}

/** Active power times latency: milliwatts times milliseconds are microjoules. `null` where one of them is not known. */
export function energyOf(latency: Metric | null, board: Board, runtimeId: string): Metric | null {
  const power = board.power.activeMilliwatts?.value;
  if (latency === null || power === undefined) return null;
  const error = board.runtimes[runtimeId]?.energyError?.value ?? latency.error;
  return {
    value: (latency.value * power) / 1e3,
    unit: 'mJ',
    basis: 'modelled',
    source: `active power of ${power} mW times latency`,
    ...(error === undefined ? {} : { error }),
  };
}

/** Why latency or energy are missing. */
export function whyMissing(
  latency: Metric | null,
  energy: Metric | null,
  board: Board,
  runtimeTitle: string,
): Readonly<Partial<Record<'latency' | 'energy', string>>> {
  return {
    ...(latency === null
      ? { latency: `No figures are known for the speed of ${runtimeTitle} on ${board.title}.` }
      : {}),
    ...(energy === null
      ? { energy: latency === null ? 'Energy needs a latency.' : `The power of ${board.title} is not known.` }
      : {}),
  };
}
