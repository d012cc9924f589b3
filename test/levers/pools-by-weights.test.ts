import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/calibrate/calibrate.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { poolsByWeights } from '../../src/levers/pools-by-weights.ts';
import { nearnessTo } from '../../src/levers/signal-to-noise.ts';
import { observedTensors } from '../../src/quantize/tflite/observed.ts';
import { quantizeTflite } from '../../src/quantize/tflite/quantize-tflite.ts';
import { network } from '../passes/tflite/network.ts';
import { noise } from '../support/onnx-graphs.ts';
import { largestDifference, noiseData, onnxNetwork, outputsOf } from './networks.ts';

const float = { dtype: 'float32', quantization: undefined } as never;

/** x [1,h,w,3] ── CONV_2D 1 × 1 ── pool ── FULLY_CONNECTED */
function pooled([height, width]: readonly [number, number], window: Readonly<Record<string, unknown>>): Graph {
  const g = network();
  const x = g.input([1, height, width, 3], float);
  const strides = { stride_h: 1, stride_w: 1, dilation_h_factor: 1, dilation_w_factor: 1, padding: 'SAME' };
  const weights = g.constant('float32', [6, 1, 1, 3], [...noise(18, 1)]);
  const conv = g.layer(
    'CONV_2D',
    [x, weights],
    [1, height, width, 6],
    { ...strides, fused_activation_function: 'RELU' },
    float,
  );
  const pool = g.layer(
    'AVERAGE_POOL_2D',
    [conv],
    [1, 1, 1, 6],
    { stride_h: height, stride_w: width, fused_activation_function: 'NONE', ...window } as never,
    float,
  );
  const dense = g.constant('float32', [4, 6], [...noise(24, 2)]);
  return g.graph(
    [x],
    [g.layer('FULLY_CONNECTED', [pool, dense], [1, 4], { fused_activation_function: 'NONE' }, float)],
  );
}

const types = (graph: Graph) => graph.operators.map(({ type }) => type);

describe('poolsByWeights', () => {
  it.each([
    [[8, 8], { padding: 'VALID', filter_height: 8, filter_width: 8 }],
    [[8, 8], { padding: 'SAME', filter_height: 8, filter_width: 8 }],
    // MLPerf Tiny's keyword spotting leaves the last of 25 rows out.
    [[5, 3], { padding: 'VALID', filter_height: 4, filter_width: 3 }],
  ] as const)('averages images of %j by weights, with %j', async (size, window) => {
    const graph = pooled(size, window);
    const weighed = poolsByWeights(graph);
    expect(types(weighed)).toEqual(['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED']);
    const data = noiseData(graph, 4);
    expect(largestDifference(await outputsOf(graph, data), await outputsOf(weighed, data))).toBeLessThan(1e-5);
  });

  it('lets integers come nearer to the float model', async () => {
    const graph = pooled([8, 8], { padding: 'VALID', filter_height: 8, filter_width: 8 });
    const data = noiseData(graph, 16);
    const nearness = nearnessTo(graph, { data });
    const near = async (each: Graph) => {
      const { ranges } = await calibrate(each, observedTensors(each), data);
      return nearness(each, (named) => quantizeTflite(named, ranges).graph);
    };
    expect(await near(poolsByWeights(graph))).toBeGreaterThan((await near(graph)) + 1);
  });

  it.each([
    ['a window with padding in it', { padding: 'SAME', filter_height: 4, filter_width: 4 }],
    ['a fused activation', { padding: 'VALID', filter_height: 8, filter_width: 8, fused_activation_function: 'RELU' }],
  ] as const)('leaves %s', (_, window) => {
    const graph = pooled([8, 8], window);
    expect(poolsByWeights(graph)).toBe(graph);
  });

  it('leaves ONNX, whose pools have a scale of their own', () => {
    const graph = onnxNetwork();
    expect(poolsByWeights(graph)).toBe(graph);
  });
});
