import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { evaluateTflite } from '../../src/accuracy/evaluate-tflite.ts';
import { folderSource } from '../../src/data/folder-source.ts';
import { readNpz } from '../../src/data/npz.ts';
import { readDataSet } from '../../src/data/read-data-set.ts';
import { writeNpz } from '../../src/data/write-npz.ts';
import { readTflite } from '../../src/formats/tflite/read.ts';
import { measurementSchema } from '../../src/measurement/measurement.ts';

const bundles = process.env.EDGE_READY_E2E_DIST ?? 'dist';

// The sources have no script to start threads from, so that this process runs alone what the bundle spreads.
test.skipIf(availableParallelism() < 2)('a large evaluation gives the same in threads as in one process', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-threads-'));
  try {
    const { x, y } = readNpz(readFileSync('fixtures/digits/evaluation.npz'), 'evaluation.npz');
    if (x === undefined || y === undefined) throw new Error('the fixture lacks x or y');
    const times = 10;
    const many = {
      x: {
        ...x,
        shape: [600 * times, 8, 8, 1],
        data: Float32Array.from({ length: 38_400 * times }, (_, at) => Number(x.data[at % 38_400])),
      },
      y: {
        ...y,
        shape: [600 * times],
        data: BigInt64Array.from({ length: 600 * times }, (_, at) => BigInt(y.data[at % 600] ?? 0)),
      },
    };
    const set = path.join(folder, 'many.npz');
    writeFileSync(set, writeNpz(many));
    const model = 'fixtures/digits/worse/digits-int8.tflite';
    const args = [path.join(bundles, 'cli.js'), 'measure', model, '--evaluation', set, '--json'];
    const node = process.env.EDGE_READY_E2E_NODE ?? process.execPath;
    const measured = measurementSchema.parse(JSON.parse(execFileSync(node, args, { encoding: 'utf8' })));

    const bytes = readFileSync(model);
    const data = await readDataSet(set, folderSource('.'));
    const alone = await evaluateTflite(
      { format: 'tflite', bytes, graph: readTflite(bytes, model) },
      { data, metric: 'top-1' },
    );
    expect(measured.accuracy?.value).toBe(alone.metric?.value);
    expect(measured.accuracy?.value).toBeGreaterThan(0.7);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
