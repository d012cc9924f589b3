import { propertyOf } from '../basics/records.ts';
import type { CommitDetails } from '../changes/commit-details.ts';
import { newLines } from '../history/new-lines.ts';
import { type RecordRequest, recordLines } from '../history/record.ts';
import { renderTrend } from '../report/html/render-trend.ts';
import { linesOfReport } from '../report/lines-of-report.ts';
import type { GateReport } from '../report/report-schema.ts';
import { type ClientOptions, createClient, type GitHubClient } from './client.ts';
import type { Repository, RunContext } from './context.ts';
import { explainFailure } from './explain-failure.ts';
import { githubStore } from './history-store.ts';
import { stringAt } from './payload.ts';

/** What to record, and where. */
export interface RecordPushRequest {
  /** The data branch; null where no history is kept. */
  readonly branch: string | null;
  readonly token: string;
  readonly report: GateReport;
  /** How patient it is; tests are less. */
  readonly patience?: ClientOptions & Pick<RecordRequest, 'pause'>;
}

/** A sentence for people: what was recorded, or why it was not; neither where there was nothing to do. */
export interface RecordedPush {
  readonly done?: string;
  readonly problem?: string;
}

/**
 * Records what a push to the default branch made of the models on the data branch, with the page. Every other event records nothing.
 * Never throws: the verdict does not depend on it.
 */
export async function recordPush(request: RecordPushRequest, context: RunContext): Promise<RecordedPush> {
  const { branch, token, report, patience } = request;
  const { repository } = context;
  const isAbout = report.head.sha === pushedToDefault(context);
  if (branch === null || repository === null || !isAbout || report.comparisons.every(({ head }) => head === null))
    return {};
  if (token === '') return { problem: 'The gate could not record the history: `github-token` is empty.' };
  try {
    const client = await createClient(token, context.apiUrl, patience);
    const head = await detailsOf(client, repository, report.head.sha);
    const base = report.base === null ? {} : { base: await detailsOf(client, repository, report.base.sha) };
    const recorded = await recordLines(githubStore(client, repository, branch), {
      lines: (known) => newLines(linesOfReport(report, { head, ...base }, known), known),
      message: `Models at ${report.head.sha.slice(0, 10)}`,
      page: (history) => renderTrend(history, context.repositoryUrl ?? undefined),
      ...(patience?.pause === undefined ? {} : { pause: patience.pause }),
    });
    return recorded.lines === 0
      ? {}
      : { done: `Recorded ${recorded.lines} ${recorded.lines === 1 ? 'line' : 'lines'} on the branch ${branch}.` };
  } catch (error) {
    return { problem: explainFailure(error, `record the history on the branch ${branch}`, 'contents: write') };
  }
}

/** The commit that a push left the default branch at; `undefined` for every other event. */
function pushedToDefault({ eventName, payload }: RunContext): string | undefined {
  if (eventName !== 'push') return undefined;
  const branch = stringAt(propertyOf(payload, 'repository'), 'default_branch');
  const isDefault = branch !== undefined && stringAt(payload, 'ref') === `refs/heads/${branch}`;
  return isDefault ? stringAt(payload, 'after') : undefined;
}

async function detailsOf(client: GitHubClient, { owner, repo }: Repository, sha: string): Promise<CommitDetails> {
  const { data } = await client.rest.git.getCommit({ owner, repo, commit_sha: sha });
  return { sha, time: Math.max(0, Math.floor(Date.parse(data.committer.date) / 1000)), message: data.message };
}
