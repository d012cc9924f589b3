import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, unlinkSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { inOrder } from '../../src/basics/in-order.ts';
import type { Comparison } from '../../src/judge/comparison.ts';
import { buildProgram } from '../support/build-program.ts';
import { commit, git } from '../support/git-repository.ts';

const configuration = `version: 1
targets: { mcu: { board: arduino-nano-33-ble }, big: { board: nucleo-h743zi } }
`;

// Threads are started from the bundle, so the test makes one.
test.skipIf(availableParallelism() < 2)(
  'comparisons spread over threads give what one thread gives, failures too',
  async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-threads-'));
    const bundle = await buildProgram('test/sides/threads-program.ts');
    try {
      const fixture = (name: string) => ({ fixture: name });
      git(directory, 'init', '--quiet', '--initial-branch=main');
      commit(directory, 'base', {
        'edge-ready.yml': { text: configuration },
        'b.tflite': fixture('base/digits-int8.tflite'),
      });
      git(directory, 'checkout', '--quiet', '-b', 'change');
      commit(directory, 'head', {
        'b.tflite': fixture('wider/digits-int8.tflite'),
        'd.tflite': { text: 'no model' },
      });
      const run = () => JSON.parse(execFileSync(process.execPath, [bundle.program, directory], { encoding: 'utf8' }));
      const spread = run();
      unlinkSync(bundle.worker);
      const alone = run();
      expect(spread).toEqual(alone);
      expect(spread.report.comparisons.map((each: Comparison) => [each.model, each.target, each.verdict])).toEqual([
        ['b.tflite', 'mcu', 'warn'],
        ['b.tflite', 'big', 'warn'],
        ['d.tflite', 'mcu', 'error'],
        ['d.tflite', 'big', 'error'],
      ]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
      bundle.remove();
    }
  },
);

const evaluated = `version: 1
targets: { mcu: { board: arduino-nano-33-ble }, pi: { board: raspberry-pi-4/onnxruntime } }
models:
  - path: "*.onnx"
    recipe: int8
    calibration: data/calibration.npz
    evaluation: { data: data/evaluation.npz, metric: top-1 }
budgets:
  - { models: "*.onnx", flash: { max-increase: 1 KiB } }
`;

test.skipIf(availableParallelism() < 2)(
  'ONNX models that are calibrated, evaluated and looked for a recipe for in threads come out as in one',
  { timeout: 240_000 },
  async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-threads-'));
    const bundle = await buildProgram('test/sides/threads-program.ts');
    try {
      git(directory, 'init', '--quiet', '--initial-branch=main');
      commit(directory, 'base', {
        'edge-ready.yml': { text: evaluated },
        'a.onnx': { fixture: 'base/digits.onnx' },
        'b.onnx': { fixture: 'base/digits.onnx' },
        'data/calibration.npz': { fixture: 'calibration.npz' },
        'data/evaluation.npz': { fixture: 'evaluation.npz' },
      });
      git(directory, 'checkout', '--quiet', '-b', 'change');
      commit(directory, 'head', {
        'a.onnx': { fixture: 'wider/digits.onnx' },
        'b.onnx': { fixture: 'worse/digits.onnx' },
      });
      const run = () => JSON.parse(execFileSync(process.execPath, [bundle.program, directory], { encoding: 'utf8' }));
      const spread = run();
      unlinkSync(bundle.worker);
      expect(spread).toEqual(run());
      const comparisons: readonly Comparison[] = spread.report.comparisons;
      expect(comparisons.map(({ model, target, problems }) => [model, target, problems])).toEqual([
        ['a.onnx', 'mcu', []],
        ['a.onnx', 'pi', []],
        ['b.onnx', 'mcu', []],
        ['b.onnx', 'pi', []],
      ]);
      for (const { base, head, accuracyTest } of comparisons)
        expect([base?.artifact.recipe, head?.artifact.recipe, accuracyTest?.samples]).toEqual(['int8', 'int8', 600]);
      const [wider] = comparisons;
      expect([wider?.verdict, (wider?.attempts.length ?? 0) > 0]).toEqual(['fail', true]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
      bundle.remove();
    }
  },
);

test('results come in the order of the items, whichever is ready first, and no more are under way than may be', async () => {
  let underWay = 0;
  let most = 0;
  const results = await inOrder([5, 1, 3, 0, 4, 2], 3, async (item) => {
    underWay += 1;
    most = Math.max(most, underWay);
    for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
    underWay -= 1;
    return item * 2;
  });
  expect(results).toEqual([10, 2, 6, 0, 8, 4]);
  expect(most).toBe(3);
  expect(await inOrder([], 3, async () => 1)).toEqual([]);
});
