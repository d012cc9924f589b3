import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/calibrate/calibrate.ts';
import type { DataArray, DataSet } from '../../src/data/data-set.ts';
import type { Graph, TensorId } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { nearnessTo } from '../../src/levers/signal-to-noise.ts';
import { lowerToTflite } from '../../src/lower/lower.ts';
import { simplifyOnnx } from '../../src/passes/simplify.ts';
import { observedTensors } from '../../src/quantize/tflite/observed.ts';
import { quantizeTflite } from '../../src/quantize/tflite/quantize-tflite.ts';
import { withShallowMasks } from '../../src/quantize/tflite/shallow-masks.ts';
import { type GraphBuilder, int, onnxGraph } from '../support/onnx-graphs.ts';
import { numbers } from './small-network.ts';

const rows = 8;
const depth = 4;
const infinity = Number.NEGATIVE_INFINITY;
/** A row for each query: what is to come is hidden. */
const causal = (hidden: number): number[] =>
  Array.from({ length: rows * rows }, (_, at) => (at % rows > Math.floor(at / rows) ? hidden : 0));

type Scores = (graph: GraphBuilder, scores: TensorId) => TensorId;
const added =
  (hidden: number): Scores =>
  (graph, scores) =>
    graph.op('Add', [scores, graph.constant('mask', [rows, rows], causal(hidden))]);
const seen = (graph: GraphBuilder): TensorId =>
  graph.op('Greater', [graph.input('mask', [rows, rows]), graph.constant('least', [], [-0.5])]);

const masks: Readonly<Record<string, Scores>> = {
  'the lowest float': added(-3.4028234663852886e38),
  'a billion': added(-1e9),
  infinity: added(infinity),
  'a hundred': added(-100),
  'a constant in place of scores': (graph, scores) =>
    graph.op('Where', [seen(graph), scores, graph.constant('hidden', [], [infinity])]),
  'one of two constants': (graph, scores) => {
    const chosen = graph.op('Where', [
      seen(graph),
      graph.constant('zero', [], [0]),
      graph.constant('hidden', [], [-1e9]),
    ]);
    return graph.op('Add', [graph.op('Unsqueeze', [chosen, graph.constant('axis', [1], [0], 'int64')]), scores]);
  },
  'the sum of two masks': (graph, scores) => {
    const bias = graph.constant(
      'bias',
      [rows, rows],
      causal(0).map((_, at) => (at % 3) / 4),
    );
    const chosen = graph.op('Where', [
      seen(graph),
      graph.constant('zero', [], [0]),
      graph.constant('hidden', [], [-1e9]),
    ]);
    return graph.op('Add', [scores, graph.op('Add', [bias, chosen])]);
  },
  'what a mask is padded with': (graph, scores) => {
    const numbers = (name: string, ...values: number[]) => graph.constant(name, [values.length], values, 'int64');
    const known = graph.op('Slice', [
      graph.input('mask', [rows, rows]),
      numbers('a', 0),
      numbers('b', rows - 2),
      numbers('c', 1),
    ]);
    const padded = graph.op('Pad', [
      known,
      numbers('pads', 0, 0, 0, 2),
      graph.constant('hidden', [], [-3.4028234663852886e38]),
    ]);
    return graph.op('Add', [scores, padded]);
  },
  'what the caller gives': (graph, scores) =>
    graph.op('Add', [scores, graph.op('Mul', [graph.input('mask', [rows, rows]), graph.constant('many', [], [1e9])])]),
};

/** q·kᵀ ─▶ masked ─▶ Softmax ─▶ ·v */
function attention(masked: Scores): Graph {
  const graph = onnxGraph(17);
  const [q, k, v] = ['q', 'k', 'v'].map((name) => graph.input(name, [1, rows, depth]));
  const turned = graph.op('Transpose', [k ?? -1], { attributes: { perm: { kind: 'ints', value: [0, 2, 1] } } });
  const weights = graph.op('Softmax', [masked(graph, graph.op('MatMul', [q ?? -1, turned]))], {
    attributes: { axis: int(2) },
  });
  const built = graph.build(graph.op('MatMul', [weights, v ?? -1]));
  return lowerToTflite(simplifyOnnx(inferShapes(built))).graph;
}

const next = numbers(5);
const samples = Array.from({ length: 12 }, () => {
  const noise = (size: number): DataArray => ({
    dtype: 'float32',
    shape: [rows, depth],
    data: Float32Array.from({ length: rows * depth }, () => size * next()),
  });
  const mask: DataArray = { dtype: 'float32', shape: [rows, rows], data: Float32Array.from(causal(-1)) };
  return { q: noise(2), k: noise(2), v: noise(1), mask };
});
const data: DataSet = {
  path: 'data.npz',
  sha256: '',
  count: samples.length,
  names: ['q', 'k', 'v', 'mask'],
  labels: undefined,
  sample: async (index) => samples[index] as (typeof samples)[number],
};

const decibels = async (graph: Graph, activations: 'int8' | 'int16'): Promise<number> => {
  const { ranges } = await calibrate(graph, observedTensors(graph), data, { observer: 'min-max' });
  return nearnessTo(graph, { data })(graph, (each) => quantizeTflite(each, ranges, { activations }).graph);
};

describe('a mask before a softmax', () => {
  it.each(Object.entries(masks))('of %s leaves the scores their integers', async (_, masked) => {
    const graph = attention(masked);
    expect(await decibels(graph, 'int8')).toBeGreaterThan(22);
    expect(await decibels(graph, 'int16')).toBeGreaterThan(40);
  });

  it('that two softmaxes share is as deep as the scores of both need', async () => {
    const graph = onnxGraph(17);
    const [q, k] = ['q', 'k'].map((name) => graph.input(name, [1, rows, depth]));
    const turned = graph.op('Transpose', [k ?? -1], { attributes: { perm: { kind: 'ints', value: [0, 2, 1] } } });
    const scores = graph.op('MatMul', [q ?? -1, turned]);
    const zero = graph.constant('zero', [], [0]);
    const mask = graph.op('Where', [seen(graph), zero, graph.constant('hidden', [], [-1e9])]);
    const weights = [1, 4].map((size) =>
      graph.op('Softmax', [
        graph.op('Add', [graph.op('Mul', [scores, graph.constant(`size${size}`, [], [size])]), mask]),
      ]),
    );
    const built = graph.build(...weights.map((each) => graph.op('MatMul', [each, k ?? -1])));
    const lowered = lowerToTflite(simplifyOnnx(inferShapes(built))).graph;
    expect(await decibels(lowered, 'int8')).toBeGreaterThan(22);
  });

  it.each<readonly [string, Scores]>([
    ['is no lower than scores are', added(-3)],
    [
      'is the same for all of a row',
      (graph, scores) =>
        graph.op('Add', [
          scores,
          graph.constant(
            'shift',
            [rows, 1],
            Array.from({ length: rows }, (_, row) => -50 * row),
          ),
        ]),
    ],
    [
      'is computed, and low by chance',
      (graph, scores) =>
        graph.op('Add', [
          scores,
          graph.op('Mul', [graph.input('mask', [rows, rows]), graph.constant('many', [], [300])]),
        ]),
    ],
  ])('hides nothing where what is added %s', async (_, masked) => {
    const graph = attention(masked);
    const { ranges } = await calibrate(graph, observedTensors(graph), data, { observer: 'min-max' });
    expect(withShallowMasks(graph, ranges)).toEqual({ graph, ranges });
  });
});
