import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import { quantizedTypes } from '../../../src/quantize/tflite/rules.ts';
import { unsupported } from '../../../src/runtimes/tflm/support/unsupported.ts';
import { type Attributes, floatGraph, quantizeAndJudge, typesOf } from './float-graph.ts';

type Builder = ReturnType<typeof floatGraph>;
const image = [1, 6, 6, 4];
const valid: Attributes = { padding: 'VALID', stride_h: 1, stride_w: 1, dilation_h_factor: 1, dilation_w_factor: 1 };
const pooling: Attributes = { padding: 'VALID', stride_h: 2, stride_w: 2, filter_height: 2, filter_width: 2 };

const one =
  (type: string, from: readonly number[], to: readonly number[], attributes: Attributes = {}) =>
  (g: Builder): number[] =>
    g.apply(type, [g.input(from)], [to], attributes);
const two =
  (type: string, attributes: Attributes = {}) =>
  (g: Builder) =>
    g.apply(type, [g.input(image), g.input(image)], [image], attributes);
const indexed =
  (type: string, to: readonly number[], list: readonly number[], attributes: Attributes = {}) =>
  (g: Builder) =>
    g.apply(type, [g.input(image), g.integers(list)], [to], attributes);
const compared = (type: string) => (g: Builder) => g.apply(type, [g.input(image), g.input(image)], [image], {}, 'bool');
const scalar =
  (
    type: string,
    to: readonly number[],
    value: number,
    attributes: Attributes = {},
    dtype: 'float32' | 'int32' = 'float32',
  ) =>
  (g: Builder) =>
    g.apply(type, [g.input(image), g.integers([value], [])], [to], attributes, dtype);

