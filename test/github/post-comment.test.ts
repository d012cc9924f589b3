import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunContext, readRunContext } from '../../src/github/context.ts';
import type { CommentMode } from '../../src/github/inputs.ts';
import { otherRunOf } from '../../src/github/other-run.ts';
import { postComment } from '../../src/github/post-comment.ts';
import type { GateReport } from '../../src/report/report-schema.ts';
import { type FakeGitHub, startFakeGitHub } from '../support/fake-github/server.ts';
import { reportExample } from './report-example.ts';

const sha = 'a'.repeat(40);
const problem: Partial<GateReport> = { verdict: 'error', problems: ['broken'] };
let github: FakeGitHub;
beforeEach(async () => {
  github = await startFakeGitHub();
});
afterEach(async () => {
  await github.close();
});

function contextOf(eventName: string, payload: unknown): RunContext {
  const environment = {
    GITHUB_REPOSITORY: 'acme/models',
    GITHUB_API_URL: github.url,
    GITHUB_EVENT_NAME: eventName,
    GITHUB_RUN_ID: '5',
  };
  return { ...readRunContext(environment), payload };
}

const post = (
  context: RunContext,
  mode: CommentMode = 'auto',
  changes: Partial<GateReport> = problem,
  token = github.token,
) =>
  postComment(
    {
      mode,
      token,
      key: 'gate',
      report: reportExample(['a'], changes),
      render: (marker) => `${marker}\ntext`,
      patience: { settled: async () => {}, throttled: false, waitUnit: 1 },
    },
    context,
  );

const pullRequest = () => contextOf('pull_request', { pull_request: { number: 7, head: { sha } } });
const workflowRun = (changes: object = {}) =>
  contextOf('workflow_run', {
    workflow_run: {
      id: 9,
      head_sha: sha,
      head_branch: 'wider',
      head_repository: { full_name: 'stranger/models', owner: { login: 'stranger' } },
      pull_requests: [],
      ...changes,
    },
  });

describe('postComment', () => {
  test.each([
    ['auto', problem, true],
    ['auto', {}, false],
    ['always', {}, true],
    ['never', problem, false],
  ] as const)('%s with %j: a comment is %s', async (mode, changes, expected) => {
    const { url, problem: failure } = await post(pullRequest(), mode, changes);
    expect([url !== null, failure]).toEqual([expected, null]);
    expect(github.comments).toHaveLength(expected ? 1 : 0);
  });

  test.each([
    ['push', { before: sha, after: sha }],
    ['merge_group', { merge_group: { base_sha: sha, head_sha: sha } }],
    ['workflow_dispatch', {}],
    ['schedule', null],
    ['pull_request_target', { pull_request: { number: 7, head: { sha } } }],
    ['', undefined],
  ])('%s has nobody to comment to', async (name, payload) => {
    expect(await post(contextOf(name, payload))).toEqual({ url: null, problem: null });
    expect(github.comments).toEqual([]);
  });

  test('a token that may not write: one sentence, no exception', async () => {
    github.faults.push({
      method: 'POST',
      path: /comments$/,
      times: 9,
      status: 403,
      message: 'Resource not accessible by integration',
    });
    expect(await post(pullRequest())).toEqual({
      url: null,
      problem: expect.stringMatching(/^The gate could not comment on pull request #7: .*`pull-requests: write`/),
    });
  });

  test('no token: one sentence', async () => {
    expect(await post(pullRequest(), 'auto', problem, '')).toEqual({
      url: null,
      problem: expect.stringContaining('`github-token` is empty'),
    });
  });

  test('a wrong token: one sentence', async () => {
    expect((await post(pullRequest(), 'auto', problem, 'wrong')).problem).toMatch(/does not accept the token \(401\)/);
  });
});

describe('a re-run of an older run, on an older head', () => {
  const newer = 'c'.repeat(40);
  const ofRun = (id: number, attempt: number, head: string): RunContext => ({
    ...contextOf('pull_request', { pull_request: { number: 7, head: { sha: head } } }),
    run: { id, attempt },
  });
  beforeEach(() => {
    github.pulls.push({ number: 7, headSha: newer, headBranch: 'wider', headRepository: 'acme/models' });
  });
  const written = () => github.comments.map(({ body }) => /run:(\d+\.\d+)/.exec(body)?.[1]);

  test('leaves the comment of the newer run as it is', async () => {
    await post(ofRun(9, 1, newer));
    await post(ofRun(5, 2, sha));
    expect(written()).toEqual(['9.1']);
  });

  test('begins none where the newer run had nothing to say', async () => {
    await post(ofRun(9, 1, newer), 'auto', {});
    expect(await post(ofRun(5, 2, sha))).toEqual({ url: null, problem: null });
    expect(written()).toEqual([]);
  });

  test('is overwritten by the newer run that ends later', async () => {
    await post(ofRun(4, 1, newer));
    await post(ofRun(5, 2, sha));
    expect(written()).toEqual(['5.2']);
    await post(ofRun(9, 1, newer));
    expect(written()).toEqual(['9.1']);
  });

  test('after workflow_run it counts which run measured, not which one reports', async () => {
    github.pulls.push({ number: 12, headSha: sha, headBranch: 'wider', headRepository: 'stranger/models' });
    const reporting = (reporter: number, changes: object) => ({
      ...workflowRun(changes),
      run: { id: reporter, attempt: 1 },
    });
    await post(reporting(30, { id: 9, run_attempt: 2 }));
    await post(reporting(31, { id: 8, run_attempt: 3 }));
    await post(reporting(32, { id: 9, run_attempt: 1 }));
    expect(written()).toEqual(['9.2']);
  });

  test('GitHub not saying what the head is keeps nobody from commenting', async () => {
    github.faults.push({ method: 'GET', path: /\/pulls\/7$/, times: 9, status: 404 });
    await post(ofRun(5, 1, sha));
    expect(written()).toEqual(['5.1']);
  });
});

describe('workflow_run', () => {
  const pull = { number: 12, headSha: sha, headBranch: 'wider', headRepository: 'stranger/models' };

  test("finds a fork's pull request by the commit that was measured", async () => {
    github.pulls.push({ ...pull, number: 11, headBranch: 'other' }, pull);
    const { url } = await post(workflowRun());
    expect(url).toContain('/pull/12#');
  });

  test.each([
    ['a newer commit is its head', { ...pull, headSha: 'b'.repeat(40) }],
    ['it comes from another fork', { ...pull, headRepository: 'stranger/elsewhere' }],
  ])('comments on nothing when %s', async (_reason, other) => {
    github.pulls.push(other);
    expect(await post(workflowRun())).toEqual({ url: null, problem: null });
  });

  test('reads the shards of the run that triggered it', () => {
    expect(otherRunOf(workflowRun(), 'token')).toEqual({ owner: 'acme', repo: 'models', runId: 9, token: 'token' });
    expect(otherRunOf(pullRequest(), 'token')).toBeNull();
    expect(otherRunOf(workflowRun({ id: 'nine' }), 'token')).toBeNull();
  });
});
