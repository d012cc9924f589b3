import { formatDifference } from '../basics/format.ts';
import type { Measurement } from '../measurement/measurement.ts';

const namedParts = 3;

/** Which parts of a metric changed and by how much, the largest first, without those accounted for elsewhere: `kernel SOFTMAX +3 KiB`. `undefined` when none did. */
export function changedParts(
  base: Measurement,
  head: Measurement,
  metric: 'peakRam' | 'flash',
  accountedFor: RegExp,
): string | undefined {
  const deltas = new Map<string, number>();
  const add = (measurement: Measurement, sign: number) => {
    for (const { name, bytes } of measurement.parts[metric]) deltas.set(name, (deltas.get(name) ?? 0) + sign * bytes);
  };
  add(head, 1);
  add(base, -1);
  const changes = [...deltas]
    .filter(([name, delta]) => delta !== 0 && !accountedFor.test(name))
    .sort(([, left], [, right]) => Math.abs(right) - Math.abs(left))
    .slice(0, namedParts);
  if (changes.length === 0) return undefined;
  return changes
    .map(([name, delta]) => `${name} ${formatDifference(delta, 'B')}`)
    .join(', ')
    .slice(0, 400);
}