/** A graph of each type that becomes integer, with the least SQNR in dB that its int8 form must reach. */
const graphs: Readonly<Record<string, readonly [(g: Builder) => readonly number[], number]>> = {
  CONV_2D: [
    (g) => g.apply('CONV_2D', [g.input(image), g.constant([8, 3, 3, 4]), g.constant([8])], [[1, 4, 4, 8]], valid),
    34,
  ],
  DEPTHWISE_CONV_2D: [
    (g) =>
      g.apply('DEPTHWISE_CONV_2D', [g.input(image), g.constant([1, 3, 3, 4]), g.constant([4])], [[1, 4, 4, 4]], {
        ...valid,
        depth_multiplier: 1,
      }),
    34,
  ],
  TRANSPOSE_CONV: [
    (g) =>
      g.apply(
        'TRANSPOSE_CONV',
        [g.integers([1, 12, 12, 3]), g.constant([3, 2, 2, 4]), g.input(image)],
        [[1, 12, 12, 3]],
        {
          padding: 'VALID',
          stride_h: 2,
          stride_w: 2,
          fused_activation_function: 'NONE',
        },
      ),
    34,
  ],
  FULLY_CONNECTED: [
    (g) => g.apply('FULLY_CONNECTED', [g.input([2, 16]), g.constant([8, 16]), g.constant([8])], [[2, 8]]),
    34,
  ],
  ADD: [two('ADD'), 34],
  SUB: [two('SUB'), 34],
  MUL: [two('MUL'), 30],
  SQUARED_DIFFERENCE: [two('SQUARED_DIFFERENCE'), 28],
  BATCH_MATMUL: [(g) => g.apply('BATCH_MATMUL', [g.input([1, 4, 8]), g.input([1, 8, 5])], [[1, 4, 5]]), 30],
  MEAN: [indexed('MEAN', [1, 1, 1, 4], [1, 2], { keep_dims: true }), 24],
  SUM: [indexed('SUM', [1, 4], [1, 2]), 30],
  ABS: [one('ABS', image, image), 34],
  ELU: [one('ELU', image, image), 34],
  HARD_SWISH: [one('HARD_SWISH', image, image), 30],
  LEAKY_RELU: [one('LEAKY_RELU', image, image, { alpha: { float: 0.1 } }), 34],
  PRELU: [(g) => g.apply('PRELU', [g.input(image), g.constant([1, 1, 4])], [image]), 34],
  RELU: [one('RELU', image, image), 34],
  LOGISTIC: [one('LOGISTIC', image, image), 34],
  SOFTMAX: [one('SOFTMAX', [1, 10], [1, 10], { beta: { float: 1 } }), 26],
  TANH: [one('TANH', image, image), 34],
  L2_NORMALIZATION: [one('L2_NORMALIZATION', [1, 10], [1, 10]), 34],
  LOG_SOFTMAX: [one('LOG_SOFTMAX', [1, 10], [1, 10]), 34],
  AVERAGE_POOL_2D: [one('AVERAGE_POOL_2D', image, [1, 3, 3, 4], pooling), 28],
  MAX_POOL_2D: [one('MAX_POOL_2D', image, [1, 3, 3, 4], pooling), 34],
  RELU6: [one('RELU6', image, image), 34],
  MAXIMUM: [two('MAXIMUM'), 34],
  MINIMUM: [two('MINIMUM'), 34],
  REDUCE_MAX: [indexed('REDUCE_MAX', [1, 4], [1, 2]), 38],
  REDUCE_MIN: [indexed('REDUCE_MIN', [1, 4], [1, 2]), 38],
  CONCATENATION: [(g) => g.apply('CONCATENATION', [g.input(image), g.input(image)], [[1, 6, 6, 8]], { axis: 3 }), 34],
  PACK: [(g) => g.apply('PACK', [g.input([3, 4]), g.input([3, 4])], [[2, 3, 4]], { axis: 0, values_count: 2 }), 34],
  UNPACK: [(g) => g.apply('UNPACK', [g.input([2, 3])], [[3], [3]], { axis: 0, num: 2 }), 30],
  SPLIT: [
    (g) =>
      g.apply(
        'SPLIT',
        [g.integers([3], []), g.input(image)],
        [
          [1, 6, 6, 2],
          [1, 6, 6, 2],
        ],
        { num_splits: 2 },
      ),
    34,
  ],
  SPLIT_V: [
    (g) =>
      g.apply(
        'SPLIT_V',
        [g.input(image), g.integers([1, 3]), g.integers([3], [])],
        [
          [1, 6, 6, 1],
          [1, 6, 6, 3],
        ],
        { num_splits: 2 },
      ),
    34,
  ],
  RESHAPE: [indexed('RESHAPE', [1, 144], [1, 144]), 34],
  SQUEEZE: [one('SQUEEZE', image, [6, 6, 4]), 34],
  EXPAND_DIMS: [scalar('EXPAND_DIMS', [1, 1, 6, 6, 4], 0), 34],
  TRANSPOSE: [indexed('TRANSPOSE', [1, 4, 6, 6], [0, 3, 1, 2]), 34],
  REVERSE_V2: [indexed('REVERSE_V2', image, [2]), 34],
  SLICE: [
    (g) => g.apply('SLICE', [g.input(image), g.integers([0, 1, 1, 0]), g.integers([1, 2, 2, 4])], [[1, 2, 2, 4]]),
    30,
  ],
  STRIDED_SLICE: [
    (g) =>
      g.apply(
        'STRIDED_SLICE',
        [g.input(image), g.integers([0, 0, 0, 0]), g.integers([1, 6, 6, 4]), g.integers([1, 2, 2, 1])],
        [[1, 3, 3, 4]],
      ),
    30,
  ],
  DYNAMIC_UPDATE_SLICE: [
    (g) => g.apply('DYNAMIC_UPDATE_SLICE', [g.input([4, 4]), g.input([2, 2]), g.integers([1, 1])], [[4, 4]]),
    30,
  ],
  GATHER: [indexed('GATHER', [1, 6, 6, 2], [2, 0], { axis: 3 }), 30],
  GATHER_ND: [(g) => g.apply('GATHER_ND', [g.input([4, 5]), g.integers([2, 0], [2, 1])], [[2, 5]]), 30],
  EMBEDDING_LOOKUP: [
    (g) => {
      const rows = g.apply('EMBEDDING_LOOKUP', [g.integers([2, 0]), g.constant([4, 5])], [[2, 5]]);
      return g.apply('ADD', [g.input([2, 5]), rows[0] ?? 0], [[2, 5]]);
    },
    30,
  ],
  SELECT_V2: [
    (g) => {
      const [condition = 0] = g.apply('GREATER', [g.input(image), g.input(image)], [image], {}, 'bool');
      const both = g.input(image);
      return g.apply('SELECT_V2', [condition, both, g.constant(image)], [image]);
    },
    12,
  ],
  BROADCAST_TO: [(g) => g.apply('BROADCAST_TO', [g.input([1, 4]), g.integers([3, 4])], [[3, 4]]), 30],
  PAD: [(g) => g.apply('PAD', [g.input(image), g.integers([0, 0, 1, 1, 1, 1, 0, 0], [4, 2])], [[1, 8, 8, 4]]), 34],
  PADV2: [
    (g) =>
      g.apply(
        'PADV2',
        [g.input(image), g.integers([0, 0, 1, 1, 1, 1, 0, 0], [4, 2]), g.constant([1], [-9])],
        [[1, 8, 8, 4]],
      ),
    34,
  ],
  MIRROR_PAD: [
    (g) =>
      g.apply('MIRROR_PAD', [g.input(image), g.integers([0, 0, 1, 1, 1, 1, 0, 0], [4, 2])], [[1, 8, 8, 4]], {
        mode: 'REFLECT',
      }),
    34,
  ],
  BATCH_TO_SPACE_ND: [
    (g) =>
      g.apply(
        'BATCH_TO_SPACE_ND',
        [g.input([4, 2, 2, 1]), g.integers([2, 2]), g.integers([0, 0, 0, 0], [2, 2])],
        [[1, 4, 4, 1]],
      ),
    30,
  ],
  SPACE_TO_BATCH_ND: [
    (g) =>
      g.apply(
        'SPACE_TO_BATCH_ND',
        [g.input([1, 4, 4, 1]), g.integers([2, 2]), g.integers([0, 0, 0, 0], [2, 2])],
        [[4, 2, 2, 1]],
      ),
    30,
  ],
  DEPTH_TO_SPACE: [one('DEPTH_TO_SPACE', image, [1, 12, 12, 1], { block_size: 2 }), 34],
  SPACE_TO_DEPTH: [one('SPACE_TO_DEPTH', image, [1, 3, 3, 16], { block_size: 2 }), 34],
  RESIZE_BILINEAR: [
    indexed('RESIZE_BILINEAR', [1, 12, 12, 4], [12, 12], { align_corners: false, half_pixel_centers: true }),
    30,
  ],
  RESIZE_NEAREST_NEIGHBOR: [indexed('RESIZE_NEAREST_NEIGHBOR', [1, 12, 12, 4], [12, 12]), 34],
  ARG_MAX: [scalar('ARG_MAX', [1, 6, 6], 3, {}, 'int32'), 10],
  ARG_MIN: [scalar('ARG_MIN', [1, 6, 6], 3, {}, 'int32'), 10],
  // Random numbers are never equal, rounded ones are.
  EQUAL: [compared('EQUAL'), Number.NaN],
  NOT_EQUAL: [compared('NOT_EQUAL'), 10],
  GREATER: [compared('GREATER'), 10],
  GREATER_EQUAL: [compared('GREATER_EQUAL'), 10],
  LESS: [compared('LESS'), 10],
  LESS_EQUAL: [compared('LESS_EQUAL'), 10],
  UNIDIRECTIONAL_SEQUENCE_LSTM: [
    (g) => {
      const weights = [...Array(4)].map(() => g.constant([6, 5]));
      const recurrent = [...Array(4)].map(() => g.constant([6, 6]));
      const biases = [...Array(4)].map(() => g.constant([6]));
      const inputs = [g.input([1, 7, 5]), ...weights, ...recurrent, null, null, null, ...biases, null, null];
      return g.apply(
        'UNIDIRECTIONAL_SEQUENCE_LSTM',
        [...inputs, g.state([1, 6]), g.state([1, 6]), null, null, null, null],
        [[1, 7, 6]],
        { fused_activation_function: 'TANH', cell_clip: { float: 0 }, time_major: false },
      );
    },
    28,
  ],
  SVDF: [
    (g) =>
      g.apply('SVDF', [g.input([1, 8]), g.constant([6, 8]), g.constant([6, 4]), null, g.state([1, 24])], [[1, 3]], {
        rank: 2,
        fused_activation_function: 'NONE',
      }),
    28,
  ],
};

