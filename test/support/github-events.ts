import { type Webhook, webhook } from './fake-github/openapi.ts';

/** A workflow's event as the runner hands it on. `schema` is GitHub's description that the payload is held to; null where there is none. */
export interface RecordedEvent {
  readonly name: string;
  readonly payload: unknown;
  readonly sha: string;
  readonly schema: Webhook | null;
}

/** The commits and places that an event is about. */
export interface PullRequestFacts {
  readonly number?: number;
  readonly head: string;
  readonly headBranch?: string;
  readonly base: string;
  readonly baseBranch?: string;
  /** The merge commit that the runner checks out. */
  readonly merge?: string;
  /** Where the head is; the repository itself unless it is a fork. */
  readonly from?: string;
  readonly login?: string;
}

const repositoryName = 'acme/models';
const defaultBranch = 'main';
const none = '0'.repeat(40);

type Part = Readonly<Record<string, unknown>>;

const part = (value: unknown): Part => (typeof value === 'object' && value !== null ? (value as Part) : {});

function repository(sample: unknown, name = repositoryName): Part {
  const [owner = '', repo = ''] = name.split('/');
  const fields = { name: repo, full_name: name, default_branch: defaultBranch, fork: name !== repositoryName };
  return { ...part(sample), ...fields, owner: { ...part(part(sample).owner), login: owner } };
}

function pullRequest(
  schemaName: string,
  action: string,
  facts: PullRequestFacts,
  changes: Part,
  fields: Part,
): RecordedEvent {
  const schema = webhook(schemaName);
  const sample = part(schema.sample.pull_request);
  const [head, base] = [part(sample.head), part(sample.base)];
  const from = facts.from ?? repositoryName;
  return {
    name: 'pull_request',
    sha: facts.merge ?? facts.head,
    schema,
    payload: {
      ...schema.sample,
      action,
      number: facts.number ?? 7,
      ...fields,
      repository: repository(schema.sample.repository),
      sender: { ...part(schema.sample.sender), login: facts.login ?? 'octocat' },
      pull_request: {
        ...sample,
        number: facts.number ?? 7,
        state: 'open',
        draft: false,
        mergeable: true,
        merge_commit_sha: facts.merge ?? null,
        ...changes,
        head: {
          ...head,
          ref: facts.headBranch ?? 'topic',
          sha: facts.head,
          label: `${from.split('/')[0]}:${facts.headBranch ?? 'topic'}`,
          repo: repository(head.repo, from),
        },
        base: {
          ...base,
          ref: facts.baseBranch ?? 'main',
          sha: facts.base,
          label: 'acme:main',
          repo: repository(base.repo),
        },
      },
    },
  };
}

/** Pushed to a branch of the repository itself. */
export const opened = (facts: PullRequestFacts): RecordedEvent =>
  pullRequest('pull-request-opened', 'opened', facts, {}, {});

/** Not ready yet. */
export const openedAsDraft = (facts: PullRequestFacts): RecordedEvent =>
  pullRequest('pull-request-opened', 'opened', facts, { draft: true }, {});

/** From somebody else's copy; its token only reads. */
export const openedFromFork = (facts: PullRequestFacts): RecordedEvent =>
  opened({ from: 'stranger/models', login: 'stranger', ...facts });

/** By Dependabot: a branch of the repository, and yet a token that only reads. */
export const openedByDependabot = (facts: PullRequestFacts): RecordedEvent =>
  opened({ login: 'dependabot[bot]', headBranch: 'dependabot/pip/onnx-1.23', ...facts });

/** New commits, or others in place of what was there (a force-push): `before` may be gone. */
export const synchronized = (facts: PullRequestFacts, before: string): RecordedEvent =>
  pullRequest('pull-request-synchronize', 'synchronize', facts, {}, { before, after: facts.head });

/** Moved onto another base branch. */
export const retargeted = (
  facts: PullRequestFacts,
  from: { readonly ref: string; readonly sha: string },
): RecordedEvent =>
  pullRequest(
    'pull-request-edited',
    'edited',
    facts,
    {},
    {
      changes: { base: { ref: { from: from.ref }, sha: { from: from.sha } } },
    },
  );

/** In conflict with its base branch, so that there is no merge commit. */
export const conflicting = (facts: PullRequestFacts): RecordedEvent =>
  pullRequest(
    'pull-request-synchronize',
    'synchronize',
    facts,
    { mergeable: false, mergeable_state: 'dirty', merge_commit_sha: null },
    {
      before: facts.base,
      after: facts.head,
    },
  );

/** The same with a token that writes; refused. */
export const target = (facts: PullRequestFacts): RecordedEvent => ({
  ...openedFromFork(facts),
  name: 'pull_request_target',
});

/** A group of the merge queue. */
export function mergeGroup(head: string, base: string): RecordedEvent {
  const schema = webhook('merge-group-checks-requested');
  const group = {
    ...part(schema.sample.merge_group),
    head_sha: head,
    head_ref: 'refs/heads/gh-readonly-queue/main/pr-7',
    base_sha: base,
    base_ref: 'refs/heads/main',
  };
  const payload = { ...schema.sample, merge_group: group, repository: repository(schema.sample.repository) };
  return { name: 'merge_group', sha: head, schema, payload };
}

/** A push; `before` null for a new branch, `after` null for a deleted one, for which GitHub runs the default branch's `tip`. */
export function pushed(
  ref: string,
  before: string | null,
  after: string | null,
  options: { readonly forced?: boolean; readonly tip?: string } = {},
): RecordedEvent {
  const schema = webhook('push');
  const payload = {
    ...schema.sample,
    ref,
    before: before ?? none,
    after: after ?? none,
    created: before === null,
    deleted: after === null,
    forced: options.forced ?? false,
    repository: repository(schema.sample.repository),
  };
  return { name: 'push', sha: after ?? options.tip ?? none, schema, payload };
}

/** Started by hand. */
export function dispatched(sha: string, ref = 'refs/heads/main'): RecordedEvent {
  const schema = webhook('workflow-dispatch');
  const payload = { ...schema.sample, ref, inputs: null, repository: repository(schema.sample.repository) };
  return { name: 'workflow_dispatch', sha, schema, payload };
}

/** By the clock. It is no webhook: the runner's payload has the schedule and the repository. */
export const scheduled = (sha: string): RecordedEvent => ({
  name: 'schedule',
  sha,
  schema: null,
  payload: { schedule: '0 5 * * 1', workflow: '.github/workflows/models.yml', repository: repository({}) },
});

/** After another workflow's run, which was about `head`; of pull requests from forks GitHub tells no number. */
export function ranAfter(
  run: {
    readonly event: string;
    readonly head: string;
    readonly headBranch?: string;
    readonly from?: string;
    readonly id?: number;
    readonly attempt?: number;
  },
  sha: string,
): RecordedEvent {
  const schema = webhook('workflow-run-completed');
  const sample = part(schema.sample.workflow_run);
  const from = repository(sample.head_repository, run.from);
  const payload = {
    ...schema.sample,
    action: 'completed',
    repository: repository(schema.sample.repository),
    workflow_run: {
      ...sample,
      id: run.id ?? 30,
      run_attempt: run.attempt ?? 1,
      name: 'Models',
      path: '.github/workflows/models.yml',
      event: run.event,
      status: 'completed',
      conclusion: 'success',
      head_sha: run.head,
      head_branch: run.headBranch ?? 'topic',
      head_repository: from,
      repository: repository(sample.repository),
      pull_requests: [],
    },
  };
  return { name: 'workflow_run', sha, schema, payload };
}
