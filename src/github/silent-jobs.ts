import * as z from 'zod';
import { explainFailure } from './explain-failure.ts';
import { type NeededJob, neededJobSchema } from './needs-context.ts';
import type { RunJob } from './run-jobs.ts';
import type { Shard } from './shard.ts';
import type { DownloadedShards } from './shards.ts';

/** Of `jobs`, `count` left no report; null where that can't be told. */
export const silenceSchema = z.strictObject({
  jobs: z.array(neededJobSchema).min(1).max(256),
  count: z.number().int().min(1).max(256).nullable(),
});
export type Silence = z.infer<typeof silenceSchema>;

/** Which of the needed jobs left no report, and a sentence when GitHub could not be asked. */
export interface Silences {
  readonly silences: readonly Silence[];
  readonly problems: readonly string[];
}

/**
 * The needed jobs of which no leg reported, in any attempt (what no longer holds is said elsewhere). A leg states its job as it is called in its own file:
 * where that is a reusable workflow, `needs` has the calling job instead, which is the first part of the name that GitHub lists the leg's job by, unless it
 * has a `name:` of its own; of those that are neither, as many reported as there are such callers. The jobs are only asked for where one seems silent.
 * Where some artifact could not be read, it may be theirs: nothing is said beside that.
 */
export async function silentJobs(
  needed: readonly NeededJob[],
  { shards, problems: unread }: DownloadedShards,
  listJobs: () => Promise<readonly RunJob[]>,
): Promise<Silences> {
  const ids = new Set(needed.map(({ id }) => id));
  const reported = new Set(shards.map(({ leg }) => leg.job));
  const rest = needed.filter(({ id }) => !reported.has(id));
  if (unread.length > 0 || rest.length === 0) return { silences: [], problems: [] };
  if (shards.length === 0) return { silences: rest.map(alone), problems: [] };

  const foreign = shards.filter(({ leg }) => !ids.has(leg.job));
  const problems: string[] = [];
  const jobs = await listJobs().catch((error: unknown) => {
    problems.push(explainFailure(error, 'see which jobs called the workflow that measures', 'actions: read'));
    return [];
  });
  const names = new Map(jobs.map(({ id, name }) => [id, name]));
  const callerOf = ({ leg }: Shard) => callerIn(names.get(leg.jobId ?? -1));
  if (foreign.some((shard) => !names.has(shard.leg.jobId ?? -1)))
    return { silences: [{ jobs: rest, count: null }], problems };

  const callers = new Set(shards.map(callerOf));
  const unmatched = rest.filter(({ id }) => !callers.has(id));
  const strangers = new Set(foreign.map(callerOf).filter((caller) => caller === undefined || !ids.has(caller)));
  const count = unmatched.length - strangers.size;
  if (count <= 0) return { silences: [], problems: [] };
  return { silences: strangers.size === 0 ? unmatched.map(alone) : [{ jobs: unmatched, count }], problems: [] };
}

const alone = (job: NeededJob): Silence => ({ jobs: [job], count: 1 });

/** `speech` of `speech / measure (nano33)`; of a caller with a matrix, `speech (a) / measure`, without its values. */
function callerIn(name = ''): string | undefined {
  const [caller, ...inner] = name.split(' / ');
  return inner.length === 0 ? undefined : caller?.replace(/ \(.*\)$/, '');
}

/** One sentence for people, with what to do, no longer than a report's may be. */
export function silenceSentence(silence: Silence, key: string): string {
  return words(silence, key).slice(0, 2000);
}

function words({ jobs, count }: Silence, key: string): string {
  const [first] = jobs;
  if (first !== undefined && jobs.length === 1 && count === 1)
    return `The job “${first.id}” ${endings[first.result](key)}`;
  const names = jobs.map(({ id, result }) => `${id} (${result})`).join(', ');
  return count === null
    ? `Whether the jobs ${names} reported can't be told: the legs' reports come from a workflow that they call, and GitHub does not say by which job; leave \`needs\` out of the report step, or let each have a report job of its own.`
    : `${count} of the jobs ${names} left no report with the key “${key}”; see their logs.`;
}

const endings: Readonly<Record<NeededJob['result'], (key: string) => string>> = {
  failure: (key) => `failed and left no report with the key “${key}”; see its log.`,
  cancelled: (key) => `was cancelled before it left a report with the key “${key}”; run it again.`,
  skipped: (key) =>
    `was skipped, so that nothing it measures was judged with the key “${key}”; a job that may be skipped does not belong among the \`needs\` of the report job.`,
  success: (key) =>
    `left no report with the key “${key}”: its upload failed, it ran with upload: false or another key, or it does not measure and does not belong among the \`needs\` of the report job.`,
};
