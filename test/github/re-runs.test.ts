import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { readRunContext } from '../../src/github/context.ts';
import { currentShards } from '../../src/github/current-shards.ts';
import type { Leg } from '../../src/github/inputs.ts';
import { mergeShards } from '../../src/github/merge-shards.ts';
import { jobsOfMeasuringRun } from '../../src/github/other-run.ts';
import type { RunJob } from '../../src/github/run-jobs.ts';
import type { Shard } from '../../src/github/shard.ts';
import { downloadShards, uploadShard } from '../../src/github/shards.ts';
import type { GateReport } from '../../src/report/report-schema.ts';
import { runtimeToken } from '../support/fake-github/artifact-service.ts';
import { type FakeGitHub, startFakeGitHub } from '../support/fake-github/server.ts';
import { reportExample } from './report-example.ts';

/** A leg that ran as job `jobId` in `attempt`: `a` is leg 0 of two, `b` leg 1. */
const shard = (target: 'a' | 'b', attempt: number, jobId: number | null, changes: Partial<Leg> = {}): Shard => ({
  schemaVersion: 1,
  key: 'gate',
  leg: {
    job: 'measure',
    jobId,
    step: '__gate',
    index: target === 'a' ? 0 : 1,
    total: 2,
    matrix: JSON.stringify({ target }),
    ...changes,
  },
  run: { id: 1, attempt },
  report: reportExample([target], { notes: [`${target} in attempt ${attempt}`] }),
});
const job = (id: number, name: string, attempt: number, startedAt = `2026-01-01T0${attempt}:00:00Z`): RunJob => ({
  id,
  name,
  attempt,
  startedAt,
  conclusion: 'success',
});

const [a1, b1] = [shard('a', 1, 11), shard('b', 1, 12)];
const first = [job(11, 'measure (a)', 1), job(12, 'measure (b)', 1)];
const again = job(21, 'measure (a)', 2);
/** As GitHub may list a job that the re-run passed over: anew, with the times of when it ran. */
const copied = job(22, 'measure (b)', 2, first[1]?.startedAt);

interface Case {
  readonly name: string;
  readonly shards: readonly Shard[];
  readonly jobs: readonly RunJob[];
  readonly attempt?: number;
  /** Targets and attempts that hold. */
  readonly holds: readonly string[];
  readonly problems?: readonly RegExp[];
}

const cases: readonly Case[] = [
  { name: 'a first attempt', shards: [a1, b1], jobs: [], attempt: 1, holds: ['a1', 'b1'] },
  { name: 'only the report ran again', shards: [a1, b1], jobs: first, holds: ['a1', 'b1'] },
  {
    name: 'the failed leg ran again',
    shards: [a1, b1, shard('a', 2, 21)],
    jobs: [...first, again],
    holds: ['b1', 'a2'],
  },
  {
    name: 'the failed leg ran again, the other is listed anew',
    shards: [a1, b1, shard('a', 2, 21)],
    jobs: [...first, again, copied],
    holds: ['b1', 'a2'],
  },
  {
    name: 'the leg that ran again died',
    shards: [a1, b1],
    jobs: [...first, again],
    holds: ['b1'],
    problems: [/^The leg for a \(job “measure”\) ran again and never reported .* attempt 1 is left out\.$/],
  },
  {
    name: 'it died in its third attempt',
    shards: [a1, b1, shard('a', 2, 21)],
    jobs: [...first, again, job(31, 'measure (a)', 3)],
    attempt: 3,
    holds: ['b1'],
    problems: [/^The leg for a .* attempt 2 is left out/],
  },
  {
    name: 'the second of two gates in a job died',
    shards: [a1, shard('a', 1, 11, { step: '__gate_2' }), b1, shard('a', 2, 21)],
    jobs: [...first, again],
    holds: ['b1', 'a2'],
    problems: [/^The leg for a .* attempt 1 is left out/],
  },
  {
    name: 'all ran again',
    shards: [a1, b1, shard('a', 2, 21), shard('b', 2, 22)],
    jobs: [...first, again, job(22, 'measure (b)', 2)],
    holds: ['a2', 'b2'],
  },
  {
    name: 'one of two calls of a reusable workflow ran again and died',
    shards: [shard('a', 1, 11, { total: 1 }), shard('a', 1, 12, { total: 1 })],
    jobs: [job(11, 'speech / measure', 1), job(12, 'vision / measure', 1), job(21, 'vision / measure', 2)],
    holds: ['a1'],
    problems: [/ran again and never reported/],
  },
  {
    name: 'a runner that gives no ids: a newer report of the same leg replaces the older',
    shards: [shard('a', 1, null), shard('a', 2, null), shard('b', 2, null)],
    jobs: first,
    holds: ['a2', 'b2'],
  },
  {
    name: 'a runner that gives no ids: what can not be told is left out',
    shards: [shard('a', 2, null), shard('b', 1, null)],
    jobs: first,
    holds: ['a2'],
    problems: [
      /^Whether the leg for b \(job “measure”\) ran again after attempt 1 can't be told .* re-run all jobs\.$/,
    ],
  },
];

