import { absentLegs } from './absent-legs.ts';
import type { RunJob } from './run-jobs.ts';
import type { Shard } from './shard.ts';

/**
 * One sentence for each leg that should have reported and did not; one of `leftOut`, whose report no longer holds, has a sentence of its own,
 * and so has each of the `unread` artifacts, which are some legs' reports.
 * A job's legs all state how many they are (`strategy.job-total`), so one that reported is enough to miss the others;
 * of a job that a reusable workflow has several times, one whole one tells how many the others should be. The run's jobs, as GitHub `listed` them, name who is missing.
 */
export function missingLegs(
  shards: readonly Shard[],
  leftOut: readonly Shard[] = [],
  unread = 0,
  listed: readonly RunJob[] = [],
): readonly string[] {
  if (shards.length === 0)
    return leftOut.length > 0
      ? []
      : [
          'No leg reported: the measuring job failed or was cancelled before it uploaded anything, or it ran with upload: false.',
        ];
  const jobs = [...new Set(shards.map((shard) => shard.leg.job))];
  let accounted = unread;
  return jobs.flatMap((job) => {
    const ofJob = (shard: Shard) => shard.leg.job === job;
    const { total, absent } = absentOf(shards.filter(ofJob), leftOut.filter(ofJob));
    const missing = Math.max(0, absent - accounted);
    accounted -= Math.min(accounted, Math.max(0, absent));
    const named = absentLegs([...shards, ...leftOut].filter(ofJob), missing, listed);
    return missing === 0 ? [] : [missingSentence(job, { missing, total, named }, shards.filter(ofJob))];
  });
}

/** Of a job, how many legs there must be and how many of them are nowhere. */
function absentOf(legs: readonly Shard[], leftOut: readonly Shard[]): { total: number; absent: number } {
  const counts = jobsAtPlaces(legs);
  // A reusable workflow that is called several times has as many jobs of one name, each with all legs.
  const total = Math.max(1, ...legs.map((shard) => shard.leg.total ?? 1)) * Math.max(...counts);
  return { total, absent: total - sum(counts) - sum(jobsAtPlaces(leftOut)) };
}

function missingSentence(
  job: string,
  { missing, total, named }: { readonly missing: number; readonly total: number; readonly named: readonly string[] },
  legs: readonly Shard[],
): string {
  const reported = [...new Set(legs.flatMap((shard) => shard.report.targets))].sort().join(', ');
  const why = named.length === 0 ? 'they failed, were cancelled or ran with upload: false' : named.join(', ');
  return `${missing} of ${total} legs of the job “${job}” never reported (${why}); only ${reported} did.`.slice(
    0,
    2000,
  );
}

/** For each place in the matrix how many jobs reported from there. */
function jobsAtPlaces(legs: readonly Shard[]): readonly number[] {
  const places = new Map<string | number, Set<number | null>>();
  for (const { leg } of legs) {
    const place = leg.index ?? leg.matrix;
    places.set(place, (places.get(place) ?? new Set()).add(leg.jobId));
  }
  return [...places.values()].map(({ size }) => size);
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
