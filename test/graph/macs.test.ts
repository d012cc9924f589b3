import { describe, expect, test } from 'vitest';
import type { Dialect, Operator, Tensor } from '../../src/graph/graph.ts';
import { graphMacs, operatorMacs } from '../../src/graph/macs.ts';
import { computed, constant, graphOf, operator } from '../support/tensor-graphs.ts';

type Case = readonly [string, Dialect, readonly Tensor[], Operator, number];
const at = (...shape: number[]) => computed('', shape);
const of = (...shape: number[]) => constant('', shape);

/** The last tensor is the output; numbers are worked out by hand. */
const cases: readonly Case[] = [
  [
    'convolution',
    'tflite',
    [at(1, 8, 8, 3), of(16, 3, 3, 3), at(1, 4, 4, 16)],
    operator('CONV_2D', [0, 1], [2]),
    4 * 4 * 16 * 27,
  ],
  [
    'depthwise',
    'tflite',
    [at(1, 8, 8, 6), of(1, 3, 3, 6), at(1, 8, 8, 6)],
    operator('DEPTHWISE_CONV_2D', [0, 1], [2]),
    8 * 8 * 6 * 9,
  ],
  [
    'transposed',
    'tflite',
    [of(4), of(5, 3, 3, 2), at(1, 4, 4, 2), at(1, 8, 8, 5)],
    operator('TRANSPOSE_CONV', [0, 1, 2], [3]),
    4 * 4 * 2 * 45,
  ],
  ['dense', 'tflite', [at(2, 10), of(7, 10), at(2, 7)], operator('FULLY_CONNECTED', [0, 1, null], [2]), 140],
  [
    'batch matmul',
    'tflite',
    [at(3, 4, 5), at(3, 5, 6), at(3, 4, 6)],
    operator('BATCH_MATMUL', [0, 1], [2]),
    3 * 4 * 6 * 5,
  ],
  [
    'transposed batch matmul',
    'tflite',
    [at(3, 5, 4), at(3, 5, 6), at(3, 4, 6)],
    operator('BATCH_MATMUL', [0, 1], [2], { adj_x: 1 }),
    360,
  ],
  ['svdf', 'tflite', [at(2, 10), of(8, 10), of(8, 3), at(2, 4)], operator('SVDF', [0, 1, 2], [3]), 2 * (80 + 24)],
  ['pooling', 'tflite', [at(1, 8, 8, 3), at(1, 4, 4, 3)], operator('MAX_POOL_2D', [0], [1]), 0],
  [
    'Conv with groups',
    'onnx',
    [at(1, 8, 9, 9), of(4, 2, 3, 3), at(1, 4, 7, 7)],
    operator('Conv', [0, 1], [2], { group: 4 }),
    4 * 49 * 18,
  ],
  [
    'ConvTranspose',
    'onnx',
    [at(1, 2, 4, 4), of(2, 5, 3, 3), at(1, 5, 9, 9)],
    operator('ConvTranspose', [0, 1], [2]),
    32 * 45,
  ],
  ['Gemm', 'onnx', [at(2, 10), of(10, 7), at(2, 7)], operator('Gemm', [0, 1], [2]), 140],
  ['Gemm of a transposed', 'onnx', [at(10, 2), of(10, 7), at(2, 7)], operator('Gemm', [0, 1], [2], { transA: 1 }), 140],
  [
    'QLinearConv',
    'onnx',
    [at(1, 3, 8, 8), of(1), of(1), of(4, 3, 3, 3), at(1, 4, 6, 6)],
    operator('QLinearConv', [0, 1, 2, 3], [4]),
    4 * 36 * 27,
  ],
  [
    'LSTM',
    'onnx',
    [at(5, 2, 3), of(1, 16, 3), of(1, 16, 4), at(5, 1, 2, 4)],
    operator('LSTM', [0, 1, 2], [3]),
    10 * (48 + 64),
  ],
  [
    'Einsum',
    'onnx',
    [at(2, 3, 4), at(2, 4, 5), at(2, 3, 5)],
    operator('Einsum', [0, 1], [2], { equation: 'bij, bjk -> bik' }),
    120,
  ],
  [
    'unknown shape',
    'onnx',
    [computed('', undefined as never), of(4, 2, 3, 3), at(1, 4, 7, 7)],
    operator('MatMul', [0, 1], [2]),
    0,
  ],
];

describe('operatorMacs', () => {
  test.each(cases)('%s (%s)', (_, dialect, tensors, op, macs) => {
    const graph = graphOf(dialect, tensors, [op], [0], [tensors.length - 1]);
    expect(operatorMacs(graph, op)).toBe(macs);
    expect(graphMacs(graph)).toBe(macs);
  });

  test('of If the larger branch counts', () => {
    const branch = (columns: number) => {
      const tensors = [at(1, 10), of(10, columns), at(1, columns)];
      return { kind: 'graph' as const, value: graphOf('onnx', tensors, [operator('MatMul', [0, 1], [2])], [0], [2]) };
    };
    const op = { ...operator('If', [0], [1]), attributes: { then_branch: branch(2), else_branch: branch(5) } };
    expect(operatorMacs(graphOf('onnx', [at(1), at(1)], [op], [0], [1]), op)).toBe(50);
  });
});
