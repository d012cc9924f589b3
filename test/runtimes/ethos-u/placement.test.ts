import { describe, expect, it } from 'vitest';
import type { Attribute, Graph, Tensor } from '../../../src/graph/graph.ts';
import type { Family } from '../../../src/runtimes/ethos-u/configuration.ts';
import { cpuReason } from '../../../src/runtimes/ethos-u/support/placement.ts';
import { modelRefusal, placements } from '../../../src/runtimes/ethos-u/support/placements.ts';
import { tfliteGraph, tfliteOperator } from '../../support/tflite-models.ts';

const map = (shape: readonly number[], parts: Partial<Tensor> = {}): Tensor => ({
  name: 'map',
  dtype: 'int8',
  shape,
  quantization: { scale: [0.5], zeroPoint: [0], axis: 0 },
  ...parts,
});
const fixed = (shape: readonly number[], parts: Partial<Tensor> = {}): Tensor =>
  map(shape, { data: new Uint8Array(shape.reduce((a, b) => a * b, 1)), ...parts });
const numbers = (...values: readonly number[]): Tensor => ({
  name: 'numbers',
  dtype: 'int32',
  shape: [values.length],
  data: new Uint8Array(Int32Array.from(values).buffer),
});
const int = (value: number): Attribute => ({ kind: 'int', value });
const text = (value: string): Attribute => ({ kind: 'string', value });

function graphOf(type: string, inputs: readonly Tensor[], outputs: readonly Tensor[], attributes = {}): Graph {
  const ids = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);
  const operator = tfliteOperator(type, {
    name: type,
    inputs: ids(inputs.length),
    outputs: ids(outputs.length, inputs.length),
    attributes,
  });
  return tfliteGraph({
    tensors: [...inputs, ...outputs],
    operators: [operator],
    inputs: inputs.flatMap(({ data }, index) => (data === undefined ? [index] : [])),
    outputs: ids(outputs.length, inputs.length),
  });
}

const reasonOf = (graph: Graph, family: Family): string | undefined => {
  const [operator] = graph.operators;
  return operator === undefined ? undefined : cpuReason(graph, operator, family)?.message;
};

const convolution = (stride: number, padding: string, parts: Partial<Tensor> = {}): Graph =>
  graphOf('CONV_2D', [map([1, 16, 16, 8], parts), fixed([8, 3, 3, 8])], [map([1, 4, 4, 8])], {
    stride_w: int(stride),
    stride_h: int(stride),
    padding: text(padding),
  });

const resize = (type: string, to: number, attributes = {}): Graph =>
  graphOf(type, [map([1, 5, 5, 8]), numbers(to, to)], [map([1, to, to, 8])], attributes);

const transposed = (stride: number): Graph =>
  graphOf(
    'TRANSPOSE_CONV',
    [numbers(1, 4 * stride, 4 * stride, 8), fixed([8, 3, 3, 8]), map([1, 4, 4, 8])],
    [map([1, 4 * stride, 4 * stride, 8])],
    { stride_w: int(stride), stride_h: int(stride), padding: text('SAME') },
  );

