import { describe, expect, it } from 'vitest';
import { openFloatRunner } from '../../src/calibrate/open-float-runner.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { channelGroups } from '../../src/levers/channel-groups.ts';
import { equalize } from '../../src/levers/equalize.ts';
import { channelStatistics } from '../../src/levers/layer-statistics.ts';
import { weightedLayers, weightsOf } from '../../src/levers/layer-weights.ts';
import { float, onnxGraph } from '../support/onnx-graphs.ts';
import { largestDifference, noiseData, onnxNetwork, outputsOf, tfliteNetwork } from './networks.ts';

const networks = [
  ['onnx', onnxNetwork],
  ['tflite', tfliteNetwork],
] as const;

/** How far the channels of the layers' inputs lie apart: the mean over tensors of max / geometric mean of the channels' largest magnitudes. */
async function spreadOf(graph: Graph): Promise<number> {
  const data = noiseData(graph, 8);
  const inputs = weightedLayers(graph)
    .slice(1)
    .map((layer) => [layer.input, layer.inputChannelAxis] as const);
  const statistics = await channelStatistics(graph, new Map(inputs), { data }, (part, watched) =>
    openFloatRunner(part, watched, 'noise'),
  );
  const spreads = [...statistics.values()].map(({ largest }) => {
    const alive = [...largest].map(Math.abs).filter((value) => value > 0);
    return Math.max(...alive) / Math.exp(alive.reduce((sum, value) => sum + Math.log(value), 0) / alive.length);
  });
  return spreads.reduce((sum, value) => sum + value, 0) / spreads.length;
}

describe('equalize', () => {
  it.each(networks)('%s: keeps the outputs, evens out the channels', async (_, build) => {
    const graph = build(30);
    const data = noiseData(graph, 4);
    const equal = equalize(graph);
    expect(largestDifference(await outputsOf(graph, data), await outputsOf(equal, data))).toBeLessThan(1e-5);
    expect(await spreadOf(equal)).toBeLessThan((await spreadOf(graph)) * 0.8);
  });

  it.each(networks)('%s: keeps the outputs when it goes by activations', async (_, build) => {
    const graph = build(30);
    const data = noiseData(graph, 8);
    const axes = new Map(weightedLayers(graph).map((layer) => [layer.input, layer.inputChannelAxis]));
    const statistics = await channelStatistics(graph, axes, { data }, (part, watched) =>
      openFloatRunner(part, watched, 'noise'),
    );
    const equal = equalize(graph, { statistics });
    expect(largestDifference(await outputsOf(graph, data), await outputsOf(equal, data))).toBeLessThan(1e-5);
    expect(await spreadOf(equal)).toBeLessThan((await spreadOf(graph)) * 0.6);
  });

  it('gives both sides of a pair the same ranges, of a depthwise triple the cube root of their product', () => {
    const g = onnxGraph();
    const x = g.input('x', [1, 1, 1, 1]);
    const conv = (input: number, name: string, weight: number) =>
      g.op('Conv', [input, g.constant(name, [1, 1, 1, 1], [weight])], { shape: [1, 1, 1, 1] });
    const graph = g.build(conv(conv(conv(x, 'a', 8), 'b', 0.5), 'c', 2));
    const ranges = weightedLayers(equalize(graph)).map((layer) => Math.abs(weightsOf(equalize(graph), layer)[0] ?? 0));
    for (const range of ranges) expect(range).toBeCloseTo(2, 1);
  });

  it.each(['Sigmoid', 'HardSwish', 'Softmax', 'Clip'])('stops at %s', (type) => {
    const g = onnxGraph();
    const x = g.input('x', [1, 2, 4, 4]);
    const options = { shape: [1, 2, 4, 4] };
    const first = g.op('Conv', [x, g.constant('a', [2, 2, 1, 1], [100, 2, 0.3, 4])], options);
    const limits = type === 'Clip' ? [g.constant('min', [], [0]), g.constant('max', [], [6])] : [];
    const middle = g.op(type, [first, ...limits], options);
    const graph = g.build(g.op('Conv', [middle, g.constant('b', [2, 2, 1, 1], [1, 2, 3, 4])], options));
    expect(equalize(graph)).toBe(graph);
  });

  it('leaves graph outputs and what operators without a rule read alone', () => {
    const g = onnxGraph();
    const x = g.input('x', [1, 2, 4, 4]);
    const options = { shape: [1, 2, 4, 4] };
    const first = g.op('Conv', [x, g.constant('a', [2, 2, 1, 1], [100, 2, 0.3, 4])], options);
    const normal = g.op('LRN', [first], { ...options, attributes: { alpha: float(1) } });
    const graph = g.build(first, g.op('Conv', [normal, g.constant('b', [2, 2, 1, 1], [1, 2, 3, 4])], options));
    expect(equalize(graph)).toBe(graph);
  });

  it('a sum ties the channels of what it adds', () => {
    const graph = onnxNetwork();
    const groups = channelGroups(graph, 'scaling');
    const named = (name: string) =>
      groups.ofTensor.get(graph.tensors.findIndex((tensor) => tensor.name === name))?.groups;
    expect(named('trunk')).toEqual(named('branch'));
    expect(named('stem')).not.toEqual(named('depthwise'));
  });
});
