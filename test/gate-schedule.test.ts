import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runGate } from '../src/gate.ts';
import { renderComment } from '../src/report/comment.ts';
import { gateReportSchema } from '../src/report/report-schema.ts';
import type { ScheduleResult } from '../src/schedule/schedule-result.ts';
import { commit, type Files, git } from './support/git-repository.ts';

const fixture = (name: string) => ({ fixture: name });
const text = (content: string) => ({ text: content });
const [narrow, wide] = ['base/digits-int8.tflite', 'wider/digits-int8.tflite'].map(fixture) as [
  { fixture: string },
  { fixture: string },
];

/** On this board the narrow model takes about 11.5 ms, the wide one about 18.1 ms. */
const configuration = (deadline = '26 ms', more = '') => `version: 1
targets:
  mcu: { board: arduino-nano-33-ble, ram: 64 KiB, flash: 256 KiB }
budgets:
  - { latency: { level: off }, peak-ram: { level: off }, flash: { level: off }, energy: { level: off } }
schedule:
  - target: mcu
${more}    tasks:
      - { model: models/slow.tflite, every: 200 ms }
      - { model: models/urgent.tflite, every: 100 ms, deadline: ${deadline} }
`;
const base: Files = {
  'edge-ready.yml': text(configuration()),
  'models/slow.tflite': narrow,
  'models/urgent.tflite': narrow,
};

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-schedule-'));
  git(directory, 'init', '--quiet', '--initial-branch=main');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function gate(before: Files, after: Files, removed: readonly string[] = []) {
  commit(directory, 'base', before);
  git(directory, 'checkout', '--quiet', '-b', 'change');
  for (const file of removed) git(directory, 'rm', '--quiet', file);
  commit(directory, 'head', after);
  const { report } = await runGate({ directory, base: 'main', targets: [], log: () => {} });
  expect(gateReportSchema.safeParse(report).error).toBeUndefined();
  return { report, only: report.schedules[0] as ScheduleResult };
}

const verdicts = ({ judgements }: ScheduleResult) =>
  judgements.map(({ about, task, verdict }) => `${task ?? about}: ${verdict}`);

