import { describe, expect, test } from 'vitest';
import { makeRandom } from '../../src/basics/random.ts';
import { chooseClusters } from '../../src/cluster/choose-clusters.ts';
import { clusterWeights } from '../../src/cluster/cluster-weights.ts';
import type { Graph, Tensor } from '../../src/graph/graph.ts';
import { computed, graphOf, operator } from '../support/tensor-graphs.ts';

/** Numbers from -1 to 1, the same every time. */
function numbers(count: number, seed = 1): readonly number[] {
  const random = makeRandom(seed);
  return Array.from({ length: count }, () => (random(2001) - 1000) / 1000);
}

function floats(shape: readonly number[], values: readonly number[]): Tensor {
  return { ...computed('w', shape, 'float32'), data: new Uint8Array(Float32Array.from(values).buffer) };
}

function bytes(shape: readonly number[], values: readonly number[], scale: readonly number[], axis = 0): Tensor {
  return {
    ...computed('w', shape),
    data: new Uint8Array(Int8Array.from(values).buffer),
    quantization: { scale, zeroPoint: scale.map(() => 0), axis },
  };
}

/** A network of one operator with these weights. */
function layer(dialect: Graph['dialect'], type: string, weights: Tensor, attributes = {}): Graph {
  const tensors = [computed('x', [1, 4, 4, 4]), weights, computed('y', [1, 4, 4, 4])];
  return graphOf(dialect, tensors, [operator(type, [0, 1], [2], attributes)], [0], [2]);
}
const float32 = (graph: Graph) => [...new Float32Array(graph.tensors[1]?.data?.slice().buffer ?? new ArrayBuffer(0))];
const int8 = (graph: Graph) => [...new Int8Array(graph.tensors[1]?.data?.slice().buffer ?? new ArrayBuffer(0))];

describe('clusterWeights', () => {
  test.each([1, 3, 5, 7])('leaves at most 2^%i values, of float and of int8 weights', (bits) => {
    const float = layer('onnx', 'Conv', floats([8, 10, 10], numbers(800)));
    expect(new Set(float32(clusterWeights(float, { bits, scope: 'tensor' }).graph)).size).toBeLessThanOrEqual(
      2 ** bits,
    );
    const values = numbers(800).map((value) => Math.round(127 * value));
    const whole = layer('tflite', 'CONV_2D', bytes([8, 10, 10, 1], values, new Array<number>(8).fill(0.5)));
    const clustered = int8(clusterWeights(whole, { bits, scope: 'tensor' }).graph);
    expect(new Set(clustered).size).toBeLessThanOrEqual(2 ** bits);
    expect(Math.max(...clustered.map((value, index) => Math.abs(value - (values[index] ?? 0))))).toBeLessThan(
      400 / 2 ** bits,
    );
  });

  test.each([
    ['onnx', 'Conv', [4, 3, 5], {}, 0],
    ['onnx', 'Gemm', [60, 4], {}, 1],
    ['onnx', 'Gemm', [4, 60], { transB: 1 }, 0],
    ['onnx', 'MatMul', [60, 4], {}, 1],
    ['tflite', 'DEPTHWISE_CONV_2D', [1, 6, 10, 4], {}, 3],
    ['tflite', 'FULLY_CONNECTED', [4, 60], {}, 0],
  ] as const)('%s %s of %j with %j: each channel has values of its own', (dialect, type, shape, attributes, axis) => {
    const extents: readonly number[] = shape;
    const count = extents.reduce((product, extent) => product * extent, 1);
    const graph = layer(dialect, type, floats(shape, numbers(count)), attributes);
    const values = float32(clusterWeights(graph, { bits: 2, scope: 'channel' }).graph);
    const inner = extents.slice(axis + 1).reduce((product, extent) => product * extent, 1);
    const channels = new Map<number, Set<number>>();
    values.forEach((value, index) => {
      const channel = Math.floor(index / inner) % (extents[axis] ?? 1);
      channels.set(channel, (channels.get(channel) ?? new Set()).add(value));
    });
    expect(channels.size).toBe(4);
    for (const own of channels.values()) expect(own.size).toBeLessThanOrEqual(4);
    expect(new Set(values).size).toBeGreaterThan(4);
  });

  test('zeros of sparse weights stay zeros', () => {
    const values = numbers(400).map((value, index) => (index % 3 === 0 ? 0 : value + 2));
    const clustered = float32(
      clusterWeights(layer('onnx', 'Conv', floats([4, 10, 10], values)), { bits: 2, scope: 'tensor' }).graph,
    );
    expect(clustered.map((value) => value === 0)).toEqual(values.map((value) => value === 0));
    expect(new Set(clustered).size).toBe(4);
  });

  test('channels of larger scale are met better', () => {
    const values = numbers(400).map((value, index) => Math.round(index < 200 ? 60 * value - 60 : 60 * value + 60));
    const errorOf = (scale: readonly number[]) => {
      const after = int8(
        clusterWeights(layer('tflite', 'CONV_2D', bytes([2, 10, 20, 1], values, scale)), { bits: 2, scope: 'tensor' })
          .graph,
      );
      return values.slice(0, 200).reduce((sum, value, index) => sum + (value - (after[index] ?? 0)) ** 2, 0);
    };
    expect(errorOf([1, 0.01])).toBeLessThan(errorOf([0.01, 1]) / 3);
  });

  test('what is no weight, or not asked for, stays', () => {
    const graph = layer('tflite', 'ADD', bytes([400], numbers(400), [1]));
    expect(clusterWeights(graph, { bits: 1, scope: 'tensor' })).toEqual({ graph, report: [] });
    const asked = layer('tflite', 'CONV_2D', bytes([4, 10, 10, 1], numbers(400), [1]));
    expect(clusterWeights(asked, { bits: 1, scope: 'tensor', layers: new Set() }).graph).toBe(asked);
    expect(() => clusterWeights(asked, { bits: 8, scope: 'tensor' })).toThrow(RangeError);
  });
});

