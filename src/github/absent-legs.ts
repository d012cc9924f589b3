import type { RunJob } from './run-jobs.ts';
import type { Shard } from './shard.ts';

/**
 * The legs of a job that left no report, as GitHub lists them: those called like the ones that did (`measure (nano33)`, `measure (pi4)`), each in its last
 * attempt, and how it ended. Empty where these are not as many as there are missing: then they are counted and not named.
 */
export function absentLegs(reported: readonly Shard[], missing: number, jobs: readonly RunJob[]): readonly string[] {
  const ids = new Set(reported.map(({ leg }) => leg.jobId));
  const names = new Set(jobs.filter(({ id }) => ids.has(id)).map(({ name }) => name));
  const kinds = new Set([...names].map(withoutValues));
  const absent = new Map<string, RunJob>();
  for (const job of jobs) {
    if (!kinds.has(withoutValues(job.name)) || names.has(job.name)) continue;
    const before = absent.get(job.name);
    if (before === undefined || before.attempt < job.attempt) absent.set(job.name, job);
  }
  if (absent.size !== missing) return [];
  return [...absent.values()].map(({ name, conclusion }) => `${name} ${endings.get(conclusion ?? '') ?? 'did not'}`);
}

/** `measure` of `measure (nano33)`. */
const withoutValues = (name: string): string => name.replace(/ \(.*\)$/s, '');

const endings: ReadonlyMap<string, string> = new Map([
  ['failure', 'failed'],
  ['cancelled', 'was cancelled'],
  ['skipped', 'was skipped'],
  ['timed_out', 'ran out of time'],
  ['success', 'ended well without'],
]);