describe('the schedule of a target', () => {
  test('a model that becomes slower makes another one late, which did not change and is not shown as changed', async () => {
    const { report, only } = await gate(base, { 'models/slow.tflite': wide });
    expect(report.comparisons.map(({ model, verdict }) => [model, verdict])).toEqual([['models/slow.tflite', 'pass']]);
    expect(report.verdict).toBe('fail');
    expect(verdicts(only)).toEqual([
      'models/slow.tflite: pass',
      'models/urgent.tflite: fail',
      'peak-ram: pass',
      'flash: pass',
    ]);
    const [slow, urgent] = only.tasks;
    // Without preemption it waits for the whole of the other one.
    expect(urgent?.head?.response).toBeCloseTo((slow?.head?.takes.value ?? 0) + (urgent?.head?.takes.value ?? 0), 4);
    expect(urgent?.base).toMatchObject({ meets: true });
    expect(urgent?.base?.takes).toEqual(urgent?.head?.takes);
    const message = only.judgements.find(({ verdict }) => verdict === 'fail')?.message;
    expect(message).toMatch(
      /^models\/urgent\.tflite now misses its deadline of 26 ms: it takes up to ≈ [\d.]+ ms from its arrival to its end \([\d.]+ ms in the base\), because models\/slow\.tflite takes ≈ [\d.]+ ms instead of ≈ [\d.]+ ms$/,
    );
    const comment = renderComment(report, { marker: '' });
    expect(comment).toContain('❌ On **mcu** models/urgent.tflite now misses its deadline of 26 ms');
    expect(comment).toContain('#### ❌ Schedule of **mcu**');
  });

  test('the same models, less urgent: pass, and nothing is judged where nothing changed', async () => {
    const relaxed = { ...base, 'edge-ready.yml': text(configuration('60 ms')) };
    const { report, only } = await gate(relaxed, { 'models/slow.tflite': wide });
    expect([report.verdict, only.verdict]).toEqual(['pass', 'pass']);
    git(directory, 'checkout', '--quiet', '-b', 'words');
    commit(directory, 'words', { 'README.md': text('words') });
    const again = await runGate({ directory, base: 'change', targets: [], log: () => {} });
    expect(again.report.schedules).toEqual([]);
  });

  test('a pull request that makes its own deadline longer is judged by the old one', async () => {
    const { report, only } = await gate(base, {
      'models/slow.tflite': wide,
      'edge-ready.yml': text(configuration('60 ms')),
    });
    expect(only).toMatchObject({ verdict: 'fail', rule: 'base', origin: 'edge-ready.yml:7 in the base', line: 7 });
    expect(report.notes.join()).toContain('deadline 26 ms → every 100 ms, deadline 60 ms');
  });

  test('late in the base already: a warning that says so', async () => {
    const { only } = await gate(
      { ...base, 'edge-ready.yml': text(configuration('20 ms')) },
      { 'models/slow.tflite': wide },
    );
    expect(only.verdict).toBe('warn');
    expect(only.judgements.find(({ verdict }) => verdict === 'warn')?.message).toContain(
      'still misses its deadline of 20 ms, as in the base',
    );
  });

  test('a renamed model is the same task; one that is removed is none any more', async () => {
    const head = { 'edge-ready.yml': text(configuration().replace('slow', 'slower')), 'models/slower.tflite': narrow };
    const { only } = await gate(base, head, ['models/slow.tflite']);
    expect(only.tasks.map(({ model, base: before, head: after }) => [model, before?.takes, after?.takes])).toEqual(
      ['models/slower.tflite', 'models/urgent.tflite'].map((model) => [
        model,
        only.tasks[1]?.head?.takes,
        only.tasks[1]?.head?.takes,
      ]),
    );
    git(directory, 'checkout', '--quiet', '-b', 'without');
    git(directory, 'rm', '--quiet', 'models/slower.tflite');
    commit(directory, 'removed', { 'models/urgent.tflite': wide });
    const { report } = await runGate({ directory, base: 'change', targets: [], log: () => {} });
    expect(report.schedules[0]?.tasks.map(({ head: after }) => after === null)).toEqual([true, false]);
    expect(report.schedules[0]?.verdict).toBe('pass');
  });

  test('a model that is nowhere, and one that the target does not take', async () => {
    const { only } = await gate(base, {
      'models/slow.tflite': fixture('unsupported/digits-int8.tflite'),
      'edge-ready.yml': text(`${configuration()}      - { model: models/none.tflite, every: 1 s }\n`),
    });
    expect(only.verdict).toBe('error');
    expect(only.problems).toEqual([
      'There is no model models/none.tflite, which the schedule of mcu names (edge-ready.yml:7 in the base).',
    ]);
    expect(only.judgements.find(({ about }) => about === 'deployable')).toMatchObject({
      task: 'models/slow.tflite',
      verdict: 'fail',
    });
  });

  test('models that fit one by one and not together; one arena for all is less', async () => {
    const small = (arenas: string) => text(configuration('60 ms', arenas).replace('ram: 64 KiB', 'ram: 15 KiB'));
    const before = { ...base, 'edge-ready.yml': small('') };
    const { report, only } = await gate(before, { 'models/slow.tflite': wide });
    expect(report.comparisons.every(({ verdict }) => verdict === 'pass')).toBe(true);
    const ram = only.judgements.find(({ about }) => about === 'peak-ram');
    expect(ram).toMatchObject({ verdict: 'fail' });
    expect(ram?.message).toMatch(/^peak RAM of all models ≈ 16\.\d KiB > 15 KiB of mcu \(14\.\d KiB in the base\)$/);
    git(directory, 'checkout', '--quiet', 'main');
    commit(directory, 'shared', { 'edge-ready.yml': small('    arenas: shared\n') });
    git(directory, 'checkout', '--quiet', '-b', 'again');
    commit(directory, 'wide', { 'models/slow.tflite': wide });
    const shared = await runGate({ directory, base: 'main', targets: [], log: () => {} });
    expect(shared.report.schedules[0]?.judgements.find(({ about }) => about === 'peak-ram')?.verdict).toBe('pass');
  });

  test('the first commit of a repository: new, judged by what it is', async () => {
    commit(directory, 'first', { ...base, 'edge-ready.yml': text(configuration('20 ms')) });
    const { report } = await runGate({ directory, targets: [], log: () => {} });
    expect(report.schedules[0]).toMatchObject({ rule: 'new', base: null, verdict: 'fail' });
  });
});
