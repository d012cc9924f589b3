import type { Measurement } from '../measurement/measurement.ts';

/** What a measurement costs, every number the less the better; what is not known counts as nothing, the same for all. */
function costs({ peakRam, flash, latency, energy, accuracy }: Measurement): readonly number[] {
  return [peakRam?.value ?? 0, flash?.value ?? 0, latency?.value ?? 0, energy?.value ?? 0, -(accuracy?.value ?? 0)];
}

/** For each measurement, whether no other one is at least as good in everything and better in something. */
export function paretoFront(measurements: readonly Measurement[]): readonly boolean[] {
  const all = measurements.map(costs);
  const dominates = (one: readonly number[], other: readonly number[]) =>
    one.every((cost, index) => cost <= (other[index] ?? 0)) && one.some((cost, index) => cost < (other[index] ?? 0));
  return all.map((own) => !all.some((other) => dominates(other, own)));
}
