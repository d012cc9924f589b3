import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import v8 from 'node:v8';
import vm from 'node:vm';
import { expect, test } from 'vitest';
import { writeTflite } from '../../src/formats/tflite/write.ts';
import { runGate } from '../../src/gate.ts';
import { commit, type Files, git } from '../support/git-repository.ts';
import { activation, tfliteGraph, tfliteOperator } from '../support/tflite-models.ts';

v8.setFlagsFromString('--expose-gc');
const collectGarbage: () => void = vm.runInNewContext('gc');

const count = 12;
const modelBytes = 2 ** 20;

/** Fully connected models of a MiB, with bytes behind them that writing the file anew saves. */
function models(first: number): Files {
  const q = { quantization: { scale: [0.5], zeroPoint: [0], axis: 0 } };
  const files = Array.from({ length: count }, (_, index) => {
    const data = new Uint8Array(modelBytes).fill(first + index);
    const graph = tfliteGraph({
      tensors: [
        activation('x', [1, 512], q),
        { name: 'weights', dtype: 'int8', shape: [modelBytes / 512, 512], data, ...q },
        activation('y', [1, modelBytes / 512], q),
      ],
      operators: [tfliteOperator('FULLY_CONNECTED', { inputs: [0, 1, null], outputs: [2] })],
      inputs: [0],
      outputs: [2],
    });
    return [`models/${index}.tflite`, { bytes: Buffer.concat([writeTflite(graph), Buffer.alloc(4096)]) }] as const;
  });
  return Object.fromEntries(files);
}

test('a run holds the models that it is about, not those that it is done with', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-memory-'));
  try {
    git(directory, 'init', '--quiet', '--initial-branch=main');
    git(directory, 'config', 'core.compression', '0');
    commit(directory, 'base', models(0));
    git(directory, 'checkout', '--quiet', '-b', 'change');
    commit(directory, 'head', models(100));
    const held: number[] = [];
    let kept = 0;
    const { report } = await runGate({
      directory,
      base: 'main',
      targets: ['nucleo-h743zi'],
      keep: async () => void kept++,
      log: () => {
        collectGarbage();
        held.push(process.memoryUsage().arrayBuffers);
      },
    });
    expect(report.comparisons).toHaveLength(count);
    expect([kept, held.length > count]).toEqual([count, true]);
    // What is under way comes and goes; what is kept raises the least that is held: two made models for each comparison.
    const quarter = count / 4;
    const grown = Math.min(...held.slice(-quarter)) - Math.min(...held.slice(quarter, 2 * quarter));
    expect(grown / modelBytes).toBeLessThan(5);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
