import { propertyOf } from '../basics/records.ts';
import { mergeReports } from '../report/merge.ts';
import type { GateReport } from '../report/report-schema.ts';
import type { RunContext } from './context.ts';
import { emptyReport } from './empty-report.ts';
import { missingLegs } from './missing-legs.ts';
import { stringAt } from './payload.ts';
import type { RunJob } from './run-jobs.ts';
import { reportsOf, type Shard } from './shard.ts';
import type { DownloadedShards } from './shards.ts';

/** The schema's cap on `problems`. */
const problemsLimit = 200;

/**
 * One report of all legs. A leg that never reported, an artifact that could not be read and a shard of another commit
 * are problems that make the verdict `error`, never a smaller table. So is what `silent` says of jobs of which no leg reported. `jobs` name the missing legs.
 */
export function mergeShards(
  downloaded: DownloadedShards,
  context: RunContext,
  silent: readonly string[] = [],
  jobs: readonly RunJob[] = [],
): GateReport {
  const sha = stringAt(propertyOf(context.payload, 'workflow_run'), 'head_sha');
  const shards = downloaded.shards.filter((shard) => sha === undefined || shard.report.head.sha === sha);
  const strangers = downloaded.shards
    .filter((shard) => !shards.includes(shard))
    .map((shard) => strangerSentence(shard, sha));
  const unread = [...downloaded.problems, ...strangers];
  // Where nothing could be read, that is why; nothing is known about legs. What was left out has a sentence of its own.
  const explained = shards.length === 0 && unread.length + silent.length > 0;
  const missing = explained ? [] : missingLegs(shards, downloaded.leftOut, downloaded.unread, jobs);
  const problems = [...unread, ...silent, ...missing];
  const merged = shards.length === 0 ? emptyReport(context) : mergeReports(reportsOf(shards));
  return problems.length === 0
    ? merged
    : { ...merged, problems: [...problems, ...merged.problems].slice(0, problemsLimit), verdict: 'error' };
}

function strangerSentence(shard: Shard, sha: string | undefined): string {
  return `A report about commit ${shard.report.head.sha.slice(0, 7)} was left out: the run that triggered this one measured ${sha?.slice(0, 7)}.`;
}
