import type { Layer, Metric } from '../../measurement/measurement.ts';
import type { Board } from '../../targets/board.ts';
import { unknownPower } from '../../targets/missing-power.ts';
import { isStated } from '../../targets/other-conditions.ts';

/** The sum of all layers; `null` where one of them is not known. */
export function latencySum(layers: readonly Layer[], error: number | undefined, source: string): Metric | null {
  if (error === undefined || layers.some(({ latency }) => latency === null)) return null;
  const value = layers.reduce((sum, { latency }) => sum + (latency ?? 0), 0);
  return { value, unit: 'ms', basis: 'modelled', error, source: source.slice(0, 400) };
}

/** Active power times latency: milliwatts times milliseconds are microjoules. Its error is what the board says of it, and no less than that of the latency. `null` where one of them is not known. */
export function energyOf(latency: Metric | null, board: Board, runtimeId: string): Metric | null {
  const power = board.power.activeMilliwatts;
  if (latency === null || power === undefined) return null;
  const errors = [board.runtimes[runtimeId]?.energyError?.value, latency.error].filter((error) => error !== undefined);
  return {
    value: (latency.value * power.value) / 1e3,
    unit: 'mJ',
    basis: 'modelled',
    source: `active power of ${power.value} mW${isStated(power) ? ', as configured,' : ''} times latency`,
    ...(errors.length === 0 ? {} : { error: Math.max(...errors) }),
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
    ...(energy === null ? { energy: whyNoEnergy(latency, board) } : {}),
  };
}

/** Why there is no energy. */
export const whyNoEnergy = (latency: Metric | null, board: Board): string =>
  latency === null ? 'Energy needs a latency.' : `Energy is not known, as ${unknownPower(board, 'activeMilliwatts')}.`;
