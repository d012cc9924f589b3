import { type ClientOptions, createClient } from './client.ts';
import type { Repository } from './context.ts';

/** A job of a run in one of its attempts. A job that a re-run passed over may be listed again for that attempt, with the times of when it ran. */
export interface RunJob {
  readonly id: number;
  readonly name: string;
  readonly attempt: number;
  readonly startedAt: string;
  /** How it ended: `success`, `failure`, `cancelled`, `skipped`, `timed_out` and others; null while it runs. */
  readonly conclusion: string | null;
}

/** A run, and how to ask about it. */
export interface RunReference extends Repository {
  readonly runId: number;
  readonly token: string;
  readonly apiUrl: string;
}

/**
 * Every job of a run in all its attempts. Anyone may ask in a public repository; elsewhere the token needs `actions: read`. Octokit's errors pass through.
 * https://docs.github.com/en/rest/actions/workflow-jobs#list-jobs-for-a-workflow-run
 */
export async function listRunJobs(run: RunReference, patience: ClientOptions = {}): Promise<readonly RunJob[]> {
  const client = await createClient(run.token, run.apiUrl, patience);
  const jobs = await client.paginate(client.rest.actions.listJobsForWorkflowRun, {
    owner: run.owner,
    repo: run.repo,
    run_id: run.runId,
    filter: 'all',
    per_page: 100,
  });
  return jobs.map(({ id, name, run_attempt: attempt, started_at: startedAt, conclusion }) => ({
    id,
    name,
    attempt: attempt ?? 1,
    startedAt,
    conclusion,
  }));
}
