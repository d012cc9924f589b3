import { expect, test } from 'vitest';
import { graphParameters } from '../../src/graph/parameters.ts';
import { computed, constant, graphOf, operator } from '../support/tensor-graphs.ts';

test('weights and quantised biases count, shapes do not', () => {
  const tensors = [
    computed('in', [1, 10]),
    constant('weights', [7, 10], 'int8', 7),
    constant('bias', [7], 'int32', 7),
    computed('dense', [1, 7]),
    constant('shape', [2], 'int32'),
    computed('out', [7, 1]),
  ];
  const operators = [operator('FULLY_CONNECTED', [0, 1, 2], [3]), operator('RESHAPE', [3, 4], [5])];
  expect(graphParameters(graphOf('tflite', tensors, operators, [0], [5]))).toBe(77);
});

test('a constant counts once, also as two tensors of the same content', () => {
  const weights = constant('a', [3, 3], 'float32');
  const tensors = [
    computed('x', [3, 3], 'float32'),
    weights,
    { ...weights, name: 'b' },
    computed('y', [3, 3], 'float32'),
  ];
  const operators = [operator('MatMul', [0, 1], [3]), operator('MatMul', [3, 1], [3]), operator('MatMul', [3, 2], [3])];
  expect(graphParameters(graphOf('onnx', tensors, operators, [0], [3]))).toBe(9);
});

test('scales and zero points are settings; a quantised bias is a weight', () => {
  const tensors = [
    constant('bias', [4], 'int32'),
    constant('scale', [4], 'float32'),
    constant('zero', [4], 'int32'),
    computed('y', [4], 'float32'),
  ];
  expect(graphParameters(graphOf('onnx', tensors, [operator('DequantizeLinear', [0, 1, 2], [3])], [], [3]))).toBe(4);
});
