import { explainFailure } from './explain-failure.ts';
import type { RunJob } from './run-jobs.ts';
import type { Shard } from './shard.ts';
import type { DownloadedShards } from './shards.ts';

/** What a shard of an earlier attempt is worth in a later one. */
type Fate = 'current' | 'superseded' | 'ran-again' | 'unknown';

/**
 * The shards that still hold in `attempt`. A re-run runs some jobs again (the failed ones, or one, and what needs them) and keeps what the others uploaded before:
 * a shard of an earlier attempt holds while its job did not run again. One whose job did, and left no newer shard, is left out, and so is one
 * of which that can't be told; either is a problem that says so. The jobs are only asked for where there is such a shard.
 */
export async function currentShards(
  downloaded: DownloadedShards,
  attempt: number,
  listJobs: () => Promise<readonly RunJob[]>,
): Promise<DownloadedShards> {
  const { shards } = downloaded;
  if (shards.every((shard) => shard.run.attempt >= attempt)) return downloaded;
  const problems = [...downloaded.problems];
  const jobs = await listJobs().catch((error: unknown) => {
    problems.push(
      `${explainFailure(error, 'see which jobs a re-run ran again', 'actions: read')} Until then reports of earlier attempts are left out; re-running all jobs helps, too.`,
    );
    return undefined;
  });
  const fates = new Map(shards.map((shard) => [shard, fateOf(shard, shards, attempt, jobs)]));
  const leftOut = shards.filter((shard) => ['ran-again', 'unknown'].includes(fates.get(shard) ?? ''));
  for (const shard of leftOut) {
    if (fates.get(shard) === 'ran-again') problems.push(ranAgain(shard));
    else if (jobs !== undefined) problems.push(unknown(shard));
  }
  return { ...downloaded, shards: shards.filter((shard) => fates.get(shard) === 'current'), leftOut, problems };
}

function fateOf(shard: Shard, shards: readonly Shard[], attempt: number, jobs: readonly RunJob[] | undefined): Fate {
  const newer = shards.filter((other) => other.run.attempt > shard.run.attempt);
  const own = jobs?.find(({ id }) => id === shard.leg.jobId);
  if (own === undefined) {
    if (newer.some((other) => isSameLeg(other, shard))) return 'superseded';
    return shard.run.attempt >= attempt ? 'current' : 'unknown';
  }
  // A job that was passed over may have a copy with another id, which began when it began.
  const again = jobs?.filter(
    ({ name, attempt: later, startedAt }) =>
      name === own.name && later > own.attempt && later <= attempt && startedAt !== own.startedAt,
  );
  if (again === undefined || again.length === 0) return 'current';
  const ids = new Set(again.map(({ id }) => id));
  const isReplaced = newer.some(({ leg }) => ids.has(leg.jobId ?? -1) && leg.step === shard.leg.step);
  return isReplaced ? 'superseded' : 'ran-again';
}

/** As far as legs tell who they are; where a reusable workflow is called twice, its jobs' legs look the same. */
function isSameLeg(one: Shard, other: Shard): boolean {
  const { leg: left } = one;
  const { leg: right } = other;
  return (
    left.job === right.job &&
    left.index === right.index &&
    left.matrix === right.matrix &&
    left.step === right.step &&
    one.report.targets.join('\n') === other.report.targets.join('\n')
  );
}

const nameOf = ({ leg, report }: Shard): string => `${report.targets.join(', ')} (job “${leg.job}”)`;

const ranAgain = (shard: Shard): string =>
  `The leg for ${nameOf(shard)} ran again and never reported (it failed, was cancelled or could not upload); its report of attempt ${shard.run.attempt} is left out.`;

const unknown = (shard: Shard): string =>
  `Whether the leg for ${nameOf(shard)} ran again after attempt ${shard.run.attempt} can't be told on this runner, so that its report is left out; re-run all jobs.`;
