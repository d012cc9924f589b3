import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRepository } from '../src/changes/repository.ts';
import { runGate } from '../src/gate.ts';
import type { Comparison } from '../src/judge/comparison.ts';
import { renderComment } from '../src/report/comment.ts';
import { gateReportSchema } from '../src/report/report-schema.ts';
import { unreadableReason } from '../src/sides/model-files.ts';
import { info, modelBytes, node, relu } from './formats/onnx/support.ts';
import { commit, type Files, git } from './support/git-repository.ts';

const fixture = (name: string) => ({ fixture: name });
const text = (content: string) => ({ text: content });

const configuration = `version: 1
targets:
  mcu: { board: arduino-nano-33-ble, ram: 64 KiB, flash: 256 KiB }
  pi4: { board: raspberry-pi-4/onnxruntime }
models:
  - { path: models/*.tflite, targets: [mcu] }
  - { path: models/*.onnx, targets: [pi4], evaluation: { data: data/evaluation.npz } }
budgets:
  - { models: models/*.tflite, peak-ram: { max-increase: 5% } }
  - { models: models/*.onnx, accuracy: { max-drop: 1 pp } }
`;

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-gate-'));
  git(directory, 'init', '--quiet', '--initial-branch=main');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Commits `base` on main and `head` on a branch, removes what `removed` names, and runs the gate between them. */
async function gate(
  base: Files,
  head: Files,
  options: { removed?: readonly string[]; targets?: readonly string[] } = {},
) {
  commit(directory, 'base', base);
  git(directory, 'checkout', '--quiet', '-b', 'change');
  for (const file of options.removed ?? []) git(directory, 'rm', '--quiet', file);
  commit(directory, 'head', head);
  const { report } = await runGate({ directory, base: 'main', targets: options.targets ?? [], log: () => {} });
  expect(gateReportSchema.safeParse(report).error).toBeUndefined();
  return { report, only: report.comparisons[0] as Comparison };
}

const evaluation = { 'data/evaluation.npz': fixture('evaluation.npz') };

