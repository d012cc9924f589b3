import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runGate } from '../src/gate.ts';
import { ortFile } from '../src/onnx-runtime/ort-file.ts';
import { commit, git } from './support/git-repository.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'gate-ort-'));
  git(folder, 'init', '--quiet', '--initial-branch=main');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function check(config?: string) {
  const [base, head] = await Promise.all(
    ['base', 'wider'].map(async (name) => ortFile(readFileSync(`fixtures/digits/${name}/digits.onnx`))),
  );
  const rules = config === undefined ? {} : { 'edge-ready.yml': { text: config } };
  commit(folder, 'base', { ...rules, 'models/net.ort': { bytes: base ?? new Uint8Array() } });
  git(folder, 'checkout', '--quiet', '-b', 'change');
  commit(folder, 'head', { 'models/net.ort': { bytes: head ?? new Uint8Array() } });
  return (await runGate({ directory: folder, base: 'main', targets: [], log: () => {} })).report;
}

test('a .ort is judged on the targets that load it, as it is, and nothing better is proposed', async () => {
  const { comparisons, notes } = await check(
    'version: 1\ntargets:\n  sensor: nucleo-l4r5zi\n  pi: raspberry-pi-4/onnxruntime\nbudgets:\n  - { peak-ram: { max: 1 KiB } }\n',
  );
  expect(comparisons.map(({ model, target, verdict }) => [model, target, verdict])).toEqual([
    ['models/net.ort', 'pi', 'fail'],
  ]);
  expect(comparisons[0]?.head).toMatchObject({ model: { format: 'ort' }, artifact: { format: 'ort', recipe: 'none' } });
  expect(comparisons[0]?.deltas.latency?.absolute).toBeGreaterThan(0);
  expect([comparisons[0]?.saving, comparisons[0]?.proposal]).toEqual([null, null]);
  expect(notes).toEqual([]);
});

test('without such a target it is not judged, and the report says so', async () => {
  const { comparisons, notes, verdict } = await check();
  expect([comparisons, verdict]).toEqual([[], 'pass']);
  expect(notes).toEqual(['models/net.ort is not judged: name a target with ONNX Runtime, which alone loads .ort.']);
});

test('a target that is named for it and does not load it fails', async () => {
  const { comparisons } = await check(
    'version: 1\ntargets:\n  sensor: nucleo-l4r5zi\nmodels:\n  - { path: models/net.ort, targets: [sensor] }\n',
  );
  expect(comparisons).toMatchObject([{ target: 'sensor', verdict: 'fail' }]);
});
