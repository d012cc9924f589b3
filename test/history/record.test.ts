import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openRepository } from '../../src/changes/repository.ts';
import { UserError } from '../../src/errors.ts';
import { type HistoryFiles, readHistory } from '../../src/history/files.ts';
import { gitStore, readLocalHistory } from '../../src/history/git-store.ts';
import { type HistoryLine, keyOf } from '../../src/history/line.ts';
import { type HistoryStore, recordLines } from '../../src/history/record.ts';
import { clone, commit, newRepository, run, temporaryFolder } from '../changes/git-fixture.ts';
import { commitId, historyLine } from './lines.ts';

const branch = 'edge-ready-history';
const patient = { message: 'Measured', page: () => '<!doctype html>', pause: async () => {} };
const keys = (files: HistoryFiles | undefined) =>
  readHistory(files ?? new Map())
    .lines.map(keyOf)
    .sort();

/** A store in memory whose every step waits for its turn. */
function memoryStore(scheduler: fc.Scheduler): HistoryStore & { readonly files: () => HistoryFiles } {
  let tip = 0;
  let files: HistoryFiles = new Map();
  const turn = () => scheduler.schedule(Promise.resolve());
  return {
    branch,
    files: () => files,
    read: async () => {
      await turn();
      return { tip: `${tip}`, names: [...files.keys()], files };
    },
    write: async (state, changed) => {
      await turn();
      if (state.tip !== `${tip}`) return false;
      tip += 1;
      files = new Map([...files, ...changed]);
      return true;
    },
  };
}

test('whatever the order in which several record at once, no line is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 5 }), fc.scheduler(), async (count, scheduler) => {
      const store = memoryStore(scheduler);
      const lines = Array.from({ length: count }, (_, index) => historyLine({ commit: commitId(index) }));
      await scheduler.waitFor(
        Promise.all(lines.map((line) => recordLines(store, { ...patient, lines: () => [line] }))),
      );
      expect(keys(store.files())).toEqual(lines.map(keyOf).sort());
    }),
    { numRuns: 50 },
  );
});

test('a branch that keeps moving ends in an error, not in a loop', async () => {
  const store: HistoryStore = {
    branch,
    read: async () => ({ tip: 'a', names: [], files: new Map() }),
    write: async () => false,
  };
  await expect(recordLines(store, { ...patient, lines: () => [historyLine()] })).rejects.toThrow(/20 times in a row/);
});

describe('a history in git', () => {
  const record = async (folder: string, lines: readonly HistoryLine[], remote?: string) =>
    recordLines(gitStore(await openRepository(folder), branch, remote), { ...patient, lines: () => lines });

  test('is an orphan branch with a month file and the page; the work tree and the other branches stay as they are', async () => {
    const folder = newRepository();
    const head = commit(folder, { 'a.txt': 'a' });
    expect(await record(folder, [historyLine()])).toEqual({ lines: 1, attempts: 1 });
    expect(await record(folder, [historyLine({ commit: commitId(1) })])).toEqual({ lines: 1, attempts: 1 });
    expect(await record(folder, [historyLine()])).toEqual({ lines: 0, attempts: 1 });
    expect(run(folder, 'ls-tree', '--name-only', branch).split('\n')).toEqual([
      '.nojekyll',
      '2025-10.jsonl',
      'index.html',
    ]);
    expect(run(folder, 'rev-list', '--count', branch)).toBe('2');
    expect(run(folder, 'merge-base', '--is-ancestor', `${branch}~1`, branch)).toBe('');
    expect(() => run(folder, 'merge-base', head, branch)).toThrow();
    expect(run(folder, 'status', '--porcelain')).toBe('');
    expect(run(folder, 'rev-parse', 'HEAD')).toBe(head);
  });

  test("somebody's own branch is refused", async () => {
    const folder = newRepository();
    commit(folder, { 'src/main.c': '' });
    const store = gitStore(await openRepository(folder), 'main');
    await expect(recordLines(store, { ...patient, lines: () => [historyLine()] })).rejects.toThrow(UserError);
    expect(run(folder, 'rev-list', '--count', 'main')).toBe('1');
  });

  test('goes to a remote by a push that loses nothing of what came there meanwhile', async () => {
    const bare = temporaryFolder();
    run(bare, 'init', '--quiet', '--bare', '--initial-branch=main');
    const seed = newRepository();
    commit(seed, { 'a.txt': 'a' });
    run(seed, 'push', '--quiet', bare, 'main');
    const [one, other] = [clone(bare), clone(bare)];
    const lines = Array.from({ length: 4 }, (_, index) => historyLine({ commit: commitId(index) }));
    const parts = [lines.slice(0, 1), lines.slice(1, 2), lines.slice(2, 3), lines.slice(3)];
    await Promise.all(parts.map((part, index) => record(index % 2 === 0 ? one : other, part, 'origin')));
    expect(keys(await readLocalHistory(await openRepository(bare), branch))).toEqual(lines.map(keyOf).sort());
    // A clone that has only fetched it goes on from there.
    run(one, 'fetch', '--quiet', 'origin', `+refs/heads/${branch}:refs/remotes/origin/${branch}`);
    await record(one, [historyLine({ commit: commitId(9) })]);
    expect(keys(await readLocalHistory(await openRepository(one), branch))).toHaveLength(5);
  });

  test('two processes that append to one bare repository at once lose nothing', async () => {
    const bare = temporaryFolder();
    run(bare, 'init', '--quiet', '--bare', '--initial-branch=main');
    const program = 'test/history/append-program.ts';
    const appending = (first: number) =>
      promisify(execFile)('node', ['scripts/run-ts.mjs', program, bare, branch, `${first}`, '6']);
    await Promise.all([appending(0), appending(100)]);
    const expected = [0, 100].flatMap((first) => Array.from({ length: 6 }, (_, index) => commitId(first + index)));
    const { lines } = readHistory((await readLocalHistory(await openRepository(bare), branch)) ?? new Map());
    expect(lines.map((line) => line.commit).sort()).toEqual(expected.sort());
    expect(run(bare, 'rev-list', '--count', branch)).toBe('12');
  });
});
