/** A task that runs again and again on one core. All times are whole ticks of one length, so that no rounding decides whether a deadline is met. */
export interface Task {
  readonly name: string;
  /** What one run takes at most. */
  readonly takes: number;
  /** The least time between two arrivals. */
  readonly every: number;
  /** How long after its arrival a run has to be finished. */
  readonly deadline: number;
  /** How long after its arrival a run may become ready. */
  readonly jitter: number;
}

/**
 * How the core chooses. By fixed priorities, the shortest deadline (or period, `rate-monotonic`) first, or by the earliest deadline of what waits;
 * what runs may be interrupted by what is more urgent, or, `non-preemptive`, goes on to its end, as most firmware lets an inference do.
 */
export const policies = [
  'non-preemptive',
  'rate-monotonic',
  'deadline-monotonic',
  'edf',
  'non-preemptive-edf',
] as const;
export type Policy = (typeof policies)[number];

/** Whether models have arenas of their own or take turns in one, as large as the largest needs. */
export const arenaUses = ['separate', 'shared'] as const;
export type ArenaUse = (typeof arenaUses)[number];

/** True when no run is ever interrupted, so that models may share an arena. */
export function isNonPreemptive(policy: Policy): boolean {
  return policy === 'non-preemptive' || policy === 'non-preemptive-edf';
}

/** The share of the core that tasks take: 1 is all of it. */
export function utilisationOf(tasks: readonly Pick<Task, 'takes' | 'every'>[]): number {
  return tasks.reduce((sum, { takes, every }) => sum + takes / every, 0);
}

/** True when tasks leave nothing of the core: what then waits once waits for ever. */
export function isFull(tasks: readonly Task[]): boolean {
  return utilisationOf(tasks) > 1 - 1e-12;
}

/** True when tasks need more than the whole core, by more than the last bits of a floating-point sum. */
export function isOverloaded(tasks: readonly Task[]): boolean {
  return utilisationOf(tasks) > 1 + 1e-12;
}