describe('which shards hold in a re-run', () => {
  test.each(cases)('$name', async ({ shards, jobs, attempt = 2, holds, problems = [] }) => {
    const current = await currentShards({ shards, problems: [] }, attempt, async () => jobs);
    expect(current.shards.map(({ report, run }) => `${report.targets[0]}${run.attempt}`)).toEqual(holds);
    expect(current.problems).toEqual(problems.map((expected) => expect.stringMatching(expected)));
    const merged = mergeShards(current, readRunContext({}));
    expect(merged.verdict).toBe(problems.length === 0 ? 'pass' : 'error');
    // A leg that was left out has its one sentence, not another one that it never reported.
    expect(merged.problems).toHaveLength(problems.length);
    expect(merged.notes.map((note) => note.replace(' in attempt ', '')).sort()).toEqual([...new Set(holds)].sort());
  });

  test('nobody is asked where there is nothing older', async () => {
    const listJobs = vi.fn(async () => first);
    await currentShards({ shards: [shard('a', 2, 21)], problems: [] }, 2, listJobs);
    expect(listJobs).not.toHaveBeenCalled();
  });
});

describe('a re-run from end to end', () => {
  let github: FakeGitHub;
  let temporary: string;
  const context = (attempt: number) =>
    readRunContext({
      GITHUB_REPOSITORY: 'acme/models',
      GITHUB_RUN_ID: '1',
      GITHUB_RUN_ATTEMPT: String(attempt),
      RUNNER_TEMP: temporary,
      GITHUB_API_URL: github.url,
    });

  // One server for all: the toolkit reads GITHUB_API_URL once, when it is loaded.
  beforeAll(async () => {
    github = await startFakeGitHub();
  });
  afterAll(async () => {
    await github.close();
  });
  beforeEach(() => {
    github.artifacts.splice(0);
    github.jobs.splice(0);
    github.faults.splice(0);
    temporary = mkdtempSync(path.join(os.tmpdir(), 'edge-ready-test-'));
    vi.stubEnv('ACTIONS_RESULTS_URL', github.url);
    vi.stubEnv('ACTIONS_RUNTIME_TOKEN', runtimeToken('1', 'job'));
    vi.stubEnv('GITHUB_API_URL', github.url);
    vi.stubEnv('GITHUB_SERVER_URL', 'https://github.com');
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    rmSync(temporary, { recursive: true });
  });

  /** A leg runs as a job that GitHub lists, and uploads, unless it dies first. */
  async function leg(target: 'a' | 'b', attempt: number, dies = false): Promise<void> {
    const id = github.nextId++;
    github.jobs.push({
      id,
      run: 1,
      attempt,
      name: `measure (${target})`,
      startedAt: `2026-01-01T0${attempt}:00:00Z`,
      conclusion: dies ? 'failure' : 'success',
    });
    if (dies) return;
    const { leg: place, report } = shard(target, attempt, id);
    const artifactsFolder = path.join(temporary, 'none');
    expect(await uploadShard({ key: 'gate', leg: place, report, artifactsFolder }, context(attempt))).toEqual([]);
  }
  async function report(attempt: number): Promise<GateReport> {
    const patience = { waitUnit: 1, throttled: false };
    const listJobs = () => jobsOfMeasuringRun(context(attempt), github.token, patience);
    const current = await currentShards(await downloadShards('gate', context(attempt)), attempt, listJobs);
    return mergeShards(current, context(attempt));
  }

  test('a leg that is re-run uploads again, and its new result counts', async () => {
    await leg('a', 1);
    await leg('b', 1);
    await leg('a', 2);
    expect(await report(2)).toMatchObject({ verdict: 'pass', notes: ['a in attempt 2', 'b in attempt 1'] });
  });

  test('one that dies in its second attempt is not represented by its first', async () => {
    await leg('a', 1);
    await leg('b', 1);
    await leg('a', 2, true);
    expect(await report(2)).toMatchObject({
      verdict: 'error',
      notes: ['b in attempt 1'],
      problems: [expect.stringMatching(/^The leg for a .* ran again and never reported/)],
    });
  });

  test.each([
    [403, 'Resource not accessible by integration', /add `actions: read` to the job's `permissions:`/],
    [500, 'oops', /answered 500 several times/],
  ])(
    'where the jobs can not be listed (%i), one sentence says what to do, and nothing old is shown',
    async (status, message, expected) => {
      await leg('a', 1);
      await leg('b', 1);
      await leg('a', 2);
      github.faults.push({ method: 'GET', path: /\/runs\/1\/jobs$/, times: 9, status, message });
      const merged = await report(2);
      expect(merged).toMatchObject({ verdict: 'error', notes: ['a in attempt 2'] });
      expect(merged.problems).toEqual([expect.stringMatching(expected)]);
    },
  );
});
