import { propertyOf } from '../basics/records.ts';
import type { GitHubClient } from './client.ts';
import type { Repository, RunContext } from './context.ts';
import { numberAt, stringAt } from './payload.ts';

/** A pull request to comment on. */
export interface PullRequest extends Repository {
  readonly number: number;
}

/**
 * The pull request that this run is about: the event's own; for `workflow_run` the open one whose head is the commit that was measured
 * (GitHub leaves `workflow_run.pull_requests` empty for forks, and nothing that the fork sent is trusted to name it). Null when there is none.
 */
export async function findPullRequest(context: RunContext, client: GitHubClient): Promise<PullRequest | null> {
  if (context.repository === null) return null;
  const own = numberAt(propertyOf(context.payload, 'pull_request'), 'number');
  if (own !== undefined) return { ...context.repository, number: own };
  return context.eventName === 'workflow_run'
    ? await findByHead(context.repository, propertyOf(context.payload, 'workflow_run'), client)
    : null;
}

async function findByHead(repository: Repository, run: unknown, client: GitHubClient): Promise<PullRequest | null> {
  const sha = stringAt(run, 'head_sha');
  const branch = stringAt(run, 'head_branch');
  const source = propertyOf(run, 'head_repository');
  const owner = stringAt(propertyOf(source, 'owner'), 'login');
  if (sha === undefined || branch === undefined || owner === undefined) return null;
  const { data } = await client.rest.pulls.list({
    ...repository,
    state: 'open',
    head: `${owner}:${branch}`,
    per_page: 100,
  });
  const found = data.find(
    (pull) => pull.head.sha === sha && pull.head.repo?.full_name === stringAt(source, 'full_name'),
  );
  return found === undefined ? null : { ...repository, number: found.number };
}

/**
 * True when the event's commit is no longer the pull request's head. A re-run of an older run has that run's commit: what the newer one found
 * may have needed no comment. False also when GitHub does not say.
 */
export async function isOutdated(context: RunContext, client: GitHubClient, pull: PullRequest): Promise<boolean> {
  const measured = stringAt(propertyOf(propertyOf(context.payload, 'pull_request'), 'head'), 'sha');
  if (measured === undefined) return false;
  try {
    const { data } = await client.rest.pulls.get({ owner: pull.owner, repo: pull.repo, pull_number: pull.number });
    return data.head.sha !== measured;
  } catch {
    return false;
  }
}
