import type { GitHubClient } from './client.ts';
import { statusOf } from './explain-failure.ts';
import type { PullRequest } from './find-pull-request.ts';

/** The hidden line by which the gate finds its own comment again; one per key. */
export function markerOf(key: string): string {
  return `<!-- edge-ready-gate:${key} -->`;
}

/** What to say. `stamp` tells which run says it; `create` false says nothing unless there is a comment already. */
export interface CommentRequest {
  readonly marker: string;
  readonly body: string;
  readonly stamp: { readonly id: number; readonly attempt: number };
  readonly create: boolean;
}

/** What became of it: `superseded` means that a newer run had already written. */
export type CommentOutcome =
  | { readonly state: 'created' | 'updated' | 'unchanged' | 'superseded'; readonly url: string }
  | { readonly state: 'none' };

interface OwnComment {
  readonly id: number;
  readonly url: string;
  readonly body: string;
}

const attempts = 3;

/**
 * Leaves exactly one comment of ours with `marker` on the pull request, saying `body`.
 * All pages are read, only comments of the token's own author count, the oldest survives and later ones of ours are deleted;
 * the same text is not written again, and an older run does not overwrite a newer one. Octokit's errors pass through.
 */
export async function upsertComment(
  client: GitHubClient,
  pull: PullRequest,
  request: CommentRequest,
): Promise<CommentOutcome> {
  const login = await ownLogin(client);
  const body = stamped(request);
  let created: number | null = null;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const own = await ownComments(client, pull, login, request.marker);
    const [oldest, ...later] = own;
    if (oldest === undefined) {
      if (!request.create) return { state: 'none' };
      // Read again afterwards: another run, or a repeated request, may have posted too.
      created = (await client.rest.issues.createComment({ ...coordinates(pull), issue_number: pull.number, body })).data
        .id;
      continue;
    }
    const newer = own.find((comment) => isNewer(comment.body, request.stamp));
    const text = newer?.body ?? body;
    const differs = comparable(oldest.body) !== comparable(text);
    if (differs && !(await updateComment(client, pull, oldest.id, text))) continue;
    for (const duplicate of later) await deleteComment(client, pull, duplicate.id);
    if (newer !== undefined) return { state: 'superseded', url: oldest.url };
    if (oldest.id === created) return { state: 'created', url: oldest.url };
    return { state: differs ? 'updated' : 'unchanged', url: oldest.url };
  }
  throw new Error('the comment was deleted each time it was written');
}

/** The account the token acts as; works for the job's own token and for apps, for which `GET /user` does not. */
async function ownLogin(client: GitHubClient): Promise<string> {
  const answer = await client.graphql<{ readonly viewer: { readonly login: string } }>('query { viewer { login } }');
  return answer.viewer.login;
}

async function ownComments(
  client: GitHubClient,
  pull: PullRequest,
  login: string,
  marker: string,
): Promise<readonly OwnComment[]> {
  const all = await client.paginate(client.rest.issues.listComments, {
    ...coordinates(pull),
    issue_number: pull.number,
    per_page: 100,
  });
  const own = all
    .filter((comment) => comment.user?.login === login && hasLine(comment.body ?? '', marker))
    .map((comment): OwnComment => ({ id: comment.id, url: comment.html_url, body: comment.body ?? '' }));
  // A page that moved while it was read may show a comment twice.
  return [...new Map(own.map((comment) => [comment.id, comment])).values()].sort((a, b) => a.id - b.id);
}

/** False when the comment was deleted meanwhile. */
async function updateComment(client: GitHubClient, pull: PullRequest, id: number, body: string): Promise<boolean> {
  try {
    await client.rest.issues.updateComment({ ...coordinates(pull), comment_id: id, body });
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

async function deleteComment(client: GitHubClient, pull: PullRequest, id: number): Promise<void> {
  try {
    await client.rest.issues.deleteComment({ ...coordinates(pull), comment_id: id });
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

const coordinates = (pull: PullRequest) => ({ owner: pull.owner, repo: pull.repo });

const hasLine = (body: string, line: string): boolean => body.split(/\r?\n/).some((text) => text.trim() === line);

const stampPattern = /<!-- edge-ready-gate-run:(\d{1,15})\.(\d{1,15}) -->/;

function stamped(request: CommentRequest): string {
  return `${request.body.trimEnd()}\n\n<!-- edge-ready-gate-run:${request.stamp.id}.${request.stamp.attempt} -->\n`;
}

/** True when `body` was written by a later run than `stamp`: run ids grow with time, attempts within a run. */
function isNewer(body: string, stamp: CommentRequest['stamp']): boolean {
  const [, id = '0', attempt = '0'] = stampPattern.exec(body) ?? [];
  return Number(id) > stamp.id || (Number(id) === stamp.id && Number(attempt) > stamp.attempt);
}

/** A body without what differs in every run (its stamp, the link to it) and without what GitHub normalises. */
function comparable(body: string): string {
  return body
    .replace(stampPattern, '')
    .replace(/\/actions\/runs\/\d+(\/attempts\/\d+)?/g, '/actions/runs/')
    .replace(/\r\n/g, '\n')
    .trim();
}