describe('what happened to a model', () => {
  test('wider: more RAM, flash and latency than the base, and the layer that brought it', async () => {
    const { report, only } = await gate(
      { 'edge-ready.yml': text(configuration), 'models/a.tflite': fixture('base/digits-int8.tflite') },
      { 'models/a.tflite': fixture('wider/digits-int8.tflite') },
    );
    expect(report.comparisons).toHaveLength(1);
    expect(only).toMatchObject({ model: 'models/a.tflite', target: 'mcu', state: 'compared', verdict: 'fail' });
    for (const metric of ['peakRam', 'flash', 'latency', 'energy'] as const) {
      expect(only.deltas[metric]?.absolute).toBeGreaterThan(0);
    }
    expect(only.attributions.some(({ what }) => what === '32 → 48 channels')).toBe(true);
    expect(report.verdict).toBe('fail');
  });

  test('retrained worse: the accuracy drop is tested on the same samples', async () => {
    const { only } = await gate(
      { 'edge-ready.yml': text(configuration), 'models/a.onnx': fixture('base/digits.onnx'), ...evaluation },
      { 'models/a.onnx': fixture('worse/digits.onnx') },
    );
    expect(only.verdict).toBe('fail');
    expect(only.accuracyTest).toMatchObject({ samples: 600 });
    expect(only.accuracyTest?.pValue).toBeLessThan(0.001);
    expect(only.base?.accuracy?.value).toBeCloseTo(594 / 600, 2);
    expect(only.head?.accuracy?.value).toBeCloseTo(487 / 600, 2);
  });

  test.each([
    ['digits-int8.tflite', 'models/a.tflite', 'GELU'],
    ['digits.onnx', 'models/a.onnx', 'VendorGelu'],
  ])('an operator that the target lacks, in %s', async (file, at, operator) => {
    const { only } = await gate(
      { 'edge-ready.yml': text(configuration), [at]: fixture(`base/${file}`), ...evaluation },
      { [at]: fixture(`unsupported/${file}`) },
    );
    expect(only.verdict).toBe('fail');
    expect(only.head?.deployable).toBe(false);
    const finding = only.head?.findings.find(({ code }) => code === 'unsupported-operator');
    expect(`${finding?.where} ${finding?.message}`).toContain(operator);
  });

  test('a duty cycle: power, duty and days of base and head, and a budget that the head breaks', async () => {
    const cycled = configuration
      .replace('targets: [mcu] }', 'targets: [mcu], duty-cycle: { every: 100 ms, battery: CR2032 } }')
      .replace('peak-ram: { max-increase: 5% }', 'battery: { max-drop: 5% }');
    const { only } = await gate(
      { 'edge-ready.yml': text(cycled), 'models/a.tflite': fixture('base/digits-int8.tflite') },
      { 'models/a.tflite': fixture('wider/digits-int8.tflite') },
    );
    expect(only.head?.dutyCycle).toEqual({ everyMs: 100, battery: 'CR2032' });
    expect(only.deltas.batteryLife?.absolute).toBeLessThan(0);
    expect(only.deltas.averagePower?.absolute).toBeGreaterThan(0);
    const verdicts = only.judgements.map(({ budget, verdict }) => `${budget.metric} ${budget.limit.kind}: ${verdict}`);
    expect(verdicts).toContain('batteryLife max-decrease: fail');
    expect(verdicts).toContain('duty max: pass');
  });

  test('renamed without a change: compared with its old path, nothing differs', async () => {
    const { only } = await gate(
      { 'edge-ready.yml': text(configuration), 'models/a.tflite': fixture('base/digits-int8.tflite') },
      { 'models/b.tflite': fixture('base/digits-int8.tflite') },
      { removed: ['models/a.tflite'] },
    );
    expect(only).toMatchObject({ state: 'renamed', previousPath: 'models/a.tflite', verdict: 'pass' });
    expect(only.deltas.peakRam?.absolute).toBe(0);
  });

  const external = [{ key: 'location', value: 'nowhere.bin' }];
  const withoutData = modelBytes(
    relu({ initializer: [{ name: 'w', dims: [1], dataType: 1, dataLocation: 1, externalData: external }] }),
  );
  test.each([
    ['bytes that are no model', text('broken')],
    ['a model without its external data', { bytes: withoutData }],
  ])(
    'mended: %s in the base keep no better head out, and the comment says what was not compared',
    async (_name, broken) => {
      const [path, budget] = ['models/a.onnx', 'accuracy: { max-drop: 1 pp }'];
      const configured = text(configuration.replace(budget, `${budget}, flash: { max-increase: 5% }`));
      const { report, only } = await gate(
        { 'edge-ready.yml': configured, [path]: broken, ...evaluation },
        { [path]: fixture('base/digits.onnx') },
      );
      expect(only).toMatchObject({ state: 'base-unreadable', base: null, problems: [], verdict: 'warn' });
      expect(only.head?.findings[0]).toMatchObject({ code: 'base-unreadable', severity: 'warning' });
      const comment = renderComment(report, { marker: '' });
      expect(comment).toContain("flash can't be compared with the base: its model can't be read");
      expect(comment).toContain("accuracy can't be compared with the base: its model can't be read");
      expect(comment).toMatch(/The base's model can't be read, so that nothing is compared with it: models\/a\.onnx/);
      expect(comment).toContain('base unreadable');
    },
  );

  test('mended, but over what the board has: fails; neither side readable: an error', async () => {
    const { only } = await gate(
      { 'edge-ready.yml': text(configuration.replace('64 KiB', '1 KiB')), 'models/a.tflite': text('broken') },
      { 'models/a.tflite': fixture('wider/digits-int8.tflite'), 'models/b.tflite': text('broken, too') },
    );
    expect(only).toMatchObject({ state: 'base-unreadable', verdict: 'fail' });
    const { report } = await runGate({ directory, base: 'main', targets: [], log: () => {} });
    expect(report.comparisons[1]).toMatchObject({ model: 'models/b.tflite', state: 'new', verdict: 'error' });
  });

  test('a base that could not be had is none that can not be read', async () => {
    const sha = commit(directory, 'a', { 'a.tflite': text('broken'), 'b.tflite': fixture('base/digits-int8.tflite') });
    const repository = await openRepository(directory);
    const reason = (path: string, blob: string) => unreadableReason(repository, { commit: sha, path, blob });
    expect(await reason('a.tflite', git(directory, 'rev-parse', `${sha}:a.tflite`))).toMatch(/^a\.tflite/);
    expect(await reason('b.tflite', git(directory, 'rev-parse', `${sha}:b.tflite`))).toBeUndefined();
    expect(await reason('a.tflite', 'f'.repeat(40))).toBeUndefined();
  });

  test('new: judged by absolute budgets alone; removed: passes', async () => {
    const base = { 'edge-ready.yml': text(configuration), 'models/a.tflite': fixture('base/digits-int8.tflite') };
    const { report } = await gate(
      base,
      { 'models/b.tflite': fixture('wider/digits-float.tflite') },
      { removed: ['models/a.tflite'] },
    );
    expect(report.comparisons.map(({ model, state, verdict }) => [model, state, verdict])).toEqual([
      ['models/a.tflite', 'removed', 'pass'],
      ['models/b.tflite', 'new', 'pass'],
    ]);
  });

  test('unchanged while the pull request loosens its budget: shown, and judged by the old one', async () => {
    const strict = configuration.replace('peak-ram: { max-increase: 5% }', 'peak-ram: { max: 5 KiB }');
    const { report, only } = await gate(
      { 'edge-ready.yml': text(strict), 'models/a.tflite': fixture('base/digits-int8.tflite') },
      { 'edge-ready.yml': text(strict.replace('max: 5 KiB', 'max: 40 KiB')) },
    );
    expect(only).toMatchObject({ state: 'unchanged', verdict: 'fail' });
    expect(report.notes.join('\n')).toContain('5 KiB → 40 KiB');
  });

  test.each([
    ['damaged', 'models/a.tflite', 'not a model', /models\/a\.tflite/],
    [
      'a Git LFS pointer',
      'models/a.onnx',
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`,
      /lfs: true/,
    ],
  ])('%s at the head: error, with what to do', async (_, at, content, said) => {
    const { report, only } = await gate(
      {
        'edge-ready.yml': text(configuration),
        'models/a.tflite': fixture('base/digits-int8.tflite'),
        'models/a.onnx': fixture('base/digits.onnx'),
        ...evaluation,
      },
      { [at]: text(content) },
    );
    expect(only.verdict).toBe('error');
    expect(only.problems.join()).toMatch(said);
    expect(report.verdict).toBe('error');
  });

  test('a data set under a budget that is not there: error', async () => {
    const { only } = await gate(
      { 'edge-ready.yml': text(configuration), 'models/a.onnx': fixture('base/digits.onnx') },
      { 'models/a.onnx': fixture('wider/digits.onnx') },
    );
    expect(only.verdict).toBe('error');
    expect(only.problems.join()).toContain('data/evaluation.npz');
  });

  test('a format that the target does not load is a finding, not a guess', async () => {
    const { only } = await gate(
      { 'models/a.tflite': fixture('base/digits-int8.tflite') },
      { 'models/a.tflite': fixture('wider/digits-int8.tflite') },
      { targets: ['raspberry-pi-4/onnxruntime'] },
    );
    expect(only.head).toMatchObject({ peakRam: null, latency: null, deployable: false });
    expect(only.head?.findings[0]?.code).toBe('format-not-loaded');
    expect(only.verdict).toBe('fail');
  });
});

test('what the work tree has and no commit: said of models and of the configuration, which alone would not be missed', async () => {
  commit(directory, 'base', { 'models/a.tflite': fixture('base/digits-int8.tflite') });
  writeFileSync(path.join(directory, 'edge-ready.yml'), 'version: 2\n');
  writeFileSync(path.join(directory, 'notes.txt'), 'of no concern');
  const { report } = await runGate({ directory, base: 'main', targets: [], log: () => {} });
  expect(report.notes).toEqual(['edge-ready.yml is not committed as in the work tree; commits are what is judged.']);
});

test('a pull request cannot exchange the data set that it is judged by', async () => {
  const base = { 'edge-ready.yml': text(configuration), 'models/a.onnx': fixture('base/digits.onnx'), ...evaluation };
  const { only } = await gate(base, {
    'models/a.onnx': fixture('worse/digits.onnx'),
    'data/evaluation.npz': fixture('calibration.npz'),
  });
  expect(only.accuracyTest?.samples).toBe(600);
  expect(only.verdict).toBe('fail');
});

test('nothing changed: pass, and no comparison', async () => {
  const { report } = await gate(
    { 'models/a.tflite': fixture('base/digits-int8.tflite') },
    { 'README.md': text('words') },
  );
  expect(report).toMatchObject({ verdict: 'pass', comparisons: [], problems: [] });
});

test('the first commit of a repository: everything is new', async () => {
  commit(directory, 'first', { 'models/a.tflite': fixture('base/digits-int8.tflite') });
  const { report } = await runGate({ directory, targets: ['generic-cortex-m4'], log: () => {} });
  expect(report.base).toBeNull();
  expect(report.comparisons.map(({ state, verdict }) => [state, verdict])).toEqual([['new', 'pass']]);
});

test('external data of an ONNX model comes from the same commit as the model', async () => {
  const model = modelBytes({
    name: 'g',
    input: [info('x', [256])],
    output: [info('y', [256])],
    node: [node('Add', ['x', 'w'], 'y')],
    initializer: [
      {
        name: 'w',
        dims: [256],
        dataType: 1,
        dataLocation: 1,
        externalData: [{ key: 'location', value: 'data/w.bin' }],
      },
    ],
  });
  const { only } = await gate(
    { 'nets/a.onnx': { bytes: model }, 'nets/data/w.bin': { bytes: new Uint8Array(1024) } },
    { 'nets/a.onnx': { bytes: Uint8Array.of(...model, 0x12, 1, 0x61) } },
    { targets: ['raspberry-pi-4'] },
  );
  expect(only.problems).toEqual([]);
  expect(only.head?.model.parameters).toBe(256);

  git(directory, 'rm', '--quiet', 'nets/data/w.bin');
  commit(directory, 'without its data', {});
  const { report } = await runGate({ directory, base: 'main', targets: ['raspberry-pi-4'], log: () => {} });
  expect(report.comparisons[0]?.problems.join()).toContain('data/w.bin');
});

test('a model whose external data alone changed is compared, and told what moved', async () => {
  const weights = (scale: number) => ({
    bytes: new Uint8Array(Float32Array.from({ length: 256 }, (_, index) => scale * Math.sin(index)).buffer),
  });
  const model = modelBytes({
    name: 'g',
    input: [info('x', [256])],
    output: [info('y', [256])],
    node: [node('Mul', ['x', 'w'], 'y')],
    initializer: [
      {
        name: 'w',
        dims: [256],
        dataType: 1,
        dataLocation: 1,
        externalData: [{ key: 'location', value: 'data/w.bin' }],
      },
    ],
  });
  const { only } = await gate(
    { 'nets/a.onnx': { bytes: model }, 'nets/data/w.bin': weights(1) },
    { 'nets/data/w.bin': weights(1.5) },
    { targets: ['raspberry-pi-4'] },
  );
  expect(only).toMatchObject({ model: 'nets/a.onnx', state: 'compared', problems: [] });
  expect(only.head?.model.sha256).toBe(only.base?.model.sha256);
  expect(only.diff?.summary.map(({ code }) => code)).not.toContain('identical');
  expect(only.diff?.counts).toMatchObject({ changed: 1, same: 0 });
});

test('the same run gives the same report', async () => {
  const base = { 'edge-ready.yml': text(configuration), 'models/a.tflite': fixture('base/digits-int8.tflite') };
  const { report } = await gate(base, { 'models/a.tflite': fixture('wider/digits-int8.tflite') });
  const again = await runGate({ directory, base: 'main', targets: [], log: () => {} });
  expect(JSON.stringify(again.report)).toBe(JSON.stringify(report));
});
