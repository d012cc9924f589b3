import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runGate } from '../src/gate.ts';
import { resolveTarget } from '../src/targets/load.ts';
import { commit, type Files, git } from './support/git-repository.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'own-boards-'));
  git(folder, 'init', '--quiet', '--initial-branch=main');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fixture = (name: string) => ({ fixture: name });
const text = (content: string) => ({ text: content });
const ownBoard = readFileSync('src/targets/boards/nucleo-l4r5zi.yml', 'utf8')
  .replace('id: nucleo-l4r5zi', 'id: our-sensor')
  .replace('120000000', '60000000');

async function check(base: Files, head: Files) {
  commit(folder, 'base', base);
  git(folder, 'checkout', '--quiet', '-b', 'change');
  commit(folder, 'head', head);
  const { report } = await runGate({ directory: folder, base: 'main', targets: [], log: () => {} });
  const [comparison] = report.comparisons;
  if (comparison === undefined) throw new Error('nothing was compared');
  return { ...comparison, notes: report.notes };
}

const models = {
  base: { 'models/a.tflite': fixture('base/digits-int8.tflite') },
  head: { 'models/a.tflite': fixture('wider/digits-int8.tflite') },
};

test("a board of the user's, at half the clock of ours", async () => {
  const own = await check(
    {
      'edge-ready.yml': text('version: 1\ntargets:\n  mine: { file: boards/mine.yml }\n'),
      'boards/mine.yml': text(ownBoard),
      ...models.base,
    },
    models.head,
  );
  expect(own.targetId).toBe('our-sensor/tflm');
  const ours = resolveTarget('nucleo-l4r5zi');
  expect(own.head?.latency?.source).toContain(`${ours.board.clockHz.value / 2e6} MHz`);
});

test.each([
  ['nucleo-l4r5zi', 'a linear regulator: power follows the supply', 3.6 / 1.8],
  ['nucleo-u575zi-q', 'a switching one: it stays', 1],
])("a voltage of the user's on %s, behind %s", async (board, _, factor) => {
  const targets = `  usual: ${board}\n  own: { board: ${board}, voltage: 3600 mV }\n`;
  commit(folder, 'base', { 'edge-ready.yml': text(`version: 1\ntargets:\n${targets}`), ...models.base });
  const { report } = await runGate({ directory: folder, targets: [], log: () => {} });
  const [usual, own] = report.comparisons.map(({ head }) => head);
  expect(own?.latency).toEqual(usual?.latency);
  expect((own?.energy?.value ?? 0) / (usual?.energy?.value ?? 1)).toBeCloseTo(factor, 5);
});

test("a clock of the user's", async () => {
  const { head } = await check(
    {
      'edge-ready.yml': text('version: 1\ntargets:\n  slow: { board: nucleo-l4r5zi, clock: 24 MHz }\n'),
      ...models.base,
    },
    models.head,
  );
  expect(head?.latency?.source).toContain('at 24 MHz');
  // A fifth of the clock is a fifth of the power, for five times as long.
  expect(head?.energy?.source).toBe('active power of 8.28 mW times latency');
});

test("power of the user's is what energy, average power and the battery's days follow from, at any clock", async () => {
  const power = '{ active: 10 mW, idle: 4 mW, sleep: 20 uW }';
  const { head } = await check(
    {
      'edge-ready.yml': text(
        `version: 1\ntargets:\n  own: { board: frdm-mcxn947, clock: 75 MHz, power: ${power} }\nmodels:\n  - { path: '**', duty-cycle: { every: 10 s, battery: CR2032 } }\n`,
      ),
      ...models.base,
    },
    models.head,
  );
  const latency = head?.latency?.value ?? 0;
  expect(head?.energy?.value).toBeCloseTo(latency / 100, 6);
  expect(head?.averagePower?.value).toBeCloseTo((10 * latency) / 1e4 + 0.02 * (1 - latency / 1e4), 6);
  expect(head?.averagePower?.source).toContain('between, as configured');
  expect(head?.batteryLife?.bound).toBeUndefined();
});

test('a runtime that there is not is said so before anything is measured', async () => {
  await expect(
    check(
      {
        'edge-ready.yml': text('version: 1\ntargets:\n  mine: { file: boards/mine.yml }\n'),
        'boards/mine.yml': text(
          ownBoard.replace('  tflm:', '  tlfm:').replace('defaultRuntime: tflm', 'defaultRuntime: tlfm'),
        ),
        ...models.base,
      },
      models.head,
    ),
  ).rejects.toThrow('boards/mine.yml: there is no runtime "tlfm". Did you mean "tflm"?');
});

test('a file that is not there is said so', async () => {
  const config = text('version: 1\ntargets:\n  mine: { file: boards/mine.yml }\n');
  await expect(check({ 'edge-ready.yml': config, ...models.base }, models.head)).rejects.toThrow(
    'Target "mine" needs the board file boards/mine.yml, which is in neither commit.',
  );
});

test("a device measures both sides with the base's program, whatever the head brings", async () => {
  const program = (latency: number) =>
    text(`#!/bin/sh\necho '{"device":"rig","latency":[${latency},${latency + 2}]}'\n`);
  const { base, head, notes } = await check(
    {
      'edge-ready.yml': text('version: 1\ntargets:\n  rig: { board: nucleo-l4r5zi, measure-with: tools/run.sh }\n'),
      'tools/run.sh': program(10),
      ...models.base,
    },
    { 'tools/run.sh': program(1), ...models.head },
  );
  expect(notes).toContain(
    "This pull request changes tools/run.sh, which measures models on a board: the base's was run.",
  );
  for (const side of [base, head]) {
    expect(side?.latency).toMatchObject({ value: 11, basis: 'measured', source: 'median of 2 repeats on rig' });
  }
});

test('a device that fails is an error, never a pass', async () => {
  const { verdict, problems } = await check(
    {
      'edge-ready.yml': text('version: 1\ntargets:\n  rig: { board: nucleo-l4r5zi, measure-with: tools/run.sh }\n'),
      'tools/run.sh': text('#!/bin/sh\necho no board >&2\nexit 1\n'),
      ...models.base,
    },
    models.head,
  );
  expect(verdict).toBe('error');
  expect(problems.join()).toContain('tools/run.sh ended with code 1: no board');
});
