import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { readRunContext } from '../../src/github/context.ts';
import type { Leg } from '../../src/github/inputs.ts';
import { reportAction } from '../../src/github/report-action.ts';
import { uploadShard } from '../../src/github/shards.ts';
import { gateReportSchema } from '../../src/report/report-schema.ts';
import { runtimeToken } from '../support/fake-github/artifact-service.ts';
import { type FakeGitHub, startFakeGitHub } from '../support/fake-github/server.ts';
import { openedFromFork, type RecordedEvent, ranAfter } from '../support/github-events.ts';
import { reportExample } from './report-example.ts';

const head = 'a'.repeat(40);
const base = 'b'.repeat(40);
const needs = (npu: string) =>
  JSON.stringify({ measure: { result: 'success', outputs: {} }, npu: { result: npu, outputs: {} } });

describe('a measuring job of which no leg reports, beside one that did', () => {
  let github: FakeGitHub;
  let folder: string;

  // One server for all: the toolkit reads GITHUB_API_URL once, when it is loaded.
  beforeAll(async () => {
    github = await startFakeGitHub();
  });
  afterAll(async () => {
    await github.close();
  });
  beforeEach(async () => {
    for (const list of [github.artifacts, github.comments, github.jobs, github.pulls, github.faults]) list.splice(0);
    folder = mkdtempSync(path.join(os.tmpdir(), 'edge-ready-test-'));
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await measured();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    process.exitCode = undefined;
    rmSync(folder, { recursive: true });
  });

  function environment(runId: string, event: RecordedEvent): Readonly<Record<string, string>> {
    const file = (name: string, text: string) => {
      writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    };
    const temporary = path.join(folder, `temporary-${runId}`);
    mkdirSync(temporary, { recursive: true });
    const values = {
      GITHUB_API_URL: github.url,
      GITHUB_EVENT_NAME: event.name,
      GITHUB_EVENT_PATH: file('event.json', JSON.stringify(event.payload)),
      GITHUB_OUTPUT: file('output', ''),
      GITHUB_REPOSITORY: github.repository,
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_RUN_ID: runId,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_STEP_SUMMARY: file('summary', ''),
      GITHUB_WORKFLOW_REF: 'acme/models/.github/workflows/models.yml@refs/pull/7/merge',
      ACTIONS_RESULTS_URL: github.url,
      ACTIONS_RUNTIME_TOKEN: runtimeToken(runId, 'job'),
      RUNNER_TEMP: temporary,
      'INPUT_GITHUB-TOKEN': github.token,
    };
    for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
    return values;
  }

  const opened = () => openedFromFork({ number: 7, head, base });

  /** The job `measure` reports that all is well. */
  async function measured(place: Partial<Leg> = {}): Promise<void> {
    const values = environment('5', opened());
    const leg = { job: 'measure', jobId: null, step: '', index: 0, total: 1, matrix: '{}', ...place };
    const report = reportExample(['nano33'], {
      head: { sha: head, label: 'head' },
      base: { sha: base, label: 'main' },
    });
    const result = { key: 'models', leg, report, artifactsFolder: path.join(folder, 'none') };
    expect(await uploadShard(result, readRunContext(values))).toEqual([]);
  }

  async function report(runId: string, event: RecordedEvent, inputs: Readonly<Record<string, string>>) {
    const values = { ...environment(runId, event), ...inputs };
    await reportAction(values, { timeoutMs: 300, settled: async () => {} });
    const output = readFileSync(path.join(folder, 'output'), 'utf8');
    const file = /^report<<(.*)\n(.*)\n\1$/m.exec(output)?.[2] ?? '';
    const { verdict, problems } = gateReportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { verdict, problems, exitCode: process.exitCode, comments: github.comments.map(({ body }) => body) };
  }

  /** The second workflow, which has no `needs` of the run that measured. */
  async function reportAfter() {
    github.pulls.push({ number: 7, headSha: head, headBranch: 'topic', headRepository: 'stranger/models' });
    const event = ranAfter({ event: 'pull_request', head, from: 'stranger/models', id: 5 }, base);
    return await report('6', event, { 'INPUT_FAIL-ON': 'never' });
  }

  test('is an error with a sentence in the comment', async () => {
    const outcome = await report('5', opened(), { INPUT_NEEDS: needs('failure') });
    const sentence = expect.stringContaining('The job “npu” failed and left no report');
    expect(outcome).toMatchObject({ verdict: 'error', exitCode: 2, problems: [sentence], comments: [sentence] });
  });

  test('a leg of a matrix that is missing is named, where GitHub lists its job', async () => {
    github.artifacts.splice(0);
    await measured({ jobId: 11, total: 2 });
    const job = { run: 5, attempt: 1, startedAt: '2026-01-01T00:00:00Z' };
    github.jobs.push({ ...job, id: 11, name: 'measure (nano33)', conclusion: 'success' });
    github.jobs.push({ ...job, id: 12, name: 'measure (pi4)', conclusion: 'cancelled' });
    const { comments, problems } = await report('5', opened(), {});
    const sentence = expect.stringContaining('never reported (measure (pi4) was cancelled); only nano33 did');
    expect({ comments, problems }).toEqual({ comments: [sentence], problems: [sentence] });
  });

  test('without `needs` nobody can know', async () => {
    expect(await report('5', opened(), {})).toMatchObject({ verdict: 'pass', problems: [], comments: [] });
  });

  test('is one in the comment that workflow_run writes, too', async () => {
    await report('5', opened(), { INPUT_NEEDS: needs('cancelled'), INPUT_COMMENT: 'never' });
    expect(github.comments).toEqual([]);
    const sentence = expect.stringContaining('The job “npu” was cancelled before it left a report');
    expect(await reportAfter()).toMatchObject({ verdict: 'error', problems: [sentence], comments: [sentence] });
  });

  test('nothing is uploaded about jobs that reported', async () => {
    await report('5', opened(), {
      INPUT_NEEDS: JSON.stringify({ measure: { result: 'success', outputs: {} } }),
      INPUT_COMMENT: 'never',
    });
    expect(github.artifacts.map(({ name }) => name)).not.toContainEqual(expect.stringMatching(/^silent-jobs/));
    expect(await reportAfter()).toMatchObject({ verdict: 'pass', problems: [] });
  });

  test.each([
    ['no archive', new Uint8Array([1, 2]), /not a readable archive/],
    ['another file', zipSync({ 'other.json': strToU8('{}') }), /holds no silent-jobs\.json of a permitted size/],
    [
      'words of its own',
      zipSync({
        'silent-jobs.json': strToU8(
          JSON.stringify({
            schemaVersion: 1,
            key: 'models',
            attempt: 1,
            silences: [{ jobs: [{ id: '@team <b>', result: 'failure' }], count: 1 }],
          }),
        ),
      }),
      /is not a list of jobs of this version/,
    ],
  ])('a list of jobs that is %s, as a stranger may upload one, is a problem', async (_name, archive, expected) => {
    github.artifacts.push({
      id: github.nextId++,
      name: 'silent-jobs-1-models',
      runId: '5',
      jobId: 'job',
      bytes: Buffer.from(archive),
      digest: `sha256:${createHash('sha256').update(archive).digest('hex')}`,
      contentType: 'application/zip',
      finalized: true,
    });
    expect(await reportAfter()).toMatchObject({ verdict: 'error', problems: [expect.stringMatching(expected)] });
  });
});
