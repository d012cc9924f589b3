import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { runCommandLine } from '../../src/commands/program.ts';
import { historyLineSchema } from '../../src/history/line.ts';
import { commit, git } from '../support/git-repository.ts';

const here = process.cwd();
const folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-history-'));
const repository = path.join(folder, 'repository');
const bare = path.join(folder, 'bare.git');
const configuration = 'version: 1\ntargets:\n  nano33: arduino-nano-33-ble\n  esp32: esp32-s3\n';
const model = (kind: string) => ({ 'models/a.tflite': { fixture: `${kind}/digits-int8.tflite` } });

beforeEach(() => {
  vi.stubEnv('EDGE_READY_CACHE', path.join(folder, 'cache'));
  process.chdir(repository);
});
afterEach(() => {
  process.chdir(here);
  vi.unstubAllEnvs();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function history(...args: readonly string[]) {
  let result = '';
  let note = '';
  const code = await runCommandLine(['history', ...args], {
    result: (text) => {
      result += text;
    },
    note: (text) => {
      note += `${text}\n`;
    },
    resultOptions: { width: 100 },
  });
  return { code, result, note };
}

beforeAll(async () => {
  git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', bare);
  git(folder, 'init', '--quiet', '--initial-branch=main', repository);
  git(repository, 'remote', 'add', 'origin', bare);
  commit(repository, 'Wide', { ...model('wider'), 'edge-ready.yml': { text: configuration } });
  git(repository, 'tag', 'v1');
  commit(repository, 'Narrow', model('base'));
});

describe('edge-ready history', () => {
  test('without a history says how to get one; nothing else than a history is named', async () => {
    expect(await history()).toMatchObject({
      code: 2,
      note: expect.stringContaining('has no branch edge-ready-history'),
    });
    expect(await history('--branch', '--upload-pack=x')).toMatchObject({ code: 2 });
    expect((await history('--branch', 'a..b')).note).toMatch(/can't name the history's branch/);
    expect((await history('--push')).note).toMatch(/--push goes with --record/);
  });

  test('records commits, each once, and prints what became of the numbers', async () => {
    expect((await history('--record', 'v1')).note).toMatch(
      /Recorded 2 of 2 measurements of [0-9a-f]{10} on edge-ready-history/,
    );
    const { code, result } = await history('--record');
    expect(code).toBe(0);
    expect(result).toMatch(
      /^models\/a\.tflite on esp32\nMetric +History +Now +Last moved by\nPeak RAM +█▁ +≈ 11\.0 KiB {2}[0-9a-f]{7} \d{4}-\d\d-\d\d 16\.7 KiB → 11\.0 KiB:\s+Narrow\n/,
    );
    expect((await history('--record')).note).toMatch(/Nothing of [0-9a-f]{10} is new/);
    expect(git(repository, 'rev-list', '--count', 'edge-ready-history')).toBe('2');
    expect(git(repository, 'status', '--porcelain')).toBe('');
  });

  test('lists the commits of a metric, chooses, begins at a tag, and prints lines as JSON', async () => {
    const { result } = await history('models/*', '--target', 'nano33', '--metric', 'flash');
    expect(result).toMatch(
      /^Flash of models\/a\.tflite on nano33\n {2}█▁\nCommit[^\n]*\n[0-9a-f]{7} {2}\S+ {2}Narrow +≈ 65\.1 KiB +−5\.1 KiB \(−7\.3 %\)\n[0-9a-f]{7} {2}\S+ {2}Wide +≈ 70\.2 KiB\n/,
    );
    expect((await history('--since', 'v1', '--target', 'nano33')).result).toMatch(/Since v1/);
    expect((await history('nothing/*')).result).toBe('Nothing is recorded of that.\n');
    expect((await history('--metric', 'peek-ram')).note).toMatch(
      /There is no metric "peek-ram"; did you mean "peak-ram"\?/,
    );
    expect((await history('--since', 'v9')).note).toMatch(/There is no commit "v9" in this clone/);
    const lines = z.array(historyLineSchema).parse(JSON.parse((await history('--json')).result));
    expect(lines.map(({ subject, target }) => `${subject} ${target}`).sort()).toEqual([
      'Narrow esp32',
      'Narrow nano33',
      'Wide esp32',
      'Wide nano33',
    ]);
  });

  test('writes the page', async () => {
    const page = path.join(folder, 'trend.html');
    await history('--html', page);
    expect(readFileSync(page, 'utf8')).toContain('"models/a.tflite"');
  });

  test('pushes to a remote, which has the same then', async () => {
    expect((await history('--record', '--push')).code).toBe(0);
    const files = git(bare, 'ls-tree', '--name-only', 'edge-ready-history').split('\n');
    expect(files).toEqual(['.nojekyll', expect.stringMatching(/^\d{4}-\d\d\.jsonl$/), 'index.html']);
    const { note } = await history('--record', '--push', path.join(folder, 'nowhere.git'));
    expect(note).toMatch(/The remote .*nowhere\.git can't be read: /);
  });

  test('a model that cannot be measured is told, and the others are recorded', async () => {
    commit(repository, 'Damaged', { 'models/b.tflite': { text: 'no model' } });
    const { code, note } = await history('--record');
    expect(code).toBe(2);
    expect(note).toMatch(/Not recorded: models\/b\.tflite on esp32: /);
  });
});
