import { describe, expect, test } from 'vitest';
import type { DataType } from '../../../src/graph/data-type.ts';
import { emptyGraph } from '../../../src/graph/empty-graph.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { xnnpackBytes } from '../../../src/runtimes/litert/xnnpack-bytes.ts';

function bytesOf(
  type: string,
  shapes: readonly (readonly number[])[],
  { dtype = 'float32', weights = dtype, stride = 1, pointers = 8 }: Partial<Options> = {},
) {
  const [input = [], filters = [], output = []] = shapes;
  const operator = {
    name: 'one',
    type,
    domain: '',
    version: 1,
    inputs: [0, 1],
    outputs: [2],
    attributes: { stride_w: { kind: 'int', value: stride }, stride_h: { kind: 'int', value: stride } },
  } as const;
  const graph: Graph = {
    ...emptyGraph('tflite', 'one'),
    tensors: [
      { name: 'input', dtype, shape: input },
      { name: 'filters', dtype: weights, shape: filters, data: new Uint8Array(1) },
      { name: 'output', dtype, shape: output },
    ],
    operators: [operator],
    inputs: [0],
    outputs: [2],
  };
  return xnnpackBytes(graph, operator, pointers);
}

interface Options {
  readonly dtype: DataType;
  readonly weights: DataType;
  readonly stride: number;
  readonly pointers: number;
}

const image = [1, 10, 10, 8];

describe('xnnpackBytes', () => {
  test('1 by 1: filters in groups of 16 with their biases, no pointers', () =>
    expect(bytesOf('CONV_2D', [image, [20, 1, 1, 8], [1, 10, 10, 20]])).toEqual({
      isTaken: true,
      packed: 32 * (8 * 4 + 4),
      pointers: 0,
    }));

  test('3 by 3: a pointer for each position of each window', () =>
    expect(bytesOf('CONV_2D', [image, [16, 3, 3, 8], [1, 10, 10, 16]]).pointers).toBe(100 * 9 * 8));

  test('1 by 1 with a stride gathers too, and a 32-bit processor has smaller pointers', () =>
    expect(bytesOf('CONV_2D', [image, [16, 1, 1, 8], [1, 5, 5, 16]], { stride: 2, pointers: 4 }).pointers).toBe(
      28 * 4,
    ));

  test('integers go by eights, with a factor for each filter', () =>
    expect(
      bytesOf(
        'CONV_2D',
        [
          [1, 10, 10, 3],
          [16, 3, 3, 3],
          [1, 10, 10, 16],
        ],
        { dtype: 'int8' },
      ).packed,
    ).toBe(16 * (9 * 8 + 8)));

  test('depthwise windows share the columns that they have in common', () =>
    expect(bytesOf('DEPTHWISE_CONV_2D', [image, [1, 3, 3, 8], image]).pointers).toBe(10 * (9 + 9 * 3) * 8));

  test('a depthwise window of 7 by 7 is a convolution for each channel, 6400 bytes in int8 as ai-edge-litert takes them', () =>
    expect(bytesOf('DEPTHWISE_CONV_2D', [image, [1, 7, 7, 8], image], { dtype: 'int8' })).toEqual({
      isTaken: true,
      packed: 8 * 6400,
      pointers: 100 * 49 * 8,
    }));

  test('several filters for a channel are groups of convolutions', () =>
    expect(bytesOf('DEPTHWISE_CONV_2D', [[1, 10, 10, 1], [1, 3, 3, 8], image]).pointers).toBe(100 * 9 * 8));

  test.each([
    ['an activation', 'LOGISTIC', {}],
    ['16-bit activations', 'CONV_2D', { dtype: 'int16', weights: 'int8' }],
    ['16-bit floats', 'CONV_2D', { weights: 'float16' }],
  ] as const)('%s: nothing', (_, type, options) =>
    expect(bytesOf(type, [image, [16, 3, 3, 8], [1, 10, 10, 16]], options)).toEqual({
      isTaken: false,
      packed: 0,
      pointers: 0,
    }),
  );
});
