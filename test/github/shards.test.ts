import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { readRunContext } from '../../src/github/context.ts';
import type { Leg } from '../../src/github/inputs.ts';
import { isOneOfMany, legName, modelsName, shardName } from '../../src/github/leg-name.ts';
import { missingLegs } from '../../src/github/missing-legs.ts';
import { parseShard, reportsOf, type Shard, shardBytesLimit } from '../../src/github/shard.ts';
import { downloadShards, uploadShard } from '../../src/github/shards.ts';
import { runtimeToken } from '../support/fake-github/artifact-service.ts';
import { type FakeGitHub, startFakeGitHub } from '../support/fake-github/server.ts';
import { reportExample } from './report-example.ts';

const leg = (target: string, index: number | null = 0, total: number | null = 2): Leg => ({
  job: 'measure',
  jobId: null,
  step: '',
  index,
  total,
  matrix: JSON.stringify({ target }),
});

function shard(target: string, changes: Partial<Shard> = {}): Shard {
  return {
    schemaVersion: 1,
    key: 'gate',
    leg: leg(target),
    run: { id: 1, attempt: 1 },
    report: reportExample([target]),
    ...changes,
  };
}

/** A leg of a reusable workflow: both calls give its job the same name. */
const called = (target: string, call: number, index: number): Shard =>
  shard(target, { leg: { ...leg(target, index), jobId: 10 * call + index } });

