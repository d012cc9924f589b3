import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../src/formats/read-model.ts';
import { writeModel } from '../../src/formats/write-model.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { graphMacs } from '../../src/graph/macs.ts';
import { graphParameters } from '../../src/graph/parameters.ts';
import { channelGroups, layerInputGroups } from '../../src/levers/channel-groups.ts';
import { biasOf, weightedLayers, weightPlaces, weightsOf } from '../../src/levers/layer-weights.ts';
import { replaceWeights } from '../../src/levers/replace-weights.ts';
import { pruneChannels, pruningStatistics } from '../../src/prune/prune-channels.ts';
import { largestDifference, noiseData, onnxNetwork, outputsOf, tfliteNetwork } from '../levers/networks.ts';
import { int, ints, noise, onnxGraph } from '../support/onnx-graphs.ts';

const networks = [
  ['onnx', onnxNetwork],
  ['tflite', tfliteNetwork],
] as const;

/** The graph with the channels of some groups never anything but 0: no weights, no bias. The first two of every layer live, as pruning leaves that many. */
function withDeadChannels(graph: Graph, isDead: (group: number) => boolean): { graph: Graph; dead: number } {
  const groups = channelGroups(graph, 'removal');
  const dead = new Set<number>();
  const living = new Set(
    groups.layers.flatMap((layer) => [...(groups.ofTensor.get(layer.output)?.groups ?? []).slice(0, 2)]),
  );
  const changes = groups.layers.map((layer) => {
    const made = groups.ofTensor.get(layer.output)?.groups ?? new Int32Array(0);
    for (const group of made) {
      if (groups.isFixed[group] === 0 && !living.has(group) && isDead(group)) dead.add(group);
    }
    const { output } = weightPlaces(layer);
    const weights = weightsOf(graph, layer).map((weight, index) =>
      dead.has(made[output[index] ?? 0] ?? -1) ? 0 : weight,
    );
    const bias = biasOf(graph, layer).map((value, channel) => (dead.has(made[channel] ?? -1) ? 0 : value));
    return [layer, { weights, bias }] as const;
  });
  return { graph: replaceWeights(graph, new Map(changes)), dead: dead.size };
}

/** What a device's loader would say: written, read, shapes inferred again, run. */
function written(graph: Graph): Graph {
  return inferShapes(readModel(writeModel(graph), `model.${graph.dialect}`).graph);
}