describe.each<[string, Graph, Family, string | undefined]>([
  ['a convolution', convolution(2, 'SAME'), 'u55', undefined],
  ['a float convolution', convolution(2, 'SAME', { dtype: 'float32' }), 'u55', 'is float32'],
  [
    'a convolution without scales',
    convolution(2, 'SAME', { quantization: { scale: [], zeroPoint: [], axis: 0 } }),
    'u65',
    'has none',
  ],
  ['a padded stride of 4', convolution(4, 'SAME'), 'u55', undefined],
  ['a stride of 5 with padding', convolution(5, 'SAME'), 'u55', 'strides are 5x5'],
  ['a stride of 5 without padding', convolution(5, 'VALID'), 'u55', undefined],
  ['a stride of 5 on U85', convolution(5, 'SAME'), 'u85', undefined],
  ['a resize by 2', resize('RESIZE_NEAREST_NEIGHBOR', 10), 'u55', undefined],
  ['a resize by 3', resize('RESIZE_NEAREST_NEIGHBOR', 15), 'u55', 'scales by 3'],
  ['a resize by 3 on U85', resize('RESIZE_NEAREST_NEIGHBOR', 15), 'u85', undefined],
  ['a bilinear resize by 3 on U85', resize('RESIZE_BILINEAR', 15), 'u85', 'scales by 3'],
  [
    'half-pixel centres by 4',
    resize('RESIZE_BILINEAR', 20, { half_pixel_centers: { kind: 'bool', value: true } }),
    'u55',
    'scales by 4',
  ],
  ['a transposed stride of 2', transposed(2), 'u55', undefined],
  ['a transposed stride of 3', transposed(3), 'u55', 'strides are 3x3'],
  ['a division', graphOf('DIV', [map([1, 4]), map([1, 4])], [map([1, 4])]), 'u55', 'has no DIV'],
  ['a division on U85', graphOf('DIV', [map([1, 4]), map([1, 4])], [map([1, 4])]), 'u85', undefined],
  [
    'a dequantisation',
    graphOf('DEQUANTIZE', [map([1, 4])], [map([1, 4], { dtype: 'float32' })]),
    'u85',
    'has no DEQUANTIZE',
  ],
  [
    'int32 to a concatenation',
    graphOf('CONCATENATION', [map([4], { dtype: 'int32' })], [map([4], { dtype: 'int32' })]),
    'u55',
    'is int32',
  ],
  [
    'arg-max over 128 channels',
    graphOf('ARG_MAX', [map([1, 128]), numbers(-1)], [map([1], { dtype: 'int32' })]),
    'u55',
    '128 channels',
  ],
  [
    'a mean over channels',
    graphOf('MEAN', [map([1, 4, 4, 8]), numbers(3)], [map([1, 4, 4, 1])]),
    'u55',
    'over channels',
  ],
  ['a mean over the image', graphOf('MEAN', [map([1, 4, 4, 8]), numbers(1, 2)], [map([1, 1, 1, 8])]), 'u55', undefined],
  [
    'computed padding',
    graphOf('PAD', [map([1, 4]), map([2, 2], { dtype: 'int32' })], [map([1, 6])]),
    'u55',
    'is computed',
  ],
  [
    'different scales',
    graphOf('MAXIMUM', [map([4]), map([4], { quantization: { scale: [0.25], zeroPoint: [0], axis: 0 } })], [map([4])]),
    'u85',
    'differ',
  ],
  [
    'int16 off zero on U85',
    graphOf(
      'SOFTMAX',
      [map([1, 4], { dtype: 'int16', quantization: { scale: [1], zeroPoint: [5], axis: 0 } })],
      [map([1, 4])],
    ),
    'u85',
    'zero point 5',
  ],
  [
    'a negative stride',
    graphOf('STRIDED_SLICE', [map([1, 4]), numbers(0, 3), numbers(1, 0), numbers(1, -1)], [map([1, 3])]),
    'u55',
    'negative',
  ],
])('%s', (_name, graph, family, expected) => {
  it(`${expected === undefined ? 'runs on the NPU' : `falls back: ${expected}`} (${family})`, () => {
    const reason = reasonOf(graph, family);
    if (expected === undefined) expect(reason).toBeUndefined();
    else expect(reason).toContain(expected);
  });
});

it('every refusal comes with what to do', () => {
  const graph = graphOf('UNHEARD_OF', [map([1])], [map([1])]);
  const [operator] = graph.operators;
  expect(operator && cpuReason(graph, operator, 'u55')?.remedy.length).toBeGreaterThan(20);
});

it('what only shapes a RESHAPE is dropped', () => {
  const tensors = [map([1, 4, 4, 1]), { name: 's', dtype: 'int32', shape: [4] } as const, map([1, 16])];
  const graph = tfliteGraph({
    tensors,
    operators: [
      tfliteOperator('SHAPE', { inputs: [0], outputs: [1] }),
      tfliteOperator('RESHAPE', { inputs: [0, 1], outputs: [2] }),
    ],
    inputs: [0],
    outputs: [2],
  });
  expect(placements(graph, 'u55').map(({ unit }) => unit)).toStrictEqual(['dropped', 'npu']);
});

it('a float LSTM stops the compiler', () => {
  const graph = graphOf('UNIDIRECTIONAL_SEQUENCE_LSTM', [map([1, 2, 3], { dtype: 'float32' })], [map([1, 2, 3])]);
  expect(modelRefusal(graph, 'u55')).toContain('float32');
});
