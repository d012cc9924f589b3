import { z } from 'zod';
import { firstMistake } from '../basics/first-mistake.ts';
import { messageOf, UserError } from '../errors.ts';
import { type GateReport, gateReportSchema } from '../report/report-schema.ts';

/** Largest shard that is read, in bytes: ten thousand comparisons without layers, far above any real leg. */
export const shardBytesLimit = 64 * 1024 * 1024;

/** A key as artifacts' names and markers hold it. */
export const keySchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/);

/**
 * What one matrix leg uploads: its report, and which leg of which job it is, by which the report job knows how many others there must be.
 * Strict and capped, because it may come from a stranger's fork.
 */
export const shardSchema = z.strictObject({
  schemaVersion: z.literal(1),
  key: keySchema,
  leg: z.strictObject({
    job: z.string().max(200),
    jobId: z.number().int().nonnegative().nullable(),
    step: z.string().max(200),
    index: z.number().int().min(0).max(1000).nullable(),
    total: z.number().int().min(1).max(1000).nullable(),
    matrix: z.string().max(10_000),
  }),
  run: z.strictObject({ id: z.number().int().nonnegative(), attempt: z.number().int().nonnegative() }),
  report: gateReportSchema,
});
export type Shard = z.infer<typeof shardSchema>;

/** The shard in `text`; `UserError` naming `label` when it is not one. */
export function parseShard(text: string, label: string): Shard {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`The artifact ${label} is not the JSON of a shard: ${messageOf(error).slice(0, 200)}.`);
  }
  const parsed = shardSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UserError(
    `The artifact ${label} is not a shard of this version of the gate (${firstMistake(parsed.error, 'the shard')}); let both actions run the same version.`,
  );
}

/**
 * One sentence for each leg that should have reported and did not; one of `leftOut`, whose report no longer holds, has a sentence of its own,
 * and so has each of the `unread` artifacts, which are some legs' reports.
 * A job's legs all state how many they are (`strategy.job-total`), so one that reported is enough to miss the others;
 * of a job that a reusable workflow has several times, one whole one tells how many the others should be.
 */
export function missingLegs(shards: readonly Shard[], leftOut: readonly Shard[] = [], unread = 0): readonly string[] {
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
    return missing === 0 ? [] : [missingSentence(job, missing, total, shards.filter(ofJob))];
  });
}

/** Of a job, how many legs there must be and how many of them are nowhere. */
function absentOf(legs: readonly Shard[], leftOut: readonly Shard[]): { total: number; absent: number } {
  const counts = jobsAtPlaces(legs);
  // A reusable workflow that is called several times has as many jobs of one name, each with all legs.
  const total = Math.max(1, ...legs.map((shard) => shard.leg.total ?? 1)) * Math.max(...counts);
  return { total, absent: total - sum(counts) - sum(jobsAtPlaces(leftOut)) };
}

function missingSentence(job: string, absent: number, total: number, legs: readonly Shard[]): string {
  const reported = [...new Set(legs.flatMap((shard) => shard.report.targets))].sort().join(', ');
  return `${absent} of ${total} legs of the job “${job}” never reported (they failed, were cancelled or ran with upload: false); only ${reported} did.`;
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

/** The reports of shards, in an order that does not depend on which leg finished first. */
export function reportsOf(shards: readonly Shard[]): readonly GateReport[] {
  const order = (shard: Shard) =>
    `${shard.leg.job}\n${String(shard.leg.index ?? 0).padStart(5, '0')}\n${shard.leg.matrix}`;
  return [...shards]
    .sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0))
    .map((shard) => shard.report);
}
