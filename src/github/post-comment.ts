import type { GateReport } from '../report/report-schema.ts';
import { type ClientOptions, createClient } from './client.ts';
import { type CommentRequest, markerOf, upsertComment } from './comment.ts';
import type { RunContext } from './context.ts';
import { explainFailure } from './explain-failure.ts';
import { findPullRequest, isOutdated } from './find-pull-request.ts';
import type { CommentMode } from './inputs.ts';
import { measuringRunOf } from './other-run.ts';

/** How long is waited for GitHub and for others who write; tests are less patient. */
export type Patience = ClientOptions & Pick<CommentRequest, 'settled'>;

/** What to post: `render` gives the body for a marker. */
export interface PostRequest {
  readonly mode: CommentMode;
  readonly token: string;
  readonly key: string;
  readonly report: GateReport;
  readonly render: (marker: string) => string;
  readonly patience?: Patience;
}

/** The comment's address, if there is one, and a sentence for people when it could not be written. */
export interface Posted {
  readonly url: string | null;
  readonly problem: string | null;
}

const nothing: Posted = { url: null, problem: null };

/**
 * Brings the pull request's comment up to date. Never throws: the verdict does not depend on whether a comment could be posted.
 * Where nothing changed and there is no comment yet, none is made unless `mode` is `always`; and none about a commit that is no longer the pull request's head.
 */
export async function postComment(request: PostRequest, context: RunContext): Promise<Posted> {
  // `pull_request_target` is refused; its token writes, so that nothing is done with it.
  if (request.mode === 'never' || context.repository === null || context.eventName === 'pull_request_target')
    return nothing;
  if (request.token === '') return { url: null, problem: 'The gate could not comment: `github-token` is empty.' };
  const marker = markerOf(request.key);
  let what = 'find the pull request';
  try {
    const client = await createClient(request.token, context.apiUrl, request.patience);
    const pull = await findPullRequest(context, client);
    if (pull === null) return nothing;
    what = `comment on pull request #${pull.number}`;
    const outcome = await upsertComment(client, pull, {
      marker,
      body: request.render(marker),
      stamp: measuringRunOf(context),
      create: async () =>
        (request.mode === 'always' || hasSomethingToSay(request.report)) && !(await isOutdated(context, client, pull)),
      ...(request.patience?.settled === undefined ? {} : { settled: request.patience.settled }),
    });
    return { url: outcome.state === 'none' ? null : outcome.url, problem: null };
  } catch (error) {
    return { url: null, problem: explainFailure(error, what, 'pull-requests: write') };
  }
}

function hasSomethingToSay(report: GateReport): boolean {
  return report.comparisons.length > 0 || report.schedules.length > 0 || report.problems.length > 0;
}
