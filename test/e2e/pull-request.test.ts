import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeGitHub, startFakeGitHub } from '../support/fake-github/server.ts';
import { commit, type Files, git, initialise } from '../support/git-repository.ts';
import { synchronized } from '../support/github-events.ts';
import { markdownBlocks } from '../support/markdown-blocks.ts';
import { type ActRun, hasAct, prepareAction, runEvent, type Workspace } from './act.ts';
import { base, narrow, wider, worse } from './models.ts';
import { matrixWorkflow, singleWorkflow } from './workflows.ts';

if (!hasAct) console.warn('skipped: act is not installed (go install github.com/nektos/act@v0.2.89)');

const number = 7;

describe.skipIf(!hasAct)('a pull request under act', () => {
  let github: FakeGitHub;
  let workspace: Workspace;
  let mainTip: string;
  let runId = 0;

  beforeEach(async () => {
    github = await startFakeGitHub();
    const folder = mkdtempSync(path.join(os.tmpdir(), 'edge-ready-e2e-'));
    workspace = { folder, repository: path.join(folder, 'repository') };
    prepareAction(workspace);
    runId = 100;
  });
  afterEach(async () => {
    await github.close();
    rmSync(workspace.folder, { recursive: true, force: true });
  });

  /** A repository whose main branch has the workflow and the models, and goes on after the pull request branched off. */
  function makeRepository(workflow: string, files: Files = base): void {
    const { repository } = workspace;
    initialise(repository, github.repository);
    commit(repository, 'Models', { ...files, '.github/workflows/models.yml': { text: workflow } });
    git(repository, 'checkout', '--quiet', '-b', 'wider');
    git(repository, 'checkout', '--quiet', 'main');
    mainTip = commit(repository, 'Main goes on', { 'README.md': { text: 'Models\n' } });
    git(repository, 'update-ref', 'refs/remotes/origin/main', mainTip);
    git(repository, 'checkout', '--quiet', 'wider');
  }

  /** Pushes to the pull request, and runs its workflow. */
  async function push(message: string, files: Files): Promise<ActRun> {
    const head = commit(workspace.repository, message, files);
    runId += 1;
    const before = git(workspace.repository, 'rev-parse', 'HEAD^');
    return await runEvent(workspace, github, runId, synchronized({ number, head, base: mainTip }, before));
  }

  const comments = () => github.comments.map(({ body }) => body);
  /** How each gate step ended; act gives all legs of a matrix one job result, so that the legs are told by their steps. */
  const outcomes = ({ steps }: ActRun) =>
    Object.fromEntries(Object.entries(steps).map(([name, { outcome }]) => [name, outcome]));

  test('a matrix of two targets: one comment, updated by the next push, green after a fix', async () => {
    makeRepository(matrixWorkflow(['nano33', 'pi4']));

    const red = await push('Wider', wider);
    expect(outcomes(red), red.log).toEqual({ nano33: 'failure', pi4: 'success', report: 'failure' });
    expect(red.jobs).toMatchObject({ report: 'failure' });
    expect(red.code).toBe(1);
    expect(red.nodeVersion).toBe(
      execFileSync(process.env.EDGE_READY_E2E_NODE ?? 'node', ['--version'], { encoding: 'utf8' }).trim(),
    );
    expect(red.steps.nano33?.outputs.verdict).toBe('fail');
    expect(red.steps.nano33?.outputs['comment-url']).toBe('');
    expect(red.steps.pi4?.outputs.verdict).toBe('pass');
    expect(red.steps.report).toMatchObject({ outcome: 'failure', outputs: { verdict: 'fail' } });
    expect(red.steps.report?.outputs.summary).toMatch(/models\/digits\.tflite.*nano33.*flash/);
    expect(comments()).toHaveLength(1);
    const [first] = github.comments;
    expect(red.steps.report?.outputs['comment-url']).toBe(
      `https://github.com/acme/models/pull/7#issuecomment-${first?.id}`,
    );
    expect(first?.body).toMatch(/^<!-- edge-ready-gate:models -->\n/);
    expect(first?.body).toContain('❌');
    expect(first?.body).toContain('models/digits.tflite');
    expect(first?.body).not.toContain('models/digits.onnx');

    const both = await push('Retrained', worse);
    expect(outcomes(both), both.log).toEqual({ nano33: 'failure', pi4: 'failure', report: 'failure' });
    expect(comments()).toHaveLength(1);
    expect(github.comments[0]).toMatchObject({ id: first?.id, writes: 2 });
    expect(comments()[0]).toContain('models/digits.onnx');
    expect(comments()[0]).toMatch(/accuracy/);

    const green = await push('As before', { ...narrow, 'models/digits.onnx': { fixture: 'base/digits.onnx' } });
    expect(green.jobs, green.log).toEqual({ 'measure-1': 'success', 'measure-2': 'success', report: 'success' });
    expect(green.code).toBe(0);
    expect(green.steps.report?.outputs.verdict).toBe('pass');
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]).toMatchObject({ id: first?.id, writes: 3 });
    expect(comments()[0]).not.toContain('❌');
    expect(github.artifacts.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^edge-ready-models-nano33-[0-9a-f]{8}$/),
        expect.stringMatching(/^edge-ready-models-pi4-[0-9a-f]{8}$/),
      ]),
    );
  });

  test('a single leg comments by itself, and measures the base once: what it measured comes back through the cache service', async () => {
    makeRepository(singleWorkflow('nano33'));
    const red = await push('Wider', wider);
    expect(red.jobs, red.log).toEqual({ measure: 'failure' });
    expect(red.steps.measure?.outputs['comment-url']).toMatch(/#issuecomment-\d+$/);
    expect(comments()).toEqual([expect.stringContaining('❌')]);
    expect(red.log).not.toContain('Measurements of an earlier run');
    const green = await push('Fixed', { 'models/digits.tflite': { fixture: 'worse/digits-int8.tflite' } });
    expect(green.jobs, green.log).toEqual({ measure: 'success' });
    expect(comments()).toEqual([expect.stringMatching(/^<!-- edge-ready-gate:models -->\n+✅/)]);
    expect(green.log).toContain('Measurements of an earlier run were restored');
    expect(green.log).toContain('2 measurements: 1 made, 1 known from before');
  });

  test('the workflow that the README shows first, in a repository that has models and nothing else', async () => {
    const [pasted] = markdownBlocks(readFileSync('README.md', 'utf8')).filter(({ language }) => language === 'yaml');
    makeRepository(pasted?.text.replace('uses: org/', 'uses: acme/') ?? '', narrow);
    const run = await push('Wider', wider);
    expect(run.jobs, run.log).toEqual({ models: 'success' });
    expect(comments()).toEqual([expect.stringMatching(/^<!-- edge-ready-gate:models -->\n+⚠️ .*nucleo-l4r5zi/)]);
  });

  test('no model changed and no comment yet: silence', async () => {
    makeRepository(matrixWorkflow(['nano33', 'pi4']));
    const run = await push('Words', { 'README.md': { text: 'Other words\n' } });
    expect(run.jobs, run.log).toEqual({ 'measure-1': 'success', 'measure-2': 'success', report: 'success' });
    expect(run.steps.report?.outputs).toMatchObject({ verdict: 'pass', 'comment-url': '' });
    expect(comments()).toEqual([]);
  });

  test('a leg that dies before it reports is an error, never a smaller table', async () => {
    const dies = `
      - if: \${{ matrix.target == 'pi4' }}
        run: exit 9`;
    // act leaves strategy.job-total empty, which a runner fills in.
    makeRepository(matrixWorkflow(['nano33', 'pi4'], dies, '\n          job-total: 2'));
    const run = await push('Words', { 'README.md': { text: 'Other words\n' } });
    expect(outcomes(run), run.log).toEqual({ nano33: 'success', pi4: 'skipped', report: 'failure' });
    expect(run.jobs).toMatchObject({ report: 'failure' });
    expect(run.steps.report?.outputs.verdict).toBe('error');
    expect(comments()).toEqual([expect.stringMatching(/1 of 2 legs of the job .*never reported/)]);
  });

  test('a job whose only leg dies, beside one that reports, is an error, too', async () => {
    const npu = `  npu:
    runs-on: ubuntu-latest
    steps:
      - run: exit 9
  report:
    needs: [measure, npu]
`;
    makeRepository(matrixWorkflow(['nano33']).replace('  report:\n    needs: measure\n', npu));
    const run = await push('Words', { 'README.md': { text: 'Other words\n' } });
    expect(run.jobs, run.log).toMatchObject({ npu: 'failure', report: 'failure' });
    expect(run.steps.report?.outputs.verdict).toBe('error');
    expect(comments()).toEqual([expect.stringContaining('The job “npu” failed and left no report')]);
  });

  test('a token that may not write changes nothing but the comment', async () => {
    makeRepository(matrixWorkflow(['nano33', 'pi4']));
    github.faults.push({
      method: 'POST',
      path: /\/comments$/,
      times: 99,
      status: 403,
      message: 'Resource not accessible by integration',
    });
    const run = await push('Words and a model', { 'models/digits.tflite': { fixture: 'worse/digits-int8.tflite' } });
    expect(run.jobs, run.log).toEqual({ 'measure-1': 'success', 'measure-2': 'success', report: 'success' });
    expect(run.steps.report?.outputs).toMatchObject({ verdict: 'pass', 'comment-url': '' });
    expect(run.log).toContain('add `pull-requests: write`');
    expect(comments()).toEqual([]);
  });
});
