import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../src/graph/graph.ts';
import { weightedLayers, weightsOf } from '../../src/levers/layer-weights.ts';
import { pruningStatistics } from '../../src/prune/prune-channels.ts';
import { pruneWeights } from '../../src/prune/prune-weights.ts';
import { noiseData, onnxNetwork, outputsOf, tfliteNetwork } from '../levers/networks.ts';

const networks = [
  ['onnx', onnxNetwork],
  ['tflite', tfliteNetwork],
] as const;

const thinned = (graph: Graph) => weightedLayers(graph).filter(({ kind }) => kind !== 'depthwise');
const zerosOf = (weights: Float32Array) => weights.filter((weight) => weight === 0).length;

describe('pruneWeights', () => {
  it.each(networks)('%s: as many of the smallest as asked for, in every layer or in the network', (_, build) => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        fc.constantFrom('layer', 'network'),
        (sparsity, across) => {
          const graph = build(3);
          const pruned = pruneWeights(graph, { sparsity, across: across as 'layer' | 'network' }).graph;
          const before = thinned(graph).map((layer) => weightsOf(graph, layer));
          const after = thinned(pruned).map((layer) => weightsOf(pruned, layer));
          const total = before.reduce((sum, weights) => sum + weights.length, 0);
          const gone = after.reduce((sum, weights) => sum + zerosOf(weights), 0);
          expect(Math.abs(gone / total - sparsity)).toBeLessThan(0.02);
          after.forEach((weights, at) => {
            const kept = weights.filter((weight) => weight !== 0).map(Math.abs);
            const lost = (before[at] as Float32Array)
              .filter((weight, index) => weights[index] === 0 && weight !== 0)
              .map(Math.abs);
            expect(Math.max(0, ...lost)).toBeLessThanOrEqual(Math.min(...kept));
            if (across === 'layer')
              expect(Math.abs(zerosOf(weights) - sparsity * weights.length)).toBeLessThanOrEqual(0.5);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('counts equal weights one by one', () => {
    const graph = onnxNetwork(1);
    const { layers } = pruneWeights(graph, { sparsity: 0.5, isKept: ({ index }) => index !== 0 });
    expect(layers).toEqual([{ index: 0, weights: 216, zeros: 108 }]);
  });

  it.each(networks)('%s: with statistics, biases and the other weights make up for what is lost', async (_, build) => {
    const graph = build(3);
    const data = noiseData(graph, 64);
    const { patches: means, moments = new Map() } = await pruningStatistics(graph, { data });
    const outputs = await outputsOf(graph, data);
    const loss = async (options: Partial<Parameters<typeof pruneWeights>[1]>) => {
      const got = await outputsOf(pruneWeights(graph, { sparsity: 0.4, ...options }).graph, data);
      return outputs.reduce(
        (sum, values, sample) =>
          sum + values.reduce((all, value, at) => all + (value - (got[sample]?.[at] ?? 0)) ** 2, 0),
        0,
      );
    };
    const plain = await loss({});
    const centred = await loss({ means });
    expect(centred).toBeLessThan(plain);
    expect(await loss({ means, moments })).toBeLessThan(plain / 2);
    const { layers } = pruneWeights(graph, { sparsity: 0.4, moments });
    for (const { weights, zeros } of layers) expect(Math.abs(zeros / weights - 0.4)).toBeLessThan(0.02);
  });
});