function graphFor(type: string): readonly [Graph, number] {
  const [make, least] = graphs[type] ?? [() => [], 0];
  const g = floatGraph();
  const outputs = make(g);
  return [g.build(outputs), least];
}

describe('every type with a rule', () => {
  it('has a graph here', () => {
    expect(Object.keys(graphs).sort()).toEqual([...quantizedTypes].sort());
  });

  it.each(Object.keys(graphs))('%s becomes int8 that TensorFlow Lite Micro takes', (type) => {
    const [graph, least] = graphFor(type);
    const { graph: integer, findings, decibels } = quantizeAndJudge(graph);
    expect(findings).toEqual([]);
    expect(typesOf(integer)).toEqual(typesOf(graph));
    expect(unsupported(integer)).toEqual([]);
    const [output] = integer.outputs.map((id) => integer.tensors[id]?.dtype);
    expect(output).not.toBe('float32');
    if (!Number.isNaN(least)) expect(decibels).toBeGreaterThan(least);
  });

  it.each(Object.keys(graphs))('%s beside int16 activations is taken too, and never less exact', (type) => {
    const [graph, least] = graphFor(type);
    const { graph: integer, decibels } = quantizeAndJudge(graph, { activations: 'int16' });
    expect(unsupported(integer)).toEqual([]);
    if (!Number.isNaN(least)) expect(decibels).toBeGreaterThan(least - 1);
  });
});
