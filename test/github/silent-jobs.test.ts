import { describe, expect, test, vi } from 'vitest';
import { readRunContext } from '../../src/github/context.ts';
import { readReportInputs } from '../../src/github/inputs.ts';
import { mergeShards } from '../../src/github/merge-shards.ts';
import type { NeededJob } from '../../src/github/needs-context.ts';
import type { Shard } from '../../src/github/shard.ts';
import { silenceSentence, silentJobs } from '../../src/github/silent-jobs.ts';
import { reportExample } from './report-example.ts';

let lastId = 0;
const shard = (job: string, jobId: number | null = ++lastId): Shard => ({
  schemaVersion: 1,
  key: 'gate',
  leg: { job, jobId, step: '', index: 0, total: 1, matrix: '{}' },
  run: { id: 1, attempt: 1 },
  report: reportExample([job]),
});
const need = (id: string, result: NeededJob['result'] = 'failure'): NeededJob => ({ id, result });
const listed = (names: Readonly<Record<number, string>>) =>
  Object.entries(names).map(([id, name]) => ({
    id: Number(id),
    name,
    attempt: 1,
    startedAt: '2026-01-01T00:00:00Z',
    conclusion: null,
  }));

interface Case {
  readonly name: string;
  readonly needs: readonly NeededJob[];
  readonly shards: readonly Shard[];
  /** By the id of the leg's job. */
  readonly jobs?: Readonly<Record<number, string>>;
  /** Names of silent jobs, and how many of them. */
  readonly silent: readonly string[];
}

const cases: readonly Case[] = [
  { name: 'no `needs`', needs: [], shards: [shard('measure')], silent: [] },
  {
    name: 'every job reported',
    needs: [need('measure'), need('npu', 'success')],
    shards: [shard('npu'), shard('measure')],
    silent: [],
  },
  {
    name: 'a job that died beside one that reported',
    needs: [need('measure', 'success'), need('npu')],
    shards: [shard('measure')],
    silent: ['npu: 1'],
  },
  {
    name: 'two that were cancelled and skipped',
    needs: [need('a', 'cancelled'), need('b', 'skipped'), need('c')],
    shards: [shard('c')],
    silent: ['a: 1', 'b: 1'],
  },
  {
    name: 'one that ended well without a report',
    needs: [need('measure'), need('build', 'success')],
    shards: [shard('measure')],
    silent: ['build: 1'],
  },
  { name: 'nobody reported', needs: [need('measure'), need('npu')], shards: [], silent: ['measure: 1', 'npu: 1'] },
  {
    name: 'a reusable workflow called by two jobs, both reported',
    needs: [need('speech'), need('vision')],
    shards: [shard('measure', 101), shard('measure', 102)],
    jobs: { 101: 'speech / measure (a)', 102: 'vision / measure (a)' },
    silent: [],
  },
  {
    name: 'of two calls one is silent',
    needs: [need('speech'), need('vision')],
    shards: [shard('measure', 101), shard('measure', 103)],
    jobs: { 101: 'speech / measure (a)', 102: 'vision / measure (a)', 103: 'speech / measure (b)' },
    silent: ['vision: 1'],
  },
  {
    name: 'a job of the called workflow has the name of another needed job',
    needs: [need('measure'), need('npu')],
    shards: [shard('measure', 101)],
    jobs: { 101: 'npu / measure (a)' },
    silent: [],
  },
  {
    name: 'a caller with a matrix',
    needs: [need('speech'), need('vision')],
    shards: [shard('measure', 101), shard('measure', 102)],
    jobs: { 101: 'speech (a) / measure', 102: 'speech (b) / measure' },
    silent: ['vision: 1'],
  },
  {
    name: 'callers with names of their own: as many as reported',
    needs: [need('speech'), need('vision')],
    shards: [shard('measure', 101), shard('measure', 102)],
    jobs: { 101: 'Models that hear / measure', 102: 'Models that see / measure' },
    silent: [],
  },
  {
    name: 'callers with names of their own: one is missing',
    needs: [need('speech'), need('vision')],
    shards: [shard('measure', 101)],
    jobs: { 101: 'Models that hear / measure' },
    silent: ['speech vision: 1'],
  },
  {
    name: 'a call beside a job of its own that died',
    needs: [need('speech'), need('npu')],
    shards: [shard('measure', 101)],
    jobs: { 101: 'speech / measure', 102: 'npu' },
    silent: ['npu: 1'],
  },
  {
    name: 'a call on a runner that gives no ids',
    needs: [need('speech'), need('vision')],
    shards: [shard('measure', null)],
    jobs: { 101: 'speech / measure' },
    silent: ['speech vision: null'],
  },
];

