import { expect, test } from 'vitest';
import type { Graph, Tensor } from '../../../../src/graph/graph.ts';
import { ownRules, supportTable } from '../../../../src/runtimes/tflm/support/support-table.ts';
import { unsupported } from '../../../../src/runtimes/tflm/support/unsupported.ts';
import { type Case, data, eachOf, ints, one, refusalOf, weights } from './cases.ts';

const float = (...shape: number[]) => data('float32', shape);
const byte = (...shape: number[]) => data('int8', shape, 1);
const word = (...shape: number[]) => data('int16', shape, 1);
const scaled = (tensor: Tensor, scale: number, zeroPoint = 0): Tensor => ({
  ...tensor,
  quantization: { scale: [scale], zeroPoint: [zeroPoint], axis: 0 },
});
const variable = (tensor: Tensor): Tensor => ({ ...tensor, variable: true });
const convolution = (output: Tensor, filters: Tensor, bias: Tensor | null = null, attributes = {}): Graph =>
  one('CONV_2D', [data(output.dtype, [1, 4, 4, 4], 1), filters, bias], [output], attributes);
const dense = (filters: Tensor, bias: Tensor | null = null, dtype: 'int8' | 'int16' = 'int8'): Graph =>
  one('FULLY_CONNECTED', [data(dtype, [1, 2], 0.5), filters, bias], [data(dtype, [1, 4], 0.25)]);
const svdf = (units: number, biasScale?: number): Graph =>
  one(
    'SVDF',
    [
      byte(1, 2),
      weights('int8', [4, 2], [1]),
      weights('int8', [4, 3], [0.5]),
      biasScale === undefined ? null : scaled(ints([0, 0]), biasScale),
      variable(scaled(byte(1, 12), 0.5)),
    ],
    [byte(1, units)],
    { rank: 2 },
  );
const lstm = (units: number): Graph => {
  const gates = (...shape: number[]) => Array.from({ length: 4 }, () => weights('float32', shape, []));
  return one(
    'UNIDIRECTIONAL_SEQUENCE_LSTM',
    [
      ...[float(1, 5, 3), ...gates(2, 3), ...gates(2, 2), null, null, null, ...gates(2), null, null],
      ...[variable(float(1, 2)), variable(float(1, 2)), null, null, null, null],
    ],
    [float(1, 5, units)],
  );
};
/** The model's further subgraph takes and gives as many tensors as said. */
const calling = (graph: Graph, inputs: number, outputs: number): Graph => {
  const ids = (count: number) => Array.from({ length: count }, (_, id) => id);
  const tensors = ids(Math.max(inputs, outputs)).map(() => float(1));
  return { ...graph, subgraphs: [{ ...graph, tensors, operators: [], inputs: ids(inputs), outputs: ids(outputs) }] };
};
const condition = data('bool', [1]);
const bytes = (...content: number[]): Tensor => ({
  ...data('uint8', [content.length]),
  data: Uint8Array.from(content),
});
/** Decoding of a stream whose header begins like this. */
const decoding = (header: readonly number[], output: Tensor, length = 16): Graph => {
  const ancillary = bytes(...header, ...new Array<number>(length - header.length).fill(0));
  const graph = one('TFLM_DECODE', [bytes(0), ancillary], [output]);
  return { ...graph, operators: graph.operators.map((each) => ({ ...each, domain: 'custom' })) };
};
const scaledAlong = (axis: number, dtype: 'int8' | 'int16', scales: readonly number[], zeroPoint = 0): Tensor => ({
  ...data(dtype, [2, 2, 2]),
  quantization: { scale: scales, zeroPoint: scales.map(() => zeroPoint), axis },
});

