import * as z from 'zod';
import { firstMistake } from '../basics/first-mistake.ts';
import { isRecord } from '../basics/records.ts';
import { UserError } from '../errors.ts';
import type { BaseRequest, RangeRequest } from './range-request.ts';

/** What the runner says of the workflow's run: `GITHUB_EVENT_NAME`, the parsed `GITHUB_EVENT_PATH`, `GITHUB_SHA`. */
export interface WorkflowEvent {
  readonly name: string;
  readonly payload: unknown;
  readonly sha: string;
}

const shaSchema = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
/** Branch names reach git's command line, in places where they can't be an option. */
const branchSchema = z.string().min(1).max(1024);

const pullRequestSchema = z.object({
  pull_request: z.object({
    number: z.number().int().positive(),
    head: z.object({ sha: shaSchema }),
    base: z.object({ ref: branchSchema, sha: shaSchema }),
  }),
});
const mergeGroupSchema = z.object({ merge_group: z.object({ head_sha: shaSchema, base_sha: shaSchema }) });
const pushSchema = z.object({
  ref: z.string(),
  before: shaSchema,
  after: shaSchema,
  repository: z.object({ default_branch: branchSchema }),
});
const workflowRunSchema = z.object({
  workflow_run: z.object({ event: z.string(), head_sha: shaSchema }),
  repository: z.object({ default_branch: branchSchema }),
});
const anySchema = z.object({ repository: z.object({ default_branch: branchSchema }).optional() });

/**
 * The commits to compare for a GitHub event. `base`, when given, is a revision of the user's whose merge base with the head is taken instead.
 *
 * - `pull_request` (and whatever else carries one): the pull request's own head, never the checked-out merge commit; the merge base with the base branch, never its tip,
 *   and with the branch as it was when the event was sent only where that leads nowhere.
 * - `merge_group`: what the queue built on. `push`: what the branch was before; a new branch: the merge base with the default branch;
 *   a deleted one: nothing, as GitHub then runs the workflow on the default branch, and nothing of it changed.
 * - `workflow_run` after a push or the like: the commit that the run before was about; after a pull request it is refused, as it would handle a stranger's files
 *   with a token that can write.
 * - everything else: the merge base with the default branch, or on that branch the commit before.
 *
 * @throws UserError for `pull_request_target` and its like, and when the payload is not what GitHub documents.
 */
export function rangeOfEvent(event: WorkflowEvent, base?: string): RangeRequest {
  const request = requestFor(event);
  if (base === undefined || base === '') return request;
  return { ...request, bases: basesOfRevision(base) };
}

/** A base of the user's: the branch of the remote when it can be one, else, or when there is no such branch, what it means here. */
function basesOfRevision(base: string): readonly BaseRequest[] {
  const how = `the merge base with ${base}`;
  const isBranch = !/[~^@:]|^[0-9a-f]{40,64}$/.test(base);
  const branch = base.replace(/^refs\/heads\//, '').replace(/^(refs\/remotes\/)?origin\//, '');
  return [...(isBranch ? [mergeBaseWithBranch(branch)] : []), { kind: 'merge-base', revision: base, how }];
}

function requestFor(event: WorkflowEvent): RangeRequest {
  if (event.name === 'pull_request_target') throw new UserError(pullRequestTargetRefused);
  if (event.name === 'merge_group') return mergeGroup(parse(mergeGroupSchema, event));
  if (event.name === 'push') return push(parse(pushSchema, event), event.sha);
  if (event.name === 'workflow_run') return workflowRun(parse(workflowRunSchema, event));
  if (isRecord(event.payload) && isRecord(event.payload.pull_request))
    return pullRequest(parse(pullRequestSchema, event));
  return other(event);
}

function pullRequest({ pull_request: { number, head, base } }: z.infer<typeof pullRequestSchema>): RangeRequest {
  return {
    head: { revision: head.sha, label: `pull request ${number}`, fetch: `refs/pull/${number}/head` },
    bases: [
      mergeBaseWithBranch(base.ref),
      { kind: 'merge-base', revision: base.sha, how: `the merge base with ${base.ref} as it was at the event` },
    ],
  };
}

function mergeGroup({ merge_group: group }: z.infer<typeof mergeGroupSchema>): RangeRequest {
  return {
    head: { revision: group.head_sha, label: 'merge group' },
    bases: [{ kind: 'commit', revision: group.base_sha, how: 'the commit that the merge queue built on' }],
  };
}

function workflowRun({ workflow_run: run, repository }: z.infer<typeof workflowRunSchema>): RangeRequest {
  if (/^pull_request/.test(run.event)) throw new UserError(measuringAfterPullRequestRefused);
  return {
    head: { revision: run.head_sha, label: `workflow_run after ${run.event}` },
    bases: [mergeBaseWithBranch(repository.default_branch), { kind: 'first-parent', how: 'the commit before' }],
  };
}

function push(payload: z.infer<typeof pushSchema>, sha: string): RangeRequest {
  const branch = payload.ref.replace(/^refs\/(heads|tags)\//, '');
  if (isZero(payload.after)) {
    const revision = sha === '' ? 'HEAD' : sha;
    return {
      head: { revision, label: payload.repository.default_branch },
      bases: [{ kind: 'commit', revision, how: `itself, as the push deleted ${branch}` }],
    };
  }
  const before: readonly BaseRequest[] = isZero(payload.before)
    ? []
    : [{ kind: 'commit', revision: payload.before, how: `${branch} before the push` }];
  const parent: BaseRequest = {
    kind: 'first-parent',
    how: 'the commit before, as nothing older of the branch is known',
  };
  return {
    head: { revision: payload.after, label: branch },
    bases: [...before, mergeBaseWithBranch(payload.repository.default_branch), parent],
  };
}

function other(event: WorkflowEvent): RangeRequest {
  const branch = parse(anySchema, event).repository?.default_branch;
  return {
    head: { revision: event.sha === '' ? 'HEAD' : event.sha, label: event.name },
    bases: [
      ...(branch === undefined ? [] : [mergeBaseWithBranch(branch)]),
      { kind: 'first-parent', how: 'the commit before' },
    ],
  };
}

function mergeBaseWithBranch(branch: string): BaseRequest {
  return {
    kind: 'merge-base',
    revision: `refs/remotes/origin/${branch}`,
    fetch: branch,
    how: `the merge base with ${branch}`,
  };
}

function parse<S extends z.ZodType>(schema: S, event: WorkflowEvent): z.infer<S> {
  const result = schema.safeParse(event.payload);
  if (result.success) return result.data;
  throw new UserError(
    `The payload of the event "${event.name}" is not what GitHub documents: ${firstMistake(result.error, 'the payload')}.`,
  );
}

function isZero(sha: string): boolean {
  return /^0+$/.test(sha);
}

const pullRequestTargetRefused = `The gate does not run on pull_request_target, where a stranger's files would be handled with a token that can write. Use this instead, it needs no secret:
on: pull_request
permissions:
  contents: read
  pull-requests: write
For pull requests from forks, which get a token that can only read, the gate writes the job summary and keeps its verdict.`;

const measuringAfterPullRequestRefused = `The gate does not measure on workflow_run after a pull request, where a stranger's files would be handled with a token that can write. Measure in the workflow of the pull request (on: pull_request, contents: read), and here only report, without a checkout:
permissions:
  actions: read
  pull-requests: write
steps:
  - uses: org/edge-ready-gate/report@v1`;