describe('jobs of which no leg reported', () => {
  test.each(cases)('$name', async ({ needs, shards, jobs = {}, silent }) => {
    const { silences, problems } = await silentJobs(needs, { shards, problems: [] }, async () => listed(jobs));
    expect(silences.map(({ jobs, count }) => `${jobs.map(({ id }) => id).join(' ')}: ${count}`)).toEqual(silent);
    expect(problems).toEqual([]);
    const sentences = silences.map((silence) => silenceSentence(silence, 'gate'));
    expect(sentences.every((sentence) => /\.$/.test(sentence))).toBe(true);
    const merged = mergeShards({ shards, problems: [] }, readRunContext({}), sentences);
    expect(merged.verdict).toBe(silent.length === 0 ? 'pass' : 'error');
    // Beside them nothing else is said: not that no leg at all reported, either.
    expect(merged.problems).toEqual(sentences);
  });

  test('nobody is asked where nothing seems to be missing, or nothing is there at all', async () => {
    const listJobs = vi.fn(async () => []);
    await silentJobs([need('measure')], { shards: [shard('measure')], problems: [] }, listJobs);
    await silentJobs([need('measure')], { shards: [], problems: [] }, listJobs);
    expect(listJobs).not.toHaveBeenCalled();
  });

  test('where GitHub does not tell, jobs of this file are still told apart, callers are not', async () => {
    const refuses = async () => {
      throw Object.assign(new Error('Resource not accessible by integration'), { status: 403, name: 'HttpError' });
    };
    const own = await silentJobs([need('measure'), need('npu')], { shards: [shard('measure')], problems: [] }, refuses);
    expect(own).toEqual({ silences: [{ jobs: [need('npu')], count: 1 }], problems: [] });
    const called = await silentJobs(
      [need('speech'), need('vision')],
      { shards: [shard('measure')], problems: [] },
      refuses,
    );
    expect(called.silences).toEqual([{ jobs: [need('speech'), need('vision')], count: null }]);
    expect(called.problems).toEqual([expect.stringMatching(/add `actions: read` to the job's `permissions:`/)]);
  });

  test('what could not be read may be theirs', async () => {
    const downloaded = { shards: [], unread: 1, problems: ['The artifact x is damaged.'] };
    expect(await silentJobs([need('npu')], downloaded, async () => [])).toEqual({ silences: [], problems: [] });
  });

  test.each([
    ['failure', /^The job “npu” failed and left no report with the key “gate”; see its log\.$/],
    ['cancelled', /^The job “npu” was cancelled before .* run it again\.$/],
    ['skipped', /^The job “npu” was skipped.* does not belong among the `needs`/],
    ['success', /^The job “npu” left no report .* upload: false or another key/],
  ] as const)('%s has its own sentence', (result, expected) => {
    expect(silenceSentence({ jobs: [need('npu', result)], count: 1 }, 'gate')).toMatch(expected);
  });
});

test('a sentence about as many jobs as a stranger may name is no longer than a report takes', () => {
  const jobs = Array.from({ length: 256 }, (_, index) => need(`${'j'.repeat(190)}${index}`));
  for (const count of [null, 7, 256]) expect(silenceSentence({ jobs, count }, 'gate').length).toBe(2000);
});

describe('the input `needs`', () => {
  const read = (text: string) => readReportInputs({ INPUT_NEEDS: text }).needs;

  test('is the context as GitHub gives it, without the outputs', () => {
    const context = {
      measure: { result: 'failure', outputs: {} },
      'npu-2': { result: 'skipped', outputs: { secret: 'x' } },
    };
    expect(read(JSON.stringify(context, undefined, 2))).toEqual([need('measure'), need('npu-2', 'skipped')]);
  });
  test.each(['', '{}', 'null'])('%j is no job', (text) => {
    expect(read(text)).toEqual([]);
  });
  test.each(['measure', '[]', '"x"', '{"a":1}', '{"a":{"result":"maybe"}}', '{"a b":{"result":"success"}}', '{"a":'])(
    '%s is refused in a sentence that says what belongs there',
    (text) => {
      expect(() => read(text)).toThrow(/^Input `needs` must be `\$\{\{ toJSON\(needs\) \}\}`\.$/);
    },
  );
});