const cases: readonly Case[] = [
  // Convolutions and dense layers
  ['same-batches', convolution(byte(2, 4, 4, 3), weights('int8', [3, 3, 3, 4], [1])), 'there are 2 and 1'],
  ['grouped-channels, two groups', convolution(byte(1, 4, 4, 4), weights('int8', [4, 3, 3, 2], [1]))],
  ['grouped-channels', convolution(byte(1, 4, 4, 3), weights('int8', [3, 3, 3, 3], [1])), 'there are 4 and 3'],
  [
    'scales-per-filter',
    convolution(byte(1, 4, 4, 3), weights('int8', [3, 3, 3, 4], [1, 1])),
    'there are 2 scales and 3 of those',
  ],
  [
    'scales-per-filter, along the channels',
    convolution(byte(1, 4, 4, 4), weights('int8', [4, 3, 3, 4], [1, 1, 1, 1], 3)),
  ],
  [
    'scales-per-channel',
    one('DEPTHWISE_CONV_2D', [byte(1, 4, 4, 4), weights('int8', [1, 3, 3, 4], [1, 1, 1], 3)], [byte(1, 4, 4, 4)]),
    'there are 3 scales and 4 of those',
  ],
  [
    'scales-per-channel, one each',
    one('DEPTHWISE_CONV_2D', [byte(1, 4, 4, 4), weights('int8', [1, 3, 3, 4], [1, 1, 1, 1], 3)], [byte(1, 4, 4, 4)]),
  ],
  [
    'bias-or-two-inputs',
    one('DEPTHWISE_CONV_2D', [byte(1, 4, 4, 4), weights('int8', [1, 3, 3, 4], [1], 3), null], [byte(1, 4, 4, 4)]),
    'there are three, the third left out',
  ],
  [
    'bias-of-words',
    one(
      'TRANSPOSE_CONV',
      [ints([1, 4, 4, 2]), weights('int8', [2, 3, 3, 4], [1]), word(1, 4, 4, 4)],
      [word(1, 4, 4, 2)],
    ),
    'there is none',
  ],
  ['scales-per-row, one each', dense(weights('int8', [4, 2], [1, 1, 1, 1]))],
  ['scales-per-row', dense(weights('int8', [4, 2], [1, 1, 1])), 'there are 3'],
  [
    'scales-per-row, int16',
    dense(weights('int8', [4, 2], [1, 1, 1, 1]), null, 'int16'),
    'there are 4, and it computes in int16 with int8',
  ],
  ['wide-bias, int32', convolution(word(1, 4, 4, 2), weights('int8', [2, 3, 3, 4], [1]), ints([0, 0]))],
  [
    'wide-bias',
    convolution(word(1, 4, 4, 2), weights('int8', [2, 3, 3, 4], [1]), weights('int16', [2], [])),
    'it is int16',
  ],
  ['bias-scale, within 2 %', dense(weights('int8', [4, 2], [1]), scaled(ints([0, 0, 0, 0]), 0.504))],
  [
    'bias-scale',
    dense(weights('int8', [4, 2], [1]), scaled(ints([0, 0, 0, 0]), 0.75)),
    'it is 0.75 and the product 0.5',
  ],
  [
    'activation-range',
    one('ADD', [byte(2), byte(2)], [data('int8', [2])], { fused_activation_function: 'RELU6' }),
    'the scale is 0, with RELU6',
  ],
  ['activation-range, no activation', one('ADD', [byte(2), byte(2)], [data('int8', [2])])],
  // Scales of single kernels
  ['multiplied-zero-points', one('MUL', [word(2), scaled(word(2), 1, 5)], [word(2)]), 'that of `right` is another'],
  ['multiplied-zero-points, int8', one('MUL', [byte(2), scaled(byte(2), 1, 5)], [byte(2)])],
  ['byte-zero-points', one('SQUARED_DIFFERENCE', [scaled(byte(2), 1, 200), byte(2)], [byte(2)]), 'there is 200'],
  ['narrow-slopes', one('PRELU', [word(2), word(2)], [word(2)]), 'they are int16'],
  ['narrow-slopes, int8', one('PRELU', [word(2), byte(2)], [word(2)])],
  ['quantised-absolute', one('ABS', [word(2)], [data('int16', [2])]), '`output` has none'],
  ['quantised-absolute, unquantised', one('ABS', [data('int16', [2])], [data('int16', [2])])],
  ['hard-swish-scale', one('HARD_SWISH', [data('int8', [2], 128)], [data('int8', [2], 1)]), 'they are 128 and 1'],
  ['hard-swish-scale, smaller', one('HARD_SWISH', [data('int8', [2], 127)], [data('int8', [2], 1)])],
  ['softmax-range, int8', one('SOFTMAX', [byte(1, 4)], [data('int8', [1, 4], 1 / 256, -128)])],
  ['softmax-range, int16', one('SOFTMAX', [byte(1, 4)], [data('int16', [1, 4], 1 / 65536, -32768)])],
  ['softmax-range', one('SOFTMAX', [byte(1, 4)], [data('int8', [1, 4], 1 / 128, -128)]), 'they are 0.0078125 and -128'],
  [
    'one-scale',
    one('QUANTIZE', [float(2)], [{ ...byte(2), quantization: { scale: [1, 1], zeroPoint: [0, 0], axis: 0 } }]),
    'there are 2',
  ],
  ['embedding-zero-point', one('EMBEDDING_LOOKUP', [ints([0]), scaled(byte(3, 2), 1, 4)], [float(1, 2)]), 'it is 4'],
  ['embedding-zero-point, int8', one('EMBEDDING_LOOKUP', [ints([0]), scaled(byte(3, 2), 1, 4)], [byte(1, 2)])],
  ['svdf-bias-scale, the product', svdf(2, 0.25)],
  ['svdf-bias-scale', svdf(2, 0.5), 'it is 0.5 and the product 0.25'],
  ['svdf-bias-scale, without bias', svdf(2), 'there is no bias'],
  // Shapes
  ['reshaped-elements, one left open', one('RESHAPE', [float(2, 3)], [data('float32', ['?', 2])])],
  ['reshaped-elements', one('RESHAPE', [float(2, 3)], [float(5)]), 'shapes are [5] and [2, 3]'],
  ['reshaped-elements, an old scalar', one('RESHAPE', [float(1, 1)], [float(0)])],
  ['squeezed-axes, from the end', one('SQUEEZE', [float(2, 1)], [float(2)], { squeeze_dims: [-1] })],
  ['squeezed-axes', one('SQUEEZE', [float(2, 1)], [float(2)], { squeeze_dims: [0] }), 'axis 0 of [2, 1] is to go'],
  ['same-bytes', one('SQUEEZE', [float(2, 1)], [byte(2)]), 'there are 2 and 8'],
  ['expanded-extents, last', one('EXPAND_DIMS', [float(2, 3), ints([-1])], [float(2, 3, 1)])],
  [
    'expanded-extents',
    one('EXPAND_DIMS', [float(2, 3), ints([0])], [float(2, 3, 1)]),
    'shapes are [2, 3, 1] and [2, 3], and `axis` is 0',
  ],
  ['broadcast-extents, one row to two', one('BROADCAST_TO', [float(1, 3), ints([2, 3])], [float(2, 3)])],
  [
    'broadcast-extents',
    one('BROADCAST_TO', [float(2, 3), ints([4, 3])], [float(4, 3)]),
    'they are [4, 3], [4, 3] and [2, 3]',
  ],
  ['filled-extents', one('FILL', [ints([2, 3]), float()], [float(3, 2)]), 'they are [3, 2] and [2, 3]'],
  ['filled-extents, the same', one('FILL', [ints([2, 3]), float()], [float(2, 3)])],
  ['select-extents, a row for all', one('SELECT_V2', [data('bool', [2, 3]), float(3), float(2, 1)], [float(2, 3)])],
  [
    'select-extents',
    one('SELECT_V2', [data('bool', [2, 3]), float(2), float(2, 3)], [float(2, 3)]),
    'shapes are [2, 3], [2], [2, 3] and [2, 3]',
  ],
  // Moving elements
  ['axis-in-range, from the end', one('SPLIT', [ints([-1]), float(2, 4)], [float(2, 2), float(2, 2)])],
  ['axis-in-range', one('SPLIT', [ints([2]), float(2, 4)], [float(2, 2), float(2, 2)]), 'it is 2 for [2, 4]'],
  [
    'sliced-extents, backwards',
    one('STRIDED_SLICE', [float(5), ints([-1]), ints([0]), ints([-2])], [float(3)], { end_mask: 1 }),
  ],
  [
    'sliced-extents, an axis shrunk',
    one('STRIDED_SLICE', [float(2, 5), ints([1, 1]), ints([0, 3]), ints([1, 1])], [float(2)], { shrink_axis_mask: 1 }),
  ],
  [
    'sliced-extents',
    one('STRIDED_SLICE', [float(5), ints([0]), ints([4]), ints([2])], [float(3)]),
    'they are [3] and not [2]',
  ],
  [
    'sliced-extents, no stride',
    one('STRIDED_SLICE', [float(5), ints([0]), ints([4]), ints([0])], [float(3)]),
    'a stride is 0',
  ],
  [
    'updated-extents',
    one('DYNAMIC_UPDATE_SLICE', [float(4), float(5), ints([0])], [float(4)]),
    'shapes are [5], [4] and [1]',
  ],
  ['updated-extents, smaller', one('DYNAMIC_UPDATE_SLICE', [float(4), float(2), ints([0])], [float(4)])],
  ['gathered-axis, last', one('GATHER', [float(4, 2), ints([0])], [float(4, 1)], { axis: -1 })],
  [
    'gathered-axis',
    one('GATHER', [float(4, 2), ints([0])], [float(4, 1)], { axis: 2 }),
    'shapes are [4, 2] and [1], the axis is 2',
  ],
  ['gathered-depth', one('GATHER_ND', [float(4, 2), ints([0, 0, 0], [1, 3])], [float(1)]), 'it is 3, for [4, 2]'],
  ['gathered-depth, an element', one('GATHER_ND', [float(4, 2), ints([0, 0], [1, 2])], [float(1)])],
  ['padded-extents, by one', one('PAD', [float(2, 3), ints([0, 0, 1, 1], [2, 2])], [float(2, 5)])],
  [
    'padded-extents',
    one('PAD', [float(2, 3), ints([0, 0, 1, 0], [2, 2])], [float(2, 5)]),
    'they are [2, 5], of [2, 3] and [0, 0, 1, 0]',
  ],
  ['padding-per-axis', one('MIRROR_PAD', [float(2, 3), ints([1, 1], [1, 2])], [float(2, 5)]), 'there are 1 for [2, 3]'],
  [
    'transposed-bytes',
    one('TRANSPOSE', [byte(1, 1, 1, 2, 3), ints([0, 1, 2, 4, 3])], [byte(1, 1, 1, 3, 2)]),
    'it has 5',
  ],
  ['order-of-axes', one('TRANSPOSE', [float(2, 3), ints([1, 2])], [float(3, 2)]), 'it is [1, 2] for [2, 3]'],
  ['reversed-axes, side by side', one('REVERSE_V2', [float(2, 3, 4), ints([2, 1])], [float(2, 3, 4)])],
  [
    'reversed-axes',
    one('REVERSE_V2', [float(2, 3, 4), ints([0, 2])], [float(2, 3, 4)]),
    'they are [0, 2] of [2, 3, 4]',
  ],
  [
    'depth-to-space-extents',
    one('DEPTH_TO_SPACE', [float(1, 2, 2, 8)], [float(1, 4, 4, 3)], { block_size: 2 }),
    'it is 2, for [1, 2, 2, 8] and [1, 4, 4, 3]',
  ],
  ['depth-to-space-extents, right', one('DEPTH_TO_SPACE', [float(1, 2, 2, 8)], [float(1, 4, 4, 2)], { block_size: 2 })],
  [
    'space-to-depth-extents',
    one('SPACE_TO_DEPTH', [float(1, 4, 4, 2)], [float(1, 2, 2, 8)], { block_size: 3 }),
    'it is 3, for [1, 4, 4, 2] and [1, 2, 2, 8]',
  ],
  [
    'corners-or-centres',
    one('RESIZE_BILINEAR', [float(1, 2, 2, 1), ints([4, 4])], [float(1, 4, 4, 1)], {
      align_corners: 1,
      half_pixel_centers: 1,
    }),
    'both are set',
  ],
  [
    'corners-or-centres, corners',
    one('RESIZE_BILINEAR', [float(1, 2, 2, 1), ints([4, 4])], [float(1, 4, 4, 1)], { align_corners: 1 }),
  ],
  [
    'height-and-width',
    one('RESIZE_NEAREST_NEIGHBOR', [float(1, 2, 2, 1), ints([4, 4, 1])], [float(1, 4, 4, 1)]),
    'its shape is [3]',
  ],
  // Matrices
  ['matrix-extents, batches of one', one('BATCH_MATMUL', [float(3, 2, 4), float(1, 4, 5)], [float(3, 2, 5)])],
  [
    'matrix-extents, both transposed',
    one('BATCH_MATMUL', [float(4, 2), float(5, 4)], [float(2, 5)], { adj_x: 1, adj_y: 1 }),
  ],
  [
    'matrix-extents',
    one('BATCH_MATMUL', [float(2, 4), float(3, 5)], [float(2, 5)]),
    'shapes are [2, 4], [3, 5] and [2, 5]',
  ],
  [
    'embedding-extents',
    one('EMBEDDING_LOOKUP', [ints([0, 1]), float(3, 2)], [float(1, 2)]),
    'shapes are [1, 2], [3, 2] and [2]',
  ],
  ['svdf-extents', svdf(3, 0.25), '`output` is [1, 3]'],
  ['lstm-extents, as they go together', lstm(2)],
  ['lstm-extents', lstm(3), '`output` is [1, 5, 3]'],
  // Control flow
  [
    'branches',
    calling(one('IF', [condition, float(1)], [float(1)], { then_subgraph_index: 1, else_subgraph_index: 1 }), 1, 1),
  ],
  [
    'branches, of other inputs',
    calling(one('IF', [condition, float(1)], [float(1)], { then_subgraph_index: 1, else_subgraph_index: 1 }), 2, 1),
    'subgraph 1 takes 2, not 1',
  ],
  ['loop-body', one('WHILE', [float(1)], [float(1), float(1)]), 'there are 2 and 1'],
  [
    'loop-body, as many',
    calling(one('WHILE', [float(1)], [float(1)], { cond_subgraph_index: 1, body_subgraph_index: 1 }), 1, 1),
  ],
  ['called-subgraph', one('CALL_ONCE', [], [], { init_subgraph_index: 3 }), 'there is no subgraph 3'],
  // Weights as streams
  ['decoded-pairs, one', decoding([0, 1, 0, 0, 1, 4], byte(8))],
  [
    'decoded-pairs',
    (() => {
      const graph = decoding([0, 1, 0, 0, 1, 4], byte(8));
      return { ...graph, operators: graph.operators.map((each) => ({ ...each, inputs: [0, 1, 0] })) };
    })(),
    'there are 3 inputs and 1 output',
  ],
  ['decoded-header', decoding([0, 1, 0, 0, 1], byte(8), 15), 'there are 15 bytes'],
  ['decoded-header, version', decoding([0, 1, 0, 0, 2, 4], byte(8)), 'the versions are 1 and 2'],
  ['decoded-header, kind', decoding([127, 1, 0, 0, 1, 4], byte(8)), 'the kind is 127'],
  ['decoded-huffman, bytes', decoding([1, 1, 0, 0, 1, 0], byte(8))],
  ['decoded-huffman, words', decoding([1, 1, 0, 0, 1, 1], word(8))],
  ['decoded-huffman', decoding([1, 1, 0, 0, 1, 0], word(8)), '"" is int16 and the entries have 16 bits'],
  ['decoded-huffman, numbers', decoding([1, 1, 0, 0, 1, 1], ints([1])), '"" is int32'],
  ['decoded-axis, first', decoding([0, 1, 0, 0, 1, 4], scaledAlong(0, 'int8', [1, 2]))],
  ['decoded-axis, last', decoding([2, 1, 0, 0, 1], scaledAlong(2, 'int8', [1, 2]))],
  ['decoded-axis, of codes', decoding([1, 1, 0, 0, 1], scaledAlong(1, 'int8', [1, 2]))],
  ['decoded-axis', decoding([0, 1, 0, 0, 1, 4], scaledAlong(1, 'int8', [1, 2])), 'that of "" is axis 1'],
  ['decoded-axis, of one', decoding([2, 1, 0, 0, 1], scaledAlong(2, 'int8', [1])), 'that of "" is axis 2'],
  ['decoded-zero-points, of bytes', decoding([2, 1, 0, 0, 1], scaledAlong(0, 'int8', [1, 2], 3))],
  ['decoded-zero-points', decoding([2, 1, 0, 0, 1], scaledAlong(0, 'int16', [1, 2], 3)), 'those of "" are others'],
];

