import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient, type GitHubClient } from '../../src/github/client.ts';
import { type RunContext, readRunContext } from '../../src/github/context.ts';
import { githubStore } from '../../src/github/history-store.ts';
import { recordPush } from '../../src/github/record-push.ts';
import { readHistory } from '../../src/history/files.ts';
import { keyOf } from '../../src/history/line.ts';
import { recordLines } from '../../src/history/record.ts';
import { commitId, historyLine } from '../history/lines.ts';
import { filesOf, storeCommit } from '../support/fake-github/git-database.ts';
import { type FakeGitHub, startFakeGitHub } from '../support/fake-github/server.ts';
import { comparison, measurement, narrowModel, report } from '../support/measurements.ts';

const branch = 'edge-ready-history';
let github: FakeGitHub;
beforeEach(async () => {
  github = await startFakeGitHub();
});
afterEach(async () => {
  await github.close();
});

const patience = { waitUnit: 1, throttled: false, pause: async () => {} };
const linesOn = (name: string) => readHistory(filesOf(github, name)).lines;

function contextOf(eventName: string, payload: unknown): RunContext {
  const environment = {
    GITHUB_REPOSITORY: 'acme/models',
    GITHUB_API_URL: github.url,
    GITHUB_EVENT_NAME: eventName,
    GITHUB_RUN_ID: '5',
  };
  return { ...readRunContext(environment), payload };
}

/** A push of one commit to main that grew a model. */
function push(message: string, time: number) {
  const before = storeCommit(github, 'Before', time - 100);
  const after = storeCommit(github, message, time, [before]);
  const grown = comparison({ base: { measurement: narrowModel() }, head: { measurement: measurement() } });
  const context = contextOf('push', { ref: 'refs/heads/main', before, after, repository: { default_branch: 'main' } });
  const about = report([grown], {
    base: { sha: before, label: 'main before the push' },
    head: { sha: after, label: 'main' },
  });
  return { context, about, before, after };
}
const record = ({ context, about }: Pick<ReturnType<typeof push>, 'context' | 'about'>, token = github.token) =>
  recordPush({ branch, token, report: about, patience }, context);

describe('a push to the default branch', () => {
  test('begins a branch of its own with the numbers before and after it, and the page; a second run adds nothing', async () => {
    const pushed = push('Merge pull request #3 from acme/wider\n\nWider second layer', 1_760_000_000);
    expect(await record(pushed)).toEqual({ done: `Recorded 2 lines on the branch ${branch}.` });
    expect([...filesOf(github, branch).keys()]).toEqual(['.nojekyll', '2025-10.jsonl', 'index.html']);
    expect(filesOf(github, branch).get('index.html')).toContain('https://github.com/acme/models/commit/');
    expect(linesOn(branch).map(({ commit, subject, time }) => [commit, subject, time])).toEqual([
      [pushed.before, 'Before', 1_759_999_900],
      [pushed.after, 'Wider second layer (#3)', 1_760_000_000],
    ]);
    const tip = github.refs.get(`refs/heads/${branch}`);
    expect(await record(pushed)).toEqual({});
    expect(github.refs.get(`refs/heads/${branch}`)).toBe(tip);
  });

  test.each([
    ['another branch', 'push', { ref: 'refs/heads/next' }],
    ['a tag of that name', 'push', { ref: 'refs/tags/main' }],
    ['another event', 'workflow_dispatch', {}],
    ['a pull request', 'pull_request', {}],
    ['another commit than was measured', 'push', { after: commitId(4) }],
  ])('%s records nothing and asks nothing', async (_what, eventName, change) => {
    const { context, about } = push('x', 1_760_000_000);
    const payload = { ...(context.payload as object), ...change };
    expect(await record({ context: contextOf(eventName, payload), about })).toEqual({});
    expect(github.requests).toEqual([]);
  });

  test('a token that may not write: one sentence, no exception', async () => {
    github.faults.push({
      method: 'POST',
      path: /git\/blobs$/,
      times: 9,
      status: 403,
      message: 'Resource not accessible by integration',
    });
    expect(await record(push('x', 1_760_000_000))).toEqual({
      problem: expect.stringMatching(
        /^The gate could not record the history on the branch edge-ready-history: .*`contents: write`/,
      ),
    });
  });

  test('a rule that protects the branch is told once, not tried again and again', async () => {
    const message = 'Repository rule violations found';
    github.faults.push({ method: 'POST', path: /git\/refs$/, times: 9, status: 422, message });
    expect((await record(push('x', 1_760_000_000))).problem).toContain(message);
    expect(github.requests.filter(({ path }) => path.endsWith('/git/refs'))).toHaveLength(1);
  });

  test("somebody's own branch is refused", async () => {
    const pushed = push('x', 1_760_000_000);
    const client = await createClient(github.token, github.url, patience);
    const place = { owner: 'acme', repo: 'models' };
    const { data: blob } = await client.rest.git.createBlob({ ...place, content: 'int main;', encoding: 'utf-8' });
    const { data: tree } = await client.rest.git.createTree({
      ...place,
      tree: [{ path: 'main.c', mode: '100644', type: 'blob', sha: blob.sha }],
    });
    const { data: commit } = await client.rest.git.createCommit({
      ...place,
      message: 'x',
      tree: tree.sha,
      parents: [],
    });
    github.refs.set(`refs/heads/${branch}`, commit.sha);
    expect((await record(pushed)).problem).toMatch(/holds other files than a history \(main\.c\)/);
    expect(github.refs.get(`refs/heads/${branch}`)).toBe(commit.sha);
  });

  test('an answer that was lost does not record twice', async () => {
    github.faults.push({ method: 'POST', path: /git\/refs$/, times: 1, status: 502, afterwards: true });
    expect((await record(push('x', 1_760_000_000))).problem).toBeUndefined();
    expect(linesOn(branch)).toHaveLength(2);
  });
});

/** Runs that record a line each at once, whose requests reach GitHub in an order that `scheduler` chooses. */
async function race(count: number, scheduler: fc.Scheduler): Promise<void> {
  const one = async (index: number) => {
    const client: GitHubClient = await createClient(github.token, github.url, patience);
    client.hook.wrap('request', async (request, options) => {
      await scheduler.schedule(Promise.resolve());
      return await request(options);
    });
    const store = githubStore(client, { owner: 'acme', repo: 'models' }, branch);
    const line = historyLine({ commit: commitId(index) });
    await recordLines(store, {
      lines: () => [line],
      message: `Models ${index}`,
      page: () => 'page',
      pause: async () => {},
    });
  };
  await scheduler.waitFor(Promise.all(Array.from({ length: count }, (_, index) => one(index))));
}

test('whatever the order of their requests, pushes at once lose nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 4 }),
      fc.boolean(),
      fc.scheduler(),
      async (count, isEmpty, scheduler) => {
        github.refs.clear();
        github.objects.clear();
        if (!isEmpty) storeCommit(github, 'Somebody else', 1);
        await race(count, scheduler);
        const expected = Array.from({ length: count }, (_, index) => keyOf(historyLine({ commit: commitId(index) })));
        expect(linesOn(branch).map(keyOf).sort()).toEqual(expected);
      },
    ),
    { numRuns: 20 },
  );
});
