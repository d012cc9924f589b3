import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runGate } from '../src/gate.ts';
import { parseShard, shardBytesLimit } from '../src/github/shard.ts';
import { annotationsOf } from '../src/report/annotations.ts';
import { renderComment } from '../src/report/comment.ts';
import type { GateReport } from '../src/report/report-schema.ts';
import { renderSummary } from '../src/report/summary.ts';
import { commit, type Files, git } from './support/git-repository.ts';

const counts = { compared: 250, new: 100, removed: 100, renamed: 50 } as const;
const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
const hasShell = process.platform !== 'win32';

let folder = '';
let report: GateReport;
let calls: readonly string[] = [];
const searchPath = process.env.PATH;

/** Files that are no models, none like another; `kind` names them. */
function files(kind: string, count: number, version: number): Files {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `models/${kind}/${index}.tflite`,
      { text: `${kind} ${index} ${version}\n`.repeat(20) },
    ]),
  );
}

/** A `git` on the PATH that writes down how it is called. */
function watchGit(): () => readonly string[] {
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const log = path.join(folder, 'calls');
  const watched = path.join(folder, 'git');
  writeFileSync(log, '');
  writeFileSync(watched, `#!/bin/sh\necho "$*" >> '${log}'\nexec '${real}' "$@"\n`);
  chmodSync(watched, 0o755);
  process.env.PATH = `${folder}${path.delimiter}${searchPath ?? ''}`;
  return () => readFileSync(log, 'utf8').trim().split('\n');
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-many-'));
  const directory = path.join(folder, 'repository');
  git(folder, 'init', '--quiet', '--initial-branch=main', directory);
  const same = files('renamed', counts.renamed, 0);
  commit(directory, 'base', {
    ...files('compared', counts.compared, 0),
    ...files('removed', counts.removed, 0),
    ...same,
    'README.md': { text: 'Models\n' },
  });
  git(directory, 'checkout', '--quiet', '-b', 'change');
  git(directory, 'rm', '-r', '--quiet', 'models/removed');
  git(directory, 'mv', 'models/renamed', 'models/moved');
  commit(directory, 'head', { ...files('compared', counts.compared, 1), ...files('new', counts.new, 1) });
  const called = hasShell ? watchGit() : () => [];
  ({ report } = await runGate({ directory, base: 'main', targets: ['nucleo-l4r5zi'], log: () => {} }));
  calls = called();
});
afterAll(() => {
  process.env.PATH = searchPath;
  rmSync(folder, { recursive: true, force: true });
});

test('each of 500 changed models is in the report, as what it is', () => {
  const states = report.comparisons.map(({ state }) => state);
  const counted = Object.keys(counts).map((state) => [state, states.filter((each) => each === state).length]);
  expect(Object.fromEntries(counted)).toEqual(counts);
  expect(new Set(report.comparisons.map(({ model }) => model)).size).toBe(total);
  const unjudged = report.comparisons.filter(({ problems }) => problems.length > 0);
  expect(unjudged).toHaveLength(total - counts.removed);
  for (const { model, problems } of unjudged) expect(problems.join()).toContain(model);
});

test.skipIf(!hasShell)('the number of git processes does not grow with the number of models', () => {
  expect(calls.some((call) => call.includes('cat-file --batch'))).toBe(true);
  expect(calls.length, calls.join('\n')).toBeLessThan(30);
});

test('what people and jobs are given stays within the limits, and says how many there are', () => {
  const comment = renderComment(report, { marker: '<!-- marker -->' });
  expect(comment.length).toBeLessThanOrEqual(60_000);
  // The first is named.
  expect(comment).toContain(`${total - counts.removed - 1} more`);
  expect(Buffer.byteLength(renderSummary(report, {}))).toBeLessThanOrEqual(900 * 1024);
  expect(annotationsOf(report).length).toBeLessThanOrEqual(10);
  const leg = { job: 'measure', index: 0, total: 1, matrix: 'null', jobId: null, step: 'gate' };
  const shard = JSON.stringify({ schemaVersion: 1, key: 'models', leg, run: { id: 1, attempt: 1 }, report });
  expect(shard.length).toBeLessThan(shardBytesLimit);
  expect(parseShard(shard, 'the shard').report).toEqual(report);
});
