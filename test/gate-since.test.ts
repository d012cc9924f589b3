import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gateVersion } from '../src/basics/version.ts';
import { commitDetails } from '../src/changes/commit-details.ts';
import { openRepository } from '../src/changes/repository.ts';
import { runGate } from '../src/gate.ts';
import { gitStore } from '../src/history/git-store.ts';
import type { HistoryLine } from '../src/history/line.ts';
import { lineOf } from '../src/history/line-of-commit.ts';
import { recordLines } from '../src/history/record.ts';
import type { Comparison } from '../src/judge/comparison.ts';
import { gateReportSchema } from '../src/report/report-schema.ts';
import { commit, git } from './support/git-repository.ts';

const configuration = (since: string) => `version: 1
targets:
  mcu: { board: arduino-nano-33-ble }
budgets:
  - { models: models/*, flash: { max-increase: 2% since ${since} } }
`;
const model = (kind: string) => ({ 'models/a.tflite': { fixture: `${kind}/digits-int8.tflite` } });

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-since-'));
  git(directory, 'init', '--quiet', '--initial-branch=main');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A release with a narrow model, a main branch that is wide already, and a change that leaves it there. */
function release(since: string): string {
  const tagged = commit(directory, 'release', { ...model('base'), 'edge-ready.yml': { text: configuration(since) } });
  git(directory, 'tag', '--annotate', '--message=x', 'v1.2.0');
  commit(directory, 'wider', { ...model('wider') });
  git(directory, 'checkout', '--quiet', '-b', 'change');
  commit(directory, 'retrained', { ...model('worse') });
  return tagged;
}

async function check(): Promise<{ readonly only: Comparison; readonly message: string; readonly measured: number }> {
  const { report, counts } = await runGate({ directory, base: 'main', targets: [], log: () => {} });
  expect(gateReportSchema.safeParse(report).error).toBeUndefined();
  const [only] = report.comparisons;
  const judgement = only?.judgements.find(({ budget }) => 'since' in budget.limit);
  if (only === undefined || judgement === undefined) throw new Error('nothing was judged');
  return {
    only,
    message: `${judgement.verdict}: ${judgement.message}${judgement.caution ?? ''}`,
    measured: counts.measured,
  };
}

/** Records the release by what is measured of the base now, with what a test changes. */
async function recorded(sha: string, change: Partial<HistoryLine>): Promise<void> {
  const repository = await openRepository(directory);
  const { only } = await check();
  if (only.base === null) throw new Error('there is no base');
  const line = lineOf(await commitDetails(repository, sha), gateVersion, { name: 'mcu', id: only.targetId }, only.base);
  await recordLines(gitStore(repository, 'edge-ready-history'), {
    lines: () => [{ ...line, ...change }],
    message: 'x',
    page: () => '',
  });
}

describe('a budget since a tag', () => {
  test('without a record: the model of the tag is measured by the same engine', async () => {
    release('v1.2.0');
    const { message, measured } = await check();
    expect(message).toMatch(/^pass: flash ≈ 65\.\d KiB → 6\d\.\d KiB since v1\.2\.0, [+−][\d.]+ %( ≤ 2 %)?$/);
    expect(measured).toBe(3);
  });

  test('growth that came before the change counts', async () => {
    release('v1.2.0');
    git(directory, 'checkout', '--quiet', '-b', 'again', 'main');
    commit(directory, 'touched', { ...model('wider'), 'models/b.tflite': { fixture: 'base/digits-int8.tflite' } });
    git(directory, 'mv', 'models/a.tflite', 'models/c.tflite');
    git(directory, 'commit', '--quiet', '--message=renamed');
    const { report } = await runGate({ directory, base: 'main', targets: [], log: () => {} });
    const said = report.comparisons.map(({ model: name, verdict, judgements }) => [
      name,
      verdict,
      judgements.find(({ budget }) => 'since' in budget.limit)?.message.replace(/[\d.]+ KiB/g, 'N'),
    ]);
    expect(said).toEqual([
      ['models/b.tflite', 'pass', 'flash: no increase to judge, v1.2.0 does not have the model'],
      ['models/c.tflite', 'fail', 'flash ≈ N → N since v1.2.0, +7.9 % > 2 %'],
    ]);
  });

  test('a commit by its id does as well', async () => {
    const tagged = commit(directory, 'release', model('base'));
    git(directory, 'checkout', '--quiet', '-b', 'change');
    commit(directory, 'c', { ...model('wider'), 'edge-ready.yml': { text: configuration(tagged.slice(0, 10)) } });
    expect((await check()).message).toMatch(
      new RegExp(`^fail: flash .* since ${tagged.slice(0, 10)}, \\+7\\.9 % > 2 %$`),
    );
  });

  test.each(['v9.9.9', 'main', 'f'.repeat(40)])(
    '%s, which is no tag and no commit: an error, never a pass',
    async (since) => {
      release(since);
      const { only, message } = await check();
      expect(message).toMatch(
        new RegExp(`^error: flash can't be compared with ${since}: there is no tag and no commit`),
      );
      expect(only.verdict).toBe('error');
    },
  );

  test('a record of the commit by this version is taken as it is', async () => {
    const sha = release('v1.2.0');
    await recorded(sha, { metrics: { flash: [1000, 'modelled'] } });
    const { message, measured } = await check();
    expect(message).toMatch(/^fail: flash ≈ 1000 B → .* since v1\.2\.0/);
    expect(measured).toBe(2);
  });

  test('a record by another version of the gate is not: the tag is measured', async () => {
    const sha = release('v1.2.0');
    await recorded(sha, { gate: '0.0.1', metrics: { flash: [1000, 'modelled'] } });
    expect((await check()).message).toMatch(/^pass: flash ≈ 65/);
  });

  test('unless it is all that there is, and that is said', async () => {
    const sha = release('f'.repeat(40));
    await recorded(sha, { commit: 'f'.repeat(40), gate: '0.0.1', metrics: { flash: [1000, 'modelled'] } });
    expect((await check()).message).toMatch(/^fail: flash ≈ 1000 B → .*recorded by version 0\.0\.1 of the gate$/);
  });
});
