import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runGate } from '../../src/gate.ts';
import type { ProducedModel } from '../../src/report/write-outputs.ts';
import { commit, type Files, git } from '../support/git-repository.ts';

const fixture = (name: string) => ({ fixture: name });
const text = (content: string) => ({ text: content });
const configuration = `version: 1
targets:
  mcu: { board: arduino-nano-33-ble, ram: 64 KiB, flash: 256 KiB }
  big: { board: nucleo-h743zi }
models:
  - { path: models/*.tflite, evaluation: { data: data/evaluation.npz } }
budgets:
  - { models: models/*.tflite, peak-ram: { max-increase: 5% } }
`;
const base: Files = {
  'edge-ready.yml': text(configuration),
  'models/a.tflite': fixture('base/digits-int8.tflite'),
  'data/evaluation.npz': fixture('evaluation.npz'),
};

let directory = '';
let cache = '';
let lines: string[] = [];
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-measuring-'));
  cache = mkdtempSync(path.join(tmpdir(), 'edge-ready-cache-'));
  git(directory, 'init', '--quiet', '--initial-branch=main');
  lines = [];
});
afterEach(() => {
  for (const folder of [directory, cache]) rmSync(folder, { recursive: true, force: true });
});

function change(files: Files, removed: readonly string[] = []) {
  for (const file of removed) git(directory, 'rm', '--quiet', file);
  commit(directory, 'head', files);
}

async function gate(options: { readonly cache?: string; readonly targets?: readonly string[] } = { cache }) {
  const produced: ProducedModel[] = [];
  const result = await runGate({
    directory,
    base: 'main',
    targets: options.targets ?? [],
    ...(options.cache === undefined ? {} : { cache: { folder: options.cache } }),
    keep: async (model) => void produced.push(model),
    log: (line) => lines.push(line),
  });
  return { ...result, produced, json: JSON.stringify(result.report) };
}

function begin(files: Files = base) {
  commit(directory, 'base', files);
  git(directory, 'checkout', '--quiet', '-b', 'change');
}

test('the second run measures the changed half only, and nothing when nothing changed; reports and models are the same', async () => {
  begin();
  change({ 'models/a.tflite': fixture('wider/digits-int8.tflite') });
  const cold = await gate();
  expect(cold.counts).toMatchObject({ measured: 4, fromCache: 0, again: 0 });
  expect(cold.produced.map(({ target }) => target)).toEqual(['mcu', 'big']);

  const warm = await gate();
  expect(warm.counts).toMatchObject({ measured: 0, fromCache: 4, again: 0 });
  expect(warm.json).toBe(cold.json);
  expect(warm.produced).toEqual(cold.produced);

  change({ 'models/a.tflite': fixture('worse/digits-int8.tflite') });
  const pushed = await gate();
  expect(pushed.counts).toMatchObject({ measured: 2, fromCache: 2, again: 0 });

  const uncached = await gate({});
  expect(uncached.counts).toMatchObject({ measured: 4, fromCache: 0, again: 0 });
  expect(uncached.json).toBe(pushed.json);
});

describe('the search for a recipe with which a failing change would pass', () => {
  const tight = { ...base, 'edge-ready.yml': text(configuration.replace('max-increase: 5%', 'max-increase: 1%')) };

  test('is not done again in the second run, nor where a budget only moved to another line; it is for another budget', async () => {
    begin(tight);
    change({ 'models/a.tflite': fixture('wider/digits-int8.tflite') });
    const cold = await gate({ cache, targets: ['mcu'] });
    expect(cold.report.comparisons.map(({ verdict, attempts }) => [verdict, attempts.length > 0])).toEqual([
      ['fail', true],
    ]);
    expect(cold.counts.recipesFromCache).toBe(0);
    const warm = await gate({ cache, targets: ['mcu'] });
    expect(warm.counts).toEqual({ measured: 0, fromCache: 2, again: 0, recipesFromCache: 1 });
    expect(warm.json).toBe(cold.json);

    const rebased = async (content: string) => {
      git(directory, 'checkout', '--quiet', 'main');
      commit(directory, 'another configuration', { 'edge-ready.yml': text(content) });
      git(directory, 'checkout', '--quiet', 'change');
      git(directory, 'rebase', '--quiet', 'main');
      return gate({ cache, targets: ['mcu'] });
    };
    const moved = await rebased(`# Budgets\n${tight['edge-ready.yml'].text}`);
    expect(moved.counts).toEqual({ measured: 0, fromCache: 2, again: 0, recipesFromCache: 1 });
    const other = await rebased(tight['edge-ready.yml'].text.replace('max-increase: 1%', 'max-increase: 2%'));
    expect(other.counts).toEqual({ measured: 0, fromCache: 2, again: 0, recipesFromCache: 0 });
  });

  test('is done again where what was kept is not in order', async () => {
    begin(tight);
    change({ 'models/a.tflite': fixture('wider/digits-int8.tflite') });
    const honest = await gate({ cache, targets: ['mcu'] });
    for (const name of readdirSync(cache).filter((each) => each.endsWith('.recipes')))
      writeFileSync(path.join(cache, name), readFileSync(path.join(cache, name)).subarray(1));
    const again = await gate({ cache, targets: ['mcu'] });
    expect(again.counts.recipesFromCache).toBe(0);
    expect(again.json).toBe(honest.json);
    expect(lines.join('\n')).toContain('An entry of the cache is not taken: it is damaged.');
    expect((await gate({ cache, targets: ['mcu'] })).counts.recipesFromCache).toBe(1);
  });
});

