import type { GitHubClient } from './client.ts';
import { statusOf } from './explain-failure.ts';
import type { PullRequest } from './find-pull-request.ts';

/** The hidden line by which the gate finds its own comment again; one per key. */
export function markerOf(key: string): string {
  return `<!-- edge-ready-gate:${key} -->`;
}

/** What to say. `stamp` tells which run says it; where there is no comment yet, `create` is asked whether to begin one. */
export interface CommentRequest {
  readonly marker: string;
  readonly body: string;
  readonly stamp: Stamp;
  readonly create: () => boolean | Promise<boolean>;
  /** Resolves when whoever had read the comment before it was written has written, too. */
  readonly settled?: () => Promise<unknown>;
}

/** A run and its attempt. Run ids grow with time, attempts within a run. */
export interface Stamp {
  readonly id: number;
  readonly attempt: number;
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

const attempts = 5;

/** Another run's time between reading and writing is a request or two; milliseconds. */
const settlingMs = 2000;
const settle = () => new Promise((resolve) => setTimeout(resolve, settlingMs));

/**
 * Leaves exactly one comment of ours with `marker` on the pull request, saying `body`.
 * All pages are read, only comments of the token's own author count, the oldest survives and later ones of ours are deleted.
 * An older run does not overwrite a newer one: GitHub has no way to write only what is still as it was read, so that what was written is read again
 * after a while, and written again where an older run was between its reading and writing. Text that stays the same is written once a run,
 * for its stamp, so that an older run that is still under way sees that it is late. Octokit's errors pass through.
 */
export async function upsertComment(
  client: GitHubClient,
  pull: PullRequest,
  request: CommentRequest,
): Promise<CommentOutcome> {
  const login = await ownLogin(client);
  const body = stamped(request);
  let did: 'created' | 'updated' | 'unchanged' | undefined;
  let created: OwnComment | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const own = await ownComments(client, pull, login, request.marker);
    const [oldest, ...later] = own;
    if (oldest === undefined) {
      if (created === undefined && !(await request.create())) return { state: 'none' };
      // A list may lag behind what was just written.
      if (created !== undefined && (await isThere(client, pull, created.id)))
        return { state: 'created', url: created.url };
      created = await createComment(client, pull, body);
      did = 'created';
    } else {
      const newest = own.reduce((best, one) => (isLater(stampOf(one.body), stampOf(best.body)) ? one : best));
      const superseded = isLater(stampOf(newest.body), request.stamp);
      const text = superseded ? newest.body : body;
      // Once written, it is written again only over an older run: another gate of this run under the same key would never give in.
      const done =
        did === undefined || superseded ? isSame(text, oldest.body) : !isLater(request.stamp, stampOf(oldest.body));
      if (!done) {
        if (!(await updateComment(client, pull, oldest.id, text))) continue;
        did ??= comparable(oldest.body) === comparable(text) ? 'unchanged' : 'updated';
      }
      for (const duplicate of later) await deleteComment(client, pull, duplicate.id);
      if (superseded) return { state: 'superseded', url: oldest.url };
      if (done) return { state: did ?? 'unchanged', url: oldest.url };
    }
    await (request.settled ?? settle)();
  }
  throw new Error('the comment was deleted or written over each time it was written');
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

async function createComment(client: GitHubClient, pull: PullRequest, body: string): Promise<OwnComment> {
  const { data } = await client.rest.issues.createComment({ ...coordinates(pull), issue_number: pull.number, body });
  return { id: data.id, url: data.html_url, body };
}

async function isThere(client: GitHubClient, pull: PullRequest, id: number): Promise<boolean> {
  try {
    await client.rest.issues.getComment({ ...coordinates(pull), comment_id: id });
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
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

function stampOf(body: string): Stamp {
  const [, id = '0', attempt = '0'] = stampPattern.exec(body) ?? [];
  return { id: Number(id), attempt: Number(attempt) };
}

function isLater(one: Stamp, other: Stamp): boolean {
  return one.id > other.id || (one.id === other.id && one.attempt > other.attempt);
}

/** True when there is nothing to write: the same words by the same run. */
function isSame(one: string, other: string): boolean {
  const [left, right] = [stampOf(one), stampOf(other)];
  return comparable(one) === comparable(other) && left.id === right.id && left.attempt === right.attempt;
}

/** A body without what differs in every run (its stamp, the link to it) and without what GitHub normalises. */
function comparable(body: string): string {
  return body
    .replace(stampPattern, '')
    .replace(/\/actions\/runs\/\d+(\/attempts\/\d+)?/g, '/actions/runs/')
    .replace(/\r\n/g, '\n')
    .trim();
}
