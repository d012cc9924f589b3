import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { gateAction } from '../../src/github/gate-action.ts';
import { gateReportSchema } from '../../src/report/report-schema.ts';
import { runtimeToken } from '../support/fake-github/artifact-service.ts';
import { type FakeGitHub, startFakeGitHub } from '../support/fake-github/server.ts';
import { commit, git, initialise } from '../support/git-repository.ts';

describe('two gate steps in one job', () => {
  let github: FakeGitHub;
  let folder: string;
  let eventFile: string;

  // One server for all: the toolkit reads GITHUB_API_URL once, when it is loaded.
  beforeAll(async () => {
    github = await startFakeGitHub();
  });
  afterAll(async () => {
    await github.close();
  });
  beforeEach(() => {
    for (const list of [github.artifacts, github.comments]) list.splice(0);
    folder = mkdtempSync(path.join(os.tmpdir(), 'edge-ready-test-'));
    mkdirSync(path.join(folder, 'temporary'));
    const repository = path.join(folder, 'repository');
    initialise(repository, github.repository);
    const model = (fixture: string) => ({ 'a.tflite': { fixture }, 'b.tflite': { fixture } });
    const base = commit(repository, 'base', model('base/digits-int8.tflite'));
    git(repository, 'update-ref', 'refs/remotes/origin/main', base);
    const head = commit(repository, 'wider', model('wider/digits-int8.tflite'));
    eventFile = path.join(folder, 'event.json');
    const pull = { number: 7, head: { sha: head, ref: 'wider' }, base: { sha: base, ref: 'main' } };
    writeFileSync(eventFile, JSON.stringify({ action: 'synchronize', number: 7, pull_request: pull }));
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    process.exitCode = undefined;
    rmSync(folder, { recursive: true });
  });

  async function step(name: string, inputs: Readonly<Record<string, string>>) {
    for (const file of ['output', 'summary']) writeFileSync(path.join(folder, file), '');
    const environment: Readonly<Record<string, string>> = {
      GITHUB_ACTION: name,
      GITHUB_API_URL: github.url,
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: eventFile,
      GITHUB_JOB: 'models',
      GITHUB_OUTPUT: path.join(folder, 'output'),
      GITHUB_REPOSITORY: github.repository,
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_RUN_ID: '5',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_STEP_SUMMARY: path.join(folder, 'summary'),
      GITHUB_WORKFLOW_REF: 'acme/models/.github/workflows/models.yml@refs/pull/7/merge',
      GITHUB_WORKSPACE: path.join(folder, 'repository'),
      ACTIONS_RESULTS_URL: github.url,
      ACTIONS_RUNTIME_TOKEN: runtimeToken('5', 'job'),
      EDGE_READY_CACHE: path.join(folder, 'measured'),
      RUNNER_TEMP: path.join(folder, 'temporary'),
      INPUT_TARGET: 'nucleo-l4r5zi',
      'INPUT_GITHUB-TOKEN': github.token,
      ...inputs,
    };
    for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
    await gateAction(process.env, { timeoutMs: 300, settled: async () => {} });
    const output = readFileSync(path.join(folder, 'output'), 'utf8');
    const outputOf = (name: string) => new RegExp(`^${name}<<(.*)\\n(.*)\\n\\1$`, 'm').exec(output)?.[2] ?? '';
    return { verdict: outputOf('verdict'), summary: outputOf('summary'), report: outputOf('report') };
  }
  const modelsIn = (report: string) =>
    gateReportSchema.parse(JSON.parse(readFileSync(report, 'utf8'))).comparisons.map(({ model }) => model);

  test('with the same targets and key keep their outputs and shards apart', async () => {
    const first = await step('__gate', { INPUT_MODELS: 'a.tflite', INPUT_COMMENT: 'never' });
    const second = await step('__gate_2', { INPUT_MODELS: 'b.tflite', INPUT_COMMENT: 'never' });
    expect([modelsIn(first.report), modelsIn(second.report)]).toEqual([['a.tflite'], ['b.tflite']]);
    expect(existsSync(path.join(path.dirname(first.report), 'artifacts'))).toBe(true);
    expect(github.artifacts.filter(({ name }) => /^edge-ready-models-/.test(name))).toHaveLength(2);
    const again = await step('__gate', { INPUT_MODELS: 'a.tflite', INPUT_COMMENT: 'never' });
    expect(again.report).toBe(first.report);
  });

  test('with the same key do not write over each other’s comment: the second is refused in one sentence', async () => {
    await step('__gate', { INPUT_MODELS: 'a.tflite' });
    const second = await step('__gate_2', { INPUT_MODELS: 'b.tflite' });
    expect(second.verdict).toBe('error');
    expect(second.summary).toMatch(/^Another step of this job keeps the comment of the key “models”.*its own `key`/);
    expect(process.exitCode).toBe(2);
    expect(github.comments.map(({ body }) => [body.includes('a.tflite'), body.includes('b.tflite')])).toEqual([
      [true, false],
    ]);
  });

  test('with keys of their own have a comment each', async () => {
    await step('__gate', { INPUT_MODELS: 'a.tflite', INPUT_KEY: 'speech' });
    await step('__gate_2', { INPUT_MODELS: 'b.tflite', INPUT_KEY: 'vision' });
    expect(github.comments.map(({ body }) => /edge-ready-gate:(\w+) /.exec(body)?.[1])).toEqual(['speech', 'vision']);
  });
});
