import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../../src/data/data-set.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { mixPrecisions } from '../../../src/quantize/tflite/mix-precisions.ts';
import { sensitivityOf } from '../../../src/quantize/tflite/sensitivity.ts';
import { floatGraph, quantizeAndJudge, rangesOf, type Samples, samplesOf } from './float-graph.ts';

const image = [1, 6, 6, 4];
const same = { padding: 'SAME', stride_h: 1, stride_w: 1, dilation_h_factor: 1, dilation_w_factor: 1 };

/** Three convolutions; the middle one gives one channel that is a thousand times the others, which the last one all but ignores. */
function uneven(): Graph {
  const g = floatGraph(4);
  const [first = 0] = g.apply('CONV_2D', [g.input(image), g.constant([4, 1, 1, 4]), g.constant([4])], [image], same);
  const loud = Array.from({ length: 16 }, (_, index) => g.next() * (index < 4 ? 1000 : 1));
  const [second = 0] = g.apply('CONV_2D', [first, g.constant([4, 1, 1, 4], loud), g.constant([4])], [image], same);
  const deaf = Array.from({ length: 16 }, (_, index) => (index % 4 === 0 ? 0.0005 : 1) * g.next());
  const [third = 0] = g.apply('CONV_2D', [second, g.constant([4, 1, 1, 4], deaf), g.constant([4])], [image], same);
  const [turned = 0] = g.apply('TRANSPOSE', [third, g.integers([0, 2, 1, 3])], [image]);
  return g.build(g.apply('ADD', [turned, g.constant([4])], [image]));
}

function dataSet(graph: Graph, samples: Samples): DataSet {
  const names = graph.inputs.map((id) => graph.tensors[id]?.name ?? '');
  return {
    path: 'samples',
    sha256: '',
    count: samples.length,
    names,
    labels: undefined,
    sample: async (index) =>
      Object.fromEntries(
        names.map((name, position) => [
          name,
          { dtype: 'float32' as const, shape: image, data: samples[index]?.[position] ?? new Float32Array(0) },
        ]),
      ),
  };
}

describe('sensitivityOf', () => {
  it('finds the layers whose noise comes through, leaving out what only moves data', async () => {
    const graph = uneven();
    const samples = samplesOf(graph);
    const rows = await sensitivityOf(graph, rangesOf(graph, samples), dataSet(graph, samples));
    expect(rows.map(({ operator }) => operator).sort()).toEqual([0, 1, 2, 4]);
    // What the second makes and the third takes.
    expect(
      rows
        .slice(0, 2)
        .map(({ operator }) => operator)
        .sort(),
    ).toEqual([1, 2]);
    expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    for (const { int8Decibels, int16Decibels } of rows) expect(int16Decibels).toBeGreaterThanOrEqual(int8Decibels - 1);
  });

  it('agrees with quantising that operator alone', async () => {
    const graph = uneven();
    const samples = samplesOf(graph);
    const rows = await sensitivityOf(graph, rangesOf(graph, samples), dataSet(graph, samples));
    for (const { operator, int8Decibels } of rows) {
      const keepFloat = new Set([0, 1, 2, 4].filter((index) => index !== operator));
      // An addition between floats would be left alone.
      if (operator === 4) continue;
      const { decibels } = quantizeAndJudge(graph, { keepFloat, ends: 'float' }, samples);
      expect(decibels).toBeCloseTo(int8Decibels, 0);
    }
  });
});

describe('mixPrecisions', () => {
  it.each(['int16', 'float'] as const)('keeps the worst as %s until the outputs reach the limit', async (keptAs) => {
    const graph = uneven();
    const samples = samplesOf(graph);
    const data = dataSet(graph, samples);
    const ranges = rangesOf(graph, samples);
    const rows = await sensitivityOf(graph, ranges, data);
    const plain = quantizeAndJudge(graph, {}, samples).decibels;
    const mix = await mixPrecisions(graph, ranges, data, rows, { leastDecibels: plain + 6, keptAs });
    expect(mix.isReached).toBe(true);
    expect(mix.kept.size).toBeLessThan(4);
    const mixed = quantizeAndJudge(graph, { ...mix.options, ends: 'float' }, samples);
    expect(mixed.decibels).toBeCloseTo(mix.decibels, 6);
    expect(mixed.decibels).toBeGreaterThan(plain + 6);
  });
});