describe('missingLegs', () => {
  const cases: readonly (readonly [string, readonly Shard[], number, RegExp?])[] = [
    ['nobody', [], 1, /^No leg reported/],
    ['one of one', [shard('a', { leg: leg('a', 0, 1) })], 0],
    ['both of two', [shard('a', { leg: leg('a', 0) }), shard('b', { leg: leg('b', 1) })], 0],
    [
      'one of two',
      [shard('b', { leg: leg('b', 1) })],
      1,
      /^1 of 2 legs of the job “measure” never reported .* only b did\.$/,
    ],
    ['one of two, which gated twice', [shard('a'), shard('b')], 1, /1 of 2/],
    ['no matrix', [shard('a', { leg: { ...leg('a', null, null), matrix: '{}' } })], 0],
    [
      'a runner without indices, all there',
      [shard('a', { leg: leg('a', null) }), shard('b', { leg: leg('b', null) })],
      0,
    ],
    ['a runner without indices, one missing', [shard('a', { leg: leg('a', null) })], 1, /1 of 2/],
    [
      'a reusable workflow that is called twice',
      [called('a', 1, 0), called('a', 1, 1), called('a', 2, 0), called('a', 2, 1)],
      0,
    ],
    [
      'one of its calls short of a leg that the other has',
      [called('a', 1, 0), called('a', 2, 0), called('a', 2, 1)],
      1,
      /^1 of 4 legs/,
    ],
    [
      'two jobs, each short of one',
      [shard('a'), shard('b', { leg: { ...leg('b', 0, 3), job: 'other' } })],
      2,
      /2 of 3 legs of the job “other”/,
    ],
  ];
  test.each(cases.map(([name, shards, count, expected]) => ({ name, shards, count, expected })))(
    '$name',
    ({ shards, count, expected }) => {
      const sentences = missingLegs(shards);
      expect(sentences).toHaveLength(count);
      if (expected !== undefined) expect(sentences.join('\n')).toMatch(expected);
    },
  );

  test('an artifact that could not be read is a leg that did report', () => {
    expect(missingLegs([shard('a', { leg: leg('a', 0, 3) })], [], 1)).toEqual([expect.stringMatching(/^1 of 3 legs/)]);
    expect(missingLegs([shard('a')], [], 1)).toEqual([]);
    const other = shard('b', { leg: { ...leg('b', 0, 2), job: 'other' } });
    expect(missingLegs([shard('a'), other], [], 1)).toEqual([expect.stringMatching(/^1 of 2 legs of the job “other”/)]);
  });

  test.each<readonly [string, readonly (readonly [number, string, number, string | null])[], RegExp]>([
    [
      'who was cancelled and who ran out of time, in the last attempt',
      [
        [1, 'measure (a)', 1, 'success'],
        [2, 'measure (b)', 1, 'failure'],
        [3, 'measure (b)', 2, 'cancelled'],
        [4, 'measure (c, (x))', 2, 'timed_out'],
        [5, 'report', 2, null],
      ],
      /^2 of 3 legs .* never reported \(measure \(b\) was cancelled, measure \(c, \(x\)\) ran out of time\); only a did\.$/,
    ],
    [
      'nobody where GitHub lists others than are missing',
      [
        [1, 'measure (a)', 1, 'success'],
        [2, 'measure (b)', 1, 'failure'],
      ],
      /never reported \(they failed, were cancelled/,
    ],
    ['nobody where the one that reported is not known', [[9, 'measure (b)', 1, 'failure']], /\(they failed/],
    [
      'a leg of a reusable workflow, of its own caller',
      [
        [1, 'speech / measure (a)', 1, 'success'],
        [2, 'speech / measure (b)', 1, 'failure'],
        [3, 'speech / measure (c)', 1, null],
        [4, 'vision / measure (a)', 1, 'failure'],
      ],
      /\(speech \/ measure \(b\) failed, speech \/ measure \(c\) did not\)/,
    ],
  ])('names %s', (_name, listed, expected) => {
    const jobs = listed.map(([id, name, attempt, conclusion]) => ({ id, name, attempt, conclusion, startedAt: '' }));
    const reported = shard('a', { leg: { ...leg('a', 0, 3), jobId: 1 } });
    expect(missingLegs([reported], [], 0, jobs)).toEqual([expect.stringMatching(expected)]);
  });

  test('reports come in an order that does not depend on who was first', () => {
    const shards = [
      shard('c', { leg: leg('c', 10, 11) }),
      shard('a', { leg: leg('a', 2, 11) }),
      shard('b', { leg: leg('b', 0, 11) }),
    ];
    const names = reportsOf(shards).map(({ targets }) => targets[0]);
    expect(names).toEqual(['b', 'a', 'c']);
    expect(reportsOf([...shards].reverse()).map(({ targets }) => targets[0])).toEqual(names);
  });
});

describe('leg names', () => {
  test.each([
    [['nano33'], '{"target":"nano33"}', /^nano33$/],
    [['nano33'], '{}', /^nano33$/],
    [[], '{}', /^default$/],
    [['raspberry-pi-4/litert'], '{"target":"raspberry-pi-4/litert"}', /^raspberry-pi-4-litert-[0-9a-f]{8}$/],
    [['a', 'b'], '{}', /^a-b-[0-9a-f]{8}$/],
    [['nano33'], '{"target":"nano33","models":"a/**"}', /^nano33-[0-9a-f]{8}$/],
    [['../../x\n"<y>'], '{}', /^[A-Za-z0-9._-]+$/],
    [['x'.repeat(500)], '{}', /^x{60}-[0-9a-f]{8}$/],
  ])('%j in %s', (targets, matrix, expected) => {
    expect(legName(targets, matrix)).toMatch(expected);
  });

  test('different legs have different names', () => {
    const names = [
      shardName('k', ['a/b'], leg('a'), 1),
      shardName('k', ['a-b'], leg('a'), 1),
      shardName('k', ['a'], { ...leg('a'), matrix: '{"target":"a","models":"x"}' }, 1),
      shardName('k', ['a'], { ...leg('a'), matrix: '{"target":"a","models":"y"}' }, 1),
      shardName('k', ['a'], leg('a', 1), 1),
      shardName('k', ['a'], leg('a'), 1),
      shardName('k', ['a'], leg('a'), 2),
      shardName('k', ['a'], { ...leg('a'), jobId: 5 }, 1),
      shardName('k', ['a'], { ...leg('a'), jobId: 6 }, 1),
      shardName('k', ['a'], { ...leg('a'), step: '__gate_2' }, 1),
      modelsName('k', ['a'], '{}', 1),
      modelsName('k', ['a'], '{}', 2),
    ];
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([
    [0, 1, '{}', false],
    [0, 1, '{"target":"a"}', false],
    [1, 2, '{"target":"a"}', true],
    [null, null, '{"target":"a"}', true],
    [null, null, '{}', false],
  ])('index %s of %s with matrix %s: one of many is %s', (index, total, matrix, expected) => {
    expect(isOneOfMany({ ...leg('a', index, total), matrix })).toBe(expected);
  });
});

describe('parseShard', () => {
  test('takes what it wrote', () => {
    expect(parseShard(JSON.stringify(shard('a')), 'x')).toEqual(shard('a'));
  });
  test.each([
    ['not JSON', '{', /artifact x is not the JSON/],
    ['an unknown key', JSON.stringify({ ...shard('a'), extra: 1 }), /not a shard of this version/],
    [
      'an unknown key in the report',
      JSON.stringify({ ...shard('a'), report: { ...reportExample(['a']), html: '<b>' } }),
      /not a shard/,
    ],
    ['a key that is no name', JSON.stringify(shard('a', { key: 'a --> b' })), /not a shard/],
    ['an absurd leg', JSON.stringify(shard('a', { leg: { ...leg('a'), total: 1e9 } })), /not a shard/],
    ['prototype keys', '{"__proto__":{"schemaVersion":1}}', /not a shard/],
  ])('refuses %s', (_name, text, expected) => {
    expect(() => parseShard(text, 'x')).toThrow(expected);
  });
});

describe('shards through the artifact service', () => {
  let github: FakeGitHub;
  let temporary: string;
  const context = (environment: Readonly<Record<string, string>> = {}) =>
    readRunContext({
      GITHUB_REPOSITORY: 'acme/models',
      GITHUB_RUN_ID: '1',
      RUNNER_TEMP: temporary,
      GITHUB_API_URL: github.url,
      ...environment,
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
    temporary = mkdtempSync(path.join(os.tmpdir(), 'edge-ready-test-'));
    vi.stubEnv('ACTIONS_RESULTS_URL', github.url);
    vi.stubEnv('ACTIONS_RUNTIME_TOKEN', runtimeToken('1', 'job'));
    vi.stubEnv('GITHUB_API_URL', github.url);
    vi.stubEnv('GITHUB_SERVER_URL', 'https://github.com');
    // The client tells its progress on stdout.
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    rmSync(temporary, { recursive: true });
  });

  const upload = (target: string, index: number, key = 'gate') =>
    uploadShard(
      {
        key,
        leg: leg(target, index),
        report: reportExample([target]),
        artifactsFolder: path.join(temporary, 'models'),
      },
      context(),
    );

  test('a report that the report job would not read is not uploaded, and the leg says what to do', async () => {
    const report = { ...reportExample(['a']), notes: ['x'.repeat(shardBytesLimit)] };
    const result = { key: 'gate', leg: leg('a'), report, artifactsFolder: path.join(temporary, 'models') };
    expect(await uploadShard(result, context())).toEqual([expect.stringMatching(/64 MiB .*leg of its own/)]);
    expect(github.artifacts).toEqual([]);
  });

  /** Puts an artifact there that no gate made. */
  function plant(name: string, archive: Uint8Array): void {
    github.artifacts.push({
      id: github.nextId++,
      name,
      runId: '1',
      jobId: 'job',
      bytes: Buffer.from(archive),
      digest: undefined,
      contentType: 'application/zip',
      finalized: true,
    });
  }

  test('what legs upload, the report job reads', async () => {
    expect(await upload('a', 0)).toEqual([]);
    expect(await upload('b', 1)).toEqual([]);
    const { shards, problems } = await downloadShards('gate', context());
    expect(problems).toEqual([]);
    expect(shards.map(({ report }) => report.targets[0]).sort()).toEqual(['a', 'b']);
    expect(missingLegs(shards)).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('optimised models are an artifact of their own, which the report job does not load', async () => {
    mkdirSync(path.join(temporary, 'models', 'deep'), { recursive: true });
    writeFileSync(path.join(temporary, 'models', 'deep', 'kws.tflite'), 'model');
    expect(await upload('a', 0)).toEqual([]);
    expect(github.artifacts.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^edge-ready-gate-a-[0-9a-f]{8}$/),
      'optimised-models-gate-a',
    ]);
    expect(Object.keys(unzipSync(github.artifacts[1]?.bytes ?? new Uint8Array()))).toEqual(['deep/kws.tflite']);
    expect((await downloadShards('gate', context())).shards).toHaveLength(1);
  });

  test('keys keep apart, also when one begins with the other', async () => {
    await upload('a', 0, 'gate');
    await upload('a', 0, 'gate-two');
    const { shards, problems } = await downloadShards('gate', context());
    expect([shards.map(({ key }) => key), problems]).toEqual([['gate'], []]);
  });

  test('of a re-run leg the newest counts', async () => {
    for (const verdict of ['fail', 'pass'] as const)
      plant(
        'edge-ready-gate-a',
        zipSync({ 'shard.json': strToU8(JSON.stringify(shard('a', { report: reportExample(['a'], { verdict }) }))) }),
      );
    const { shards } = await downloadShards('gate', context());
    expect(shards.map(({ report }) => report.verdict)).toEqual(['pass']);
  });

  test.each([
    ['no archive', new Uint8Array([1, 2, 3]), /not a readable archive/],
    ['without a shard', zipSync({ 'other.json': strToU8('{}') }), /holds no shard\.json/],
    ['a shard that is not one', zipSync({ 'shard.json': strToU8('{}') }), /not a shard/],
    ['a path out of it', zipSync({ '../../shard.json': strToU8('{}') }), /holds no shard\.json/],
  ])('an artifact that is %s is a problem, and the others are read', async (_name, archive, expected) => {
    await upload('a', 0);
    plant('edge-ready-gate-b', archive);
    const { shards, problems } = await downloadShards('gate', context());
    expect(shards).toHaveLength(1);
    expect(problems).toEqual([expect.stringMatching(expected)]);
  });

  test('two jobs that look the same, on a runner that gives no ids, both report', async () => {
    mkdirSync(path.join(temporary, 'models'), { recursive: true });
    writeFileSync(path.join(temporary, 'models', 'kws.tflite'), 'model');
    expect([await upload('a', 0), await upload('a', 0)]).toEqual([[], []]);
    expect(new Set(github.artifacts.map(({ name }) => name)).size).toBe(4);
    expect((await downloadShards('gate', context())).shards).toHaveLength(2);
  });

  test('a runner without artifacts is one sentence', async () => {
    vi.stubEnv('ACTIONS_RUNTIME_TOKEN', '');
    expect(await upload('a', 0)).toEqual([expect.stringMatching(/no artifact service; set `upload: false`\.$/)]);
    const { shards, problems } = await downloadShards('gate', context());
    expect(shards).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(/^The gate could not list the legs' reports: /)]);
  });

  test('a report job of another run reads through the REST interface', async () => {
    await upload('a', 0);
    const other = { owner: 'acme', repo: 'models', runId: 1, token: github.token };
    const { shards, problems } = await downloadShards('gate', context({ GITHUB_RUN_ID: '2' }), other);
    expect([shards.length, problems]).toEqual([1, []]);
    expect(github.requests.map(({ path: asked }) => asked)).toContain('/repos/acme/models/actions/runs/1/artifacts');
  });
});