describe('chooseClusters', () => {
  test('takes the fewest bits that change little enough', async () => {
    const graph = layer('onnx', 'Conv', floats([4, 10, 10], numbers(400)));
    const decibels = async (each: Graph) => new Set(float32(each)).size;
    const { report, decibels: reached } = await chooseClusters(graph, { scope: 'tensor', decibels, leastDecibels: 12 });
    expect(report.map(({ bits }) => bits)).toEqual([4]);
    expect(reached).toBe(16);
    const none = await chooseClusters(graph, { scope: 'tensor', decibels, leastDecibels: 129 });
    expect(none.graph).toEqual(graph);
    expect(none.report).toEqual([]);
  });

  test('leaves noise for the layers that follow, and what one does not use', async () => {
    const weights = (name: string, count: number, seed: number) => ({
      ...floats([count / 4, 2, 2], numbers(count, seed)),
      name,
    });
    const tensors = [computed('x', [1, 4, 4, 4]), weights('a', 800, 1), weights('b', 400, 2), weights('c', 200, 3)];
    const graph = graphOf(
      'onnx',
      [...tensors, computed('y', [1]), computed('z', [1]), computed('u', [1])],
      [operator('Conv', [0, 1], [4]), operator('Conv', [4, 2], [5]), operator('Conv', [5, 3], [6])],
      [0],
      [6],
    );
    // Each layer adds the square of what its weights change; the one in the middle bears nothing.
    const floatsOf = (each: Graph, id: number) => [
      ...new Float32Array(each.tensors[id]?.data?.slice().buffer ?? new ArrayBuffer(0)),
    ];
    const noiseOf = (each: Graph, id: number) => {
      const after = floatsOf(each, id);
      return floatsOf(graph, id).reduce((sum, value, index) => sum + (value - (after[index] ?? 0)) ** 2, 0);
    };
    const decibels = async (each: Graph) =>
      -10 * Math.log10(noiseOf(each, 1) + 1e9 * noiseOf(each, 2) + noiseOf(each, 3) + 1e-12);
    const chosen = await chooseClusters(graph, { scope: 'tensor', decibels, leastDecibels: 0 });
    expect(chosen.report.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(chosen.decibels).toBeGreaterThanOrEqual(0);
    expect(chosen.decibels).toBe(await decibels(chosen.graph));
    // The first alone may not take it all.
    expect(noiseOf(chosen.graph, 1)).toBeLessThanOrEqual(800 / 1400);
    expect(noiseOf(chosen.graph, 3)).toBeGreaterThan(0);
  });
});