describe('pruneChannels', () => {
  it.each(networks)('%s: removing channels that are never anything but 0 changes nothing', async (_, build) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), async (seed) => {
        const chances = noise(200, seed);
        const { graph, dead } = withDeadChannels(build(3), (group) => (chances[group] ?? 0) > 0.3);
        const all = channelGroups(graph, 'removal');
        const total = new Set(all.layers.flatMap((layer) => [...(layerInputGroups(all, layer) ?? [])])).size;
        const pruned = pruneChannels(graph, {
          amount: { ratio: dead / total },
          criterion: 'l1',
          multipleOf: 1,
          leastShare: 0,
        });
        if (dead > 4) expect(graphParameters(pruned.graph)).toBeLessThan(graphParameters(graph));
        const data = noiseData(graph, 2);
        expect(
          largestDifference(await outputsOf(graph, data), await outputsOf(written(pruned.graph), data)),
        ).toBeLessThan(1e-5);
      }),
      { numRuns: 12 },
    );
  });

  it.each(networks)('%s: every ratio gives a graph that runs, smaller and smaller', async (_, build) => {
    const graph = build(3);
    const data = noiseData(graph, 2);
    const sizes: number[] = [];
    for (const ratio of [0, 0.1, 0.3, 0.5, 0.7, 1]) {
      const pruned = pruneChannels(graph, { amount: { ratio }, multipleOf: 1 });
      const again = written(pruned.graph);
      expect(again.tensors.filter(({ data: content }) => content === undefined).map(({ shape }) => shape)).toEqual(
        pruned.graph.tensors.filter(({ data: content }) => content === undefined).map(({ shape }) => shape),
      );
      for (const output of await outputsOf(again, data)) expect(output.every(Number.isFinite)).toBe(true);
      sizes.push(graphParameters(pruned.graph));
    }
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(new Set(sizes).size).toBe(sizes.length);
  });

  it.each(networks)('%s: gets down to a budget, and says so when it cannot', (_, build) => {
    const graph = build(3);
    const macs = graphMacs(graph);
    const half = pruneChannels(graph, { amount: { macs: macs / 2 }, multipleOf: 1 });
    expect(half.isReached).toBe(true);
    expect(graphMacs(half.graph)).toBeLessThanOrEqual(macs / 2);
    expect(graphMacs(half.graph)).toBeGreaterThan(macs / 4);
    const parameters = graphParameters(graph);
    expect(
      graphParameters(pruneChannels(graph, { amount: { parameters: parameters * 0.7 } }).graph),
    ).toBeLessThanOrEqual(parameters * 0.7);
    expect(pruneChannels(graph, { amount: { macs: 10 } }).isReached).toBe(false);
  });

  it.each(networks)('%s: what removed channels added is made up for', async (_, build) => {
    const graph = build(3);
    const data = noiseData(graph, 64);
    const statistics = await pruningStatistics(graph, { data });
    const { channels, patches } = statistics;
    const onlyMeans = { channels, patches };
    const outputs = await outputsOf(graph, data);
    const lossOf = async (options: Partial<Parameters<typeof pruneChannels>[1]>) => {
      const all = { amount: { ratio: 0.2 }, multipleOf: 1, ...options };
      const pruned = await outputsOf(pruneChannels(graph, all).graph, data);
      return outputs.reduce(
        (sum, values, sample) =>
          sum + values.reduce((part, value, at) => part + (value - (pruned[sample]?.[at] ?? 0)) ** 2, 0),
        0,
      );
    };
    const plain = await lossOf({ criterion: 'l2' });
    const centred = await lossOf({ criterion: 'l2', statistics: onlyMeans });
    expect(centred).toBeLessThan(plain);
    expect(await lossOf({ criterion: 'l2', statistics })).toBeLessThan(centred);
    expect(await lossOf({ statistics: onlyMeans })).toBeLessThan(centred);
  });

  it('keeps multiples of 4 where there are enough channels', () => {
    const pruned = pruneChannels(onnxNetwork(3), { amount: { ratio: 0.35 } });
    for (const { after } of pruned.layers) expect(after % 4).toBe(0);
    expect(pruned.layers.length).toBeGreaterThan(0);
  });

  it('ties what a sum adds, and what a depthwise layer passes on', () => {
    const graph = onnxNetwork(3);
    const groups = channelGroups(graph, 'removal');
    const named = (name: string) => [
      ...(groups.ofTensor.get(graph.tensors.findIndex((tensor) => tensor.name === name))?.groups ?? []),
    ];
    expect(named('trunk')).toEqual(named('branch'));
    expect(named('stem')).toEqual(named('depthwise'));
    expect(named('scores').every((group) => groups.isFixed[group] === 1)).toBe(true);
  });

  it('goes by the scales of batch normalisations that are not folded', async () => {
    const g = onnxGraph();
    const x = g.input('x', [1, 2, 4, 4]);
    const options = { shape: [1, 4, 4, 4] };
    const conv = g.op('Conv', [x, g.constant('w', [4, 2, 1, 1], noise(8, 1))], options);
    const parameters = [
      [1, 0.001, -2, 1.5],
      [0.5, 0, 0.1, 0],
      [0, 0, 0.2, 0],
      [1, 1, 1, 1],
    ].map((values, at) => g.constant(`p${at}`, [4], values));
    const normal = g.op('Relu', [g.op('BatchNormalization', [conv, ...parameters], options)], options);
    const out = g.op('Conv', [normal, g.constant('v', [3, 4, 1, 1], noise(12, 2))], {
      shape: [1, 3, 4, 4],
      outputs: ['out'],
      dtype: 'float32',
    });
    const graph = g.build(out);
    const pruned = pruneChannels(graph, { amount: { ratio: 0.25 }, criterion: 'batch-norm', multipleOf: 1 }).graph;
    const data = noiseData(graph, 2);
    expect(weightedLayers(pruned).map(({ weightsShape }) => weightsShape)).toEqual([
      [3, 2, 1, 1],
      [3, 3, 1, 1],
    ]);
    expect(largestDifference(await outputsOf(graph, data), await outputsOf(pruned, data))).toBeLessThan(0.01);
  });

  it('removes the same places of every part of a grouped convolution', async () => {
    const g = onnxGraph();
    const x = g.input('x', [1, 2, 4, 4]);
    const first = g.op('Relu', [g.op('Conv', [x, g.constant('a', [8, 2, 1, 1], noise(16, 1))])]);
    const grouped = g.op('Relu', [
      g.op('Conv', [first, g.constant('b', [8, 4, 3, 3], noise(288, 2))], { attributes: { group: int(2) } }),
    ]);
    const out = g.op('Conv', [grouped, g.constant('c', [3, 8, 1, 1], noise(24, 3))], { outputs: ['out'] });
    const graph = inferShapes(g.build(out));
    const pruned = pruneChannels(graph, { amount: { ratio: 0.4 }, multipleOf: 1 }).graph;
    const [a, b] = weightedLayers(pruned);
    expect(a?.outputChannels).toBeLessThan(8);
    expect(b?.groups).toBe(2);
    expect((await outputsOf(written(pruned), noiseData(graph, 1)))[0]?.every(Number.isFinite)).toBe(true);
  });

  it('cuts the right places of what is joined', async () => {
    const g = onnxGraph();
    const x = g.input('x', [1, 2, 4, 4]);
    // Channels 1 and 4 of the first and 0 and 6 of the second are never anything but 0: 1, 4, 8 and 14 of both.
    const without = (channels: readonly number[], seed: number) =>
      noise(16, seed).map((value, index) => (channels.includes(Math.floor(index / 2)) ? 0 : value + 0.01));
    const parts = [without([1, 4], 1), without([0, 6], 2)].map((weights, at) =>
      g.op('Relu', [g.op('Conv', [x, g.constant(`w${at}`, [8, 2, 1, 1], weights)])]),
    );
    const joined = g.op('Concat', parts, { attributes: { axis: int(1) } });
    const last = noise(48, 3);
    const graph = inferShapes(
      g.build(g.op('Conv', [joined, g.constant('c', [3, 16, 1, 1], last)], { outputs: ['out'] })),
    );
    const { graph: pruned, layers } = pruneChannels(graph, {
      amount: { ratio: 4 / 16 },
      criterion: 'l1',
      multipleOf: 1,
    });
    expect(layers.map(({ after }) => after)).toEqual([6, 6]);
    const [, , reader] = weightedLayers(pruned);
    if (reader === undefined) throw new Error('no layer reads what is joined');
    expect([...weightsOf(pruned, reader)]).toEqual(
      [...Float32Array.from(last)].filter((_, index) => ![1, 4, 8, 14].includes(index % 16)),
    );
    const data = noiseData(graph, 2);
    expect(largestDifference(await outputsOf(graph, data), await outputsOf(written(pruned), data))).toBeLessThan(1e-5);
  });

  it('leaves channels alone that it cannot follow', () => {
    const g = onnxGraph();
    const x = g.input('x', [1, 2, 4, 4]);
    const conv = g.op('Conv', [x, g.constant('a', [8, 2, 1, 1], noise(16, 1))]);
    const shuffled = g.op('DepthToSpace', [conv], { attributes: { blocksize: int(2) } });
    const parts = g.op('Reshape', [shuffled, g.constant('shape', [5], [1, 2, 1, 8, 8], 'int64')]);
    const swapped = g.op('Reshape', [
      g.op('Transpose', [parts], { attributes: { perm: ints(0, 2, 1, 3, 4) } }),
      g.constant('back', [4], [1, 2, 8, 8], 'int64'),
    ]);
    const graph = inferShapes(
      g.build(g.op('Conv', [swapped, g.constant('b', [3, 2, 1, 1], noise(6, 2))], { outputs: ['out'] })),
    );
    expect(pruneChannels(graph, { amount: { ratio: 0.9 }, multipleOf: 1 }).graph).toBe(graph);
  });
});
