import { describe, expect, it } from 'vitest';
import { evaluateOnnx } from '../../src/accuracy/evaluate-onnx.ts';
import type { DataSet } from '../../src/data/data-set.ts';
import { writeOnnx } from '../../src/formats/onnx/write.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { loadOnnxRuntime } from '../../src/onnx-runtime/load.ts';
import { builder } from '../quantize/small-network.ts';

const runtime = await loadOnnxRuntime();

/** Gives its input back: sample `[0, 1, 0]` is class 1. */
function identity(type = 'Identity'): Graph {
  const g = builder(13);
  const [x, y] = [g.tensor('x', ['N' as unknown as number, 3]), g.tensor('y', ['N' as unknown as number, 3])];
  g.operator(type, [x], [y]);
  return g.graph([x], [y]);
}

const rows = [
  [0, 1, 0],
  [9, 1, 0],
  [0, 1, 2],
  [3, 2, 1],
];
const data = (labels: readonly number[]): DataSet => ({
  path: 'rows.npz',
  sha256: '',
  count: rows.length,
  names: ['x'],
  labels: { values: Float64Array.from(labels), width: 1, areIntegers: true },
  sample: async (index) => ({ x: { dtype: 'float32', shape: [3], data: Float32Array.from(rows[index] ?? []) } }),
});
const artifactOf = (graph: Graph) => ({ format: 'onnx' as const, bytes: writeOnnx(graph), graph });

describe('evaluateOnnx', () => {
  it('counts right answers by sample', async () => {
    const result = await evaluateOnnx(artifactOf(identity()), { data: data([1, 1, 2, 0]), metric: 'top-1' }, runtime);
    expect(result).toMatchObject({
      metric: {
        value: 0.75,
        unit: 'ratio',
        basis: 'measured',
        source: expect.stringContaining('4 samples of rows.npz'),
      },
      correct: new Uint8Array([1, 0, 1, 1]),
    });
    const five = await evaluateOnnx(artifactOf(identity()), { data: data([1, 1, 2, 0]), metric: 'top-5' }, runtime);
    expect(five.metric?.value).toBe(1);
  });

  it('says why there is none when ONNX Runtime refuses the model', async () => {
    const result = await evaluateOnnx(
      artifactOf(identity('NoSuchOperator')),
      { data: data([0, 0, 0, 0]), metric: 'top-1' },
      runtime,
    );
    expect(result.metric).toBeNull();
    expect(result).toMatchObject({
      reason: expect.stringMatching(/^ONNX Runtime .* does not load the model: .*NoSuchOperator/),
    });
  });

  it('names a label that the model cannot give', async () => {
    const labels = data([0, 7, 0, 0]);
    await expect(evaluateOnnx(artifactOf(identity()), { data: labels, metric: 'top-1' }, runtime)).rejects.toThrow(
      'rows.npz has label 7, but the model\'s output "y" has 3 classes.',
    );
  });
});
