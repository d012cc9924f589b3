import { formatValue } from '../basics/format.ts';
import type { Memory, PlannedBuffer } from '../measurement/measurement.ts';

/** The operator while which most bytes are alive, the first of equals, and how many they are. */
export function memoryPeak(buffers: readonly PlannedBuffer[]): { readonly operator: number; readonly bytes: number } {
  const changes = new Map<number, number>();
  const add = (at: number, bytes: number) => changes.set(at, (changes.get(at) ?? 0) + bytes);
  for (const { first, last, bytes } of buffers) {
    add(Math.max(0, first), bytes);
    add(last + 1, -bytes);
  }
  let [alive, peak] = [0, { operator: 0, bytes: 0 }];
  for (const [operator, change] of [...changes].sort(([left], [right]) => left - right)) {
    alive += change;
    if (alive > peak.bytes) peak = { operator, bytes: alive };
  }
  return peak;
}

/** True while the operator runs, for a buffer that lives then. */
export function livesAt({ first, last }: PlannedBuffer, operator: number): boolean {
  return first <= operator && operator <= last;
}

/** What a plan in the file saves or costs against the runtime's own; `undefined` where the runtime plans by itself. */
export function ownPlanWords({ arenaRequired, ownPlan }: Memory): string | undefined {
  if (ownPlan === undefined) return undefined;
  const difference = ownPlan.arenaRequired - arenaRequired;
  const more = formatValue(Math.abs(difference), 'B');
  return `The file carries its memory plan, which the device follows; the runtime's own planner would need ${formatValue(ownPlan.arenaRequired, 'B')}, ${more} ${difference > 0 ? 'more' : 'less'}.`;
}
