import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/calibrate/calibrate.ts';
import { addValues, type Histogram, newHistogram } from '../../src/calibrate/histogram.ts';
import { openRecorder } from '../../src/calibrate/open-recorder.ts';
import { withParts } from '../../src/calibrate/with-parts.ts';
import type { DataSet } from '../../src/data/data-set.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { builder, numbers } from '../quantize/small-network.ts';

/** x ── Sqrt ── root ── Relu ── y, all of one shape. */
function network(shape: readonly number[], version = 13): Graph {
  const g = builder(version);
  const [x, root, y] = [g.tensor('x', shape), g.tensor('root', shape), g.tensor('y', shape)];
  g.operator('Sqrt', [x], [root]);
  g.operator('Relu', [root], [y]);
  return g.graph([x], [y]);
}
const root = 1;
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** What is recorded of the root when one sample is run as often as each of its values is to be counted once. */
async function recorded(shape: readonly number[], data: Float32Array, times: number): Promise<Histogram> {
  const recorder = await openRecorder(network(shape), [root], 'distribution', 3 * times);
  for (let sample = 0; sample < times; sample += 1) {
    await recorder.record({ x: { dtype: 'float32', shape, data } }, sample);
  }
  const [histogram = newHistogram()] = await recorder.histograms();
  await recorder.close();
  return histogram;
}

describe('parts of large tensors', () => {
  it.each([
    ['pictures', [1, 8, 128, 96], 8],
    ['pictures, an odd number of rows', [1, 16, 67, 64], 8],
    ['rows of tokens', [1, 150, 500], 4],
    ['few rows of many', [1, 3, 40_000], 8],
    ['two axes', [1, 70_000], 8],
  ] as const)('are, over as many samples, every value once: %s', async (_, shape, times) => {
    const next = numbers(4);
    const data = Float32Array.from({ length: sizeOf(shape) }, () => (next() + 1) ** 2);
    const expected = newHistogram();
    addValues(expected, data.map(Math.sqrt), 'everything');
    const found = await recorded(shape, data, times);
    expect(found).toEqual(expected);
  });

  it('come with the extremes of all values, wherever these are', async () => {
    const shape = [1, 8, 128, 96];
    for (const place of [0, 95, 96 * 127, sizeOf(shape) - 1]) {
      const data = new Float32Array(sizeOf(shape)).fill(4);
      data[place] = 16;
      const recorder = await openRecorder(network(shape), [root], 'distribution', 50);
      await recorder.record({ x: { dtype: 'float32', shape, data } }, 3);
      const [histogram] = await recorder.histograms();
      await recorder.close();
      expect(histogram).toMatchObject({ max: 4, strays: 0 });
    }
  });

  it('are all there is of small tensors, of few samples, and before operator set 10', () => {
    const large = [1, 8, 128, 96];
    expect(withParts(network(large), [root], 50).steps).toEqual([8]);
    expect(withParts(network(large), [root], 7).steps).toEqual([2]);
    expect(withParts(network(large), [root], 5).steps).toEqual([1]);
    expect(withParts(network([1, 8, 16, 96]), [root], 50).steps).toEqual([1]);
    expect(withParts(network([]), [root], 50).graph.outputs).toEqual([root]);
    expect(withParts(network(large, 9), [root], 50).graph.outputs).toEqual([root]);
  });

  it('are not enough where a value is not finite: all are looked at', async () => {
    const shape = [1, 8, 128, 96];
    const data = new Float32Array(sizeOf(shape)).fill(4);
    data[5000] = Number.POSITIVE_INFINITY;
    data[9000] = 9;
    const set: DataSet = {
      path: 'infinite.npz',
      sha256: '',
      count: 12,
      names: ['x'],
      labels: undefined,
      sample: async () => ({ x: { dtype: 'float32', shape: shape.slice(1), data } }),
    };
    const { ranges, findings } = await calibrate(network(shape), [root], set, { observer: 'percentile' });
    expect(ranges.get(root)).toEqual({ min: 0, max: 3 });
    expect(findings.map(({ code, where }) => [code, where])).toEqual([['calibration-not-finite', 'root']]);
  });
});