test.each(eachOf(cases))('$name', ({ name, graph, refusal }) => {
  const must = ownRules[name.split(',')[0] ?? '']?.must;
  expect(must).toBeDefined();
  expect(refusalOf(graph)).toBe(refusal === undefined ? undefined : `${must} | ${refusal}`);
});

test('every rule is asked for by a row of the table, and has a graph that it refuses', () => {
  const names = Object.keys(ownRules).sort();
  const asked = supportTable.operators.flatMap(({ rules = [], others, espNn }) => [
    ...rules,
    ...(others?.rules ?? []),
    ...(espNn?.rules ?? []),
  ]);
  const refused = cases.filter(([, , found]) => found !== undefined).map(([name]) => name.split(',')[0] ?? '');
  expect([...new Set(asked)].sort()).toEqual(names);
  expect([...new Set(refused), 'multiplied-channels'].sort()).toEqual(names);
});

test('builds have rules of their own', () => {
  const depthwise = one(
    'DEPTHWISE_CONV_2D',
    [byte(1, 4, 4, 4), weights('int8', [1, 3, 3, 6], [1], 3)],
    [byte(1, 4, 4, 6)],
  );
  const { must } = ownRules['multiplied-channels'] ?? {};
  expect(unsupported(depthwise, 'cmsis-nn')).toEqual([]);
  expect(unsupported(depthwise, 'reference')).toEqual([]);
  expect(unsupported(depthwise, 'esp-nn')[0]?.message).toContain(must);

  // CMSIS-NN's int16 kernels have no zero points; the reference ones do.
  const shifted = one('FULLY_CONNECTED', [scaled(word(1, 2), 1, 5), weights('int8', [4, 2], [1])], [word(1, 4)]);
  expect(unsupported(shifted, 'cmsis-nn')).toHaveLength(1);
  expect(unsupported(shifted, 'reference')).toEqual([]);
});