test('a tampered entry changes no verdict: it is measured again', async () => {
  begin();
  change({ 'models/a.tflite': fixture('wider/digits-int8.tflite') });
  const honest = await gate({ cache, targets: ['mcu'] });
  expect(honest.report.verdict).toBe('fail');
  // The base as if it had needed as much as the head.
  const [only] = honest.report.comparisons;
  const from = `"peakRam":{"value":${only?.base?.peakRam?.value}`;
  const to = `"peakRam":{"value":${only?.head?.peakRam?.value}`;
  const tampered = readdirSync(cache).filter((name) => {
    const before = readFileSync(path.join(cache, name), 'latin1');
    const after = before.replace(from, to);
    writeFileSync(path.join(cache, name), after, 'latin1');
    return after !== before;
  });
  expect(tampered).toHaveLength(1);
  const again = await gate({ cache, targets: ['mcu'] });
  expect(again.counts).toMatchObject({ measured: 1, fromCache: 1, again: 0 });
  expect(again.json).toBe(honest.json);
  expect(lines.join('\n')).toContain('An entry of the cache is not taken: it is damaged.');
});

describe('in one run a model is measured once', () => {
  test('renamed without a change, and a base that two models share', async () => {
    begin({ ...base, 'models/c.tflite': fixture('base/digits-int8.tflite') });
    change(
      { 'models/b.tflite': fixture('base/digits-int8.tflite'), 'models/c.tflite': fixture('wider/digits-int8.tflite') },
      ['models/a.tflite'],
    );
    const { report, counts, produced } = await gate({ targets: ['mcu'] });
    expect(report.comparisons.map(({ model, previousPath, state }) => [model, previousPath, state])).toEqual([
      ['models/b.tflite', 'models/a.tflite', 'renamed'],
      ['models/c.tflite', undefined, 'compared'],
    ]);
    expect(counts).toMatchObject({ measured: 2, fromCache: 0, again: 2 });
    const paths = report.comparisons.map(({ base: one, head }) => [one?.model.path, head?.model.path]);
    expect(paths).toEqual([
      ['models/a.tflite', 'models/b.tflite'],
      ['models/c.tflite', 'models/c.tflite'],
    ]);
    expect(produced.map(({ path: at }) => at)).toEqual(['models/b.tflite', 'models/c.tflite']);
  });

  test('what fails fails for both, each with its words', async () => {
    begin();
    change({ 'models/a.tflite': text('no model'), 'models/b.tflite': text('no model') });
    const { report } = await gate({ targets: ['mcu'] });
    const problems = report.comparisons.flatMap((each) => each.problems);
    expect(problems[0]).toContain('models/a.tflite');
    expect(problems[1]).toContain('models/b.tflite');
  });
});

test('another data set at the same path is another measurement', async () => {
  begin();
  change({ 'models/a.tflite': fixture('wider/digits-int8.tflite') });
  await gate({ cache, targets: ['mcu'] });
  git(directory, 'checkout', '--quiet', 'main');
  commit(directory, 'another set', { 'data/evaluation.npz': fixture('calibration.npz') });
  git(directory, 'checkout', '--quiet', 'change');
  git(directory, 'rebase', '--quiet', 'main');
  expect((await gate({ cache, targets: ['mcu'] })).counts.fromCache).toBe(0);
});
