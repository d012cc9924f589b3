import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runGate } from '../../src/gate.ts';
import { type FakeNpm, installFakeNpm } from '../support/fake-npm.ts';
import { commit, git } from '../support/git-repository.ts';

// As on a runner where nobody installed it.
vi.mock('../../src/onnx-runtime/installed-places.ts', () => ({ installedPlaces: () => [] }));

let folder = '';
let npm: FakeNpm;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-without-'));
  const words = 'npm error code ENOTFOUND\\nnpm error network request to https://registry.example failed';
  npm = installFakeNpm(folder, { script: `printf '${words}\\n' >&2; exit 1` });
  vi.stubEnv('RUNNER_TOOL_CACHE', path.join(folder, 'tools'));
});
afterEach(() => {
  npm.restore();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(process.platform === 'win32')(
  'without network an ONNX model says in clear words what it lacks, and TensorFlow Lite models are judged as ever',
  async () => {
    const directory = path.join(folder, 'repository');
    git(folder, 'init', '--quiet', '--initial-branch=main', directory);
    const configuration = `version: 1
targets: { mcu: { board: arduino-nano-33-ble }, pi4: { board: raspberry-pi-4/onnxruntime } }
models:
  - { path: "*.tflite", targets: [mcu], evaluation: { data: evaluation.npz } }
  - { path: "*.onnx", targets: [pi4], evaluation: { data: evaluation.npz } }
budgets:
  - { models: "*.tflite", peak-ram: { max-increase: 1% } }
  - { models: "*.onnx", accuracy: { max-drop: 1 pp } }
`;
    commit(directory, 'base', {
      'edge-ready.yml': { text: configuration },
      'evaluation.npz': { fixture: 'evaluation.npz' },
      'a.tflite': { fixture: 'base/digits-int8.tflite' },
      'b.onnx': { fixture: 'base/digits.onnx' },
    });
    git(directory, 'checkout', '--quiet', '-b', 'change');
    commit(directory, 'head', {
      'a.tflite': { fixture: 'wider/digits-int8.tflite' },
      'b.onnx': { fixture: 'wider/digits.onnx' },
    });
    const { report } = await runGate({ directory, base: 'main', targets: [], log: () => {} });
    const [tflite, onnx] = report.comparisons;
    expect(tflite).toMatchObject({ model: 'a.tflite', verdict: 'fail', problems: [] });
    expect(tflite?.head?.accuracy?.value).toBeGreaterThan(0.9);
    expect(onnx).toMatchObject({ model: 'b.onnx', verdict: 'error' });
    const said = JSON.stringify(onnx);
    expect(said).toContain('npm could not download onnxruntime-node@1.30.0: code ENOTFOUND, network request to');
    expect(said).toContain('install onnxruntime-node where the gate runs, or let npm reach a registry that has it.');
  },
);
