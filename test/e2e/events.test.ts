import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { documentedWorkflows } from '../../scripts/documented-workflows.ts';
import type { GateReport } from '../../src/report/report-schema.ts';
import { type FakeGitHub, startFakeGitHub } from '../support/fake-github/server.ts';
import { commit, git, initialise } from '../support/git-repository.ts';
import { mergeGroup, opened, openedFromFork, ranAfter, retargeted } from '../support/github-events.ts';
import { hasAct, prepareAction, runEvent, type Workspace } from './act.ts';
import { base, configuration, wider, worse } from './models.ts';
import { matrixWorkflow, singleWorkflow } from './workflows.ts';

const number = 7;

/** What waits for `opened` goes on when `open` was called. */
function gateway() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe.skipIf(!hasAct)('events under act', () => {
  let github: FakeGitHub;
  const folders: string[] = [];

  beforeEach(async () => {
    github = await startFakeGitHub();
  });
  afterEach(async () => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
    await github.close();
  });

  function makeWorkspace(): Workspace {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'edge-ready-e2e-'));
    folders.push(folder);
    const workspace = { folder, repository: path.join(folder, 'repository') };
    prepareAction(workspace);
    return workspace;
  }

  /** A repository with the models and these workflows on `main`; gives the commit. */
  function makeRepository({ repository }: Workspace, workflows: Readonly<Record<string, string>>): string {
    initialise(repository, github.repository);
    const files = Object.entries(workflows).map(([name, text]) => [`.github/workflows/${name}`, { text }] as const);
    const main = commit(repository, 'Models', { ...base, ...Object.fromEntries(files) });
    git(repository, 'update-ref', 'refs/remotes/origin/main', main);
    return main;
  }

  const isAboutComments = ({ path: at }: { readonly path: string }) => /\/comments(\/\d+)?$/.test(at);

  test("a pull request from a fork: its own run writes nothing, the documented workflow_run writes the fork's result", async () => {
    const documented = documentedWorkflows().find(({ text }) => /^ {2}workflow_run:/m.test(text));
    if (documented === undefined) throw new Error('docs/workflows.md has no workflow for forks');
    const workspace = makeWorkspace();
    const main = makeRepository(workspace, {
      'models.yml': matrixWorkflow(['nano33'], '', '', '\n          comment: never'),
      'comment.yml': documented.text.replaceAll('org/edge-ready-gate', 'acme/edge-ready-gate'),
    });
    const { repository } = workspace;
    git(repository, 'checkout', '--quiet', '-b', 'topic');
    const head = commit(repository, 'Wider', wider);
    const measured = await runEvent(workspace, github, 101, openedFromFork({ number, head, base: main }));
    expect(measured.steps.report, measured.log).toMatchObject({ outcome: 'failure', outputs: { verdict: 'fail' } });
    expect(github.requests.filter(isAboutComments)).toEqual([]);

    git(repository, 'checkout', '--quiet', 'main');
    github.pulls.push({ number, headSha: head, headBranch: 'topic', headRepository: 'stranger/models' });
    const from = { event: 'pull_request', head, from: 'stranger/models', id: 101 };
    const commented = await runEvent(workspace, github, 102, ranAfter(from, main));
    expect(commented.jobs, commented.log).toEqual({ comment: 'success' });
    expect(github.comments).toMatchObject([{ issue: number, writes: 1 }]);
    expect(github.comments[0]?.body).toMatch(/^<!-- edge-ready-gate:models -->\n.*❌.*models\/digits\.tflite/s);
  });

  test('a merge queue: the group is compared with what the queue built on, and nobody is written to', async () => {
    const workspace = makeWorkspace();
    const { repository } = workspace;
    const workflow = singleWorkflow('nano33, pi4').replace('on: pull_request', 'on: merge_group');
    makeRepository(workspace, { 'models.yml': workflow });
    git(repository, 'checkout', '--quiet', '-b', 'gh-readonly-queue/main/pr-7');
    const before = commit(repository, 'The group before, whose model is wider', wider);
    const head = commit(repository, 'This group, whose model is worse', worse);
    const run = await runEvent(workspace, github, 101, mergeGroup(head, before));
    expect(run.jobs, run.log).toEqual({ measure: 'failure' });
    const outputs = run.steps.measure?.outputs;
    expect(outputs).toMatchObject({ verdict: 'fail', 'comment-url': '' });
    const report = JSON.parse(readFileSync(outputs?.report ?? '', 'utf8')) as GateReport;
    expect(report.comparisons.map(({ model, verdict }) => [model, verdict])).toEqual([['models/digits.onnx', 'fail']]);
    expect(github.requests.filter(isAboutComments)).toEqual([]);
  });

  test('two report jobs at once, the older one writing last: one comment, with the result of the newer run', async () => {
    const [older, newer] = [makeWorkspace(), makeWorkspace()];
    const main = makeRepository(older, { 'models.yml': matrixWorkflow(['nano33']) });
    // The budget is looser on another branch, onto which the pull request is moved while its first run is under way.
    git(older.repository, 'checkout', '--quiet', '-b', 'next');
    const loose = configuration.replace('max-increase: 1 KiB', 'max-increase: 1 MiB');
    const next = commit(older.repository, 'Room', { 'edge-ready.yml': { text: loose } });
    git(older.repository, 'update-ref', 'refs/remotes/origin/next', next);
    git(older.repository, 'checkout', '--quiet', '-b', 'topic');
    const head = commit(older.repository, 'Wider', wider);
    cpSync(older.repository, newer.repository, { recursive: true });
    github.pulls.push({ number, headSha: head, headBranch: 'topic', headRepository: github.repository });

    // Both look for a comment before either writes one, and the older run's write waits for the newer one's.
    const [bothLooked, newerWrote] = [gateway(), gateway()];
    let looked = 0;
    github.beforeRequest = async (request) => {
      if (!isAboutComments(request)) return;
      if (request.method === 'GET' && ++looked === 2) bothLooked.open();
      if (request.method !== 'POST') return;
      await bothLooked.opened;
      if (request.body.includes('edge-ready-gate-run:102.')) setTimeout(newerWrote.open, 100);
      else await newerWrote.opened;
    };
    const [first, second] = await Promise.all([
      runEvent(older, github, 101, opened({ number, head, base: main })),
      runEvent(
        newer,
        github,
        102,
        retargeted({ number, head, base: next, baseBranch: 'next' }, { ref: 'main', sha: main }),
      ),
    ]);
    expect(first.steps.report?.outputs.verdict, first.log).toBe('fail');
    expect(second.steps.report?.outputs.verdict, second.log).toBe('warn');
    expect(github.requests.filter((request) => request.method === 'POST' && isAboutComments(request))).toHaveLength(2);
    expect(github.comments.map(({ body }) => body)).toEqual([expect.stringMatching(/edge-ready-gate-run:102\.1 -->/)]);
    expect(github.comments[0]?.body).toMatch(/^<!-- edge-ready-gate:models -->\n+⚠️/);
  });
});
