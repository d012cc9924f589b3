import { expect, test } from 'vitest';
import { graphOfOperatorList, type OperatorList } from '../../../bench/estimates/support/zoo-graph.ts';
import type { Operator, Tensor } from '../../../src/graph/graph.ts';
import { activationsOf } from '../../../src/runtimes/st-edge-ai/activations.ts';
import { weightsOf } from '../../../src/runtimes/st-edge-ai/flash.ts';
import { stepsOf } from '../../../src/runtimes/st-edge-ai/steps.ts';
import { describeWithReference, referenceJson } from '../../support/reference.ts';
import { activation, tfliteGraph, tfliteOperator } from '../../support/tflite-models.ts';

const weights = (shape: readonly number[]): Tensor => ({
  name: 'weights',
  dtype: 'int8',
  shape,
  data: new Uint8Array(shape.reduce((product, extent) => product * extent, 1)),
});
const operator = (type: string, inputs: readonly number[], output: number): Operator =>
  tfliteOperator(type, { inputs, outputs: [output] });

/** Tensors 0 to 3 are activations, 4 depthwise and 5 pointwise filters. */
const tensors = [
  activation('input', [1, 16, 16, 8]),
  activation('a', [1, 16, 16, 8]),
  activation('b', [1, 16, 16, 24]),
  activation('c', [1, 16, 16, 24]),
  weights([1, 3, 3, 8]),
  weights([24, 1, 1, 8]),
];
const pair = [operator('DEPTHWISE_CONV_2D', [0, 4], 1), operator('CONV_2D', [1, 5], 2)];
const chain = tfliteGraph({ tensors, operators: pair, inputs: [0], outputs: [2] });

test('a depthwise convolution runs with its pointwise one, and their input and output share all but seven rows', () => {
  expect(stepsOf(chain).steps).toMatchObject([{ kind: 'depthwise-pointwise', operators: [0, 1] }]);
  const scratch = Math.max(8 * 37 + 1, 4 * 8 + 10 * 24);
  const bytes = 16 * 16 * 24 + 7 * 16 * 8 + scratch;
  expect(activationsOf(chain)).toEqual({ bytes, liveBytes: [bytes, bytes] });
});

test('in a network with branches they run one after the other, the depthwise one in place', () => {
  const branched = tfliteGraph({
    tensors: [...tensors, activation('sum', [1, 16, 16, 24])],
    operators: [...pair, operator('CONV_2D', [0, 5], 3), operator('ADD', [2, 3], 6)],
    inputs: [0],
    outputs: [6],
  });
  expect(stepsOf(branched).steps.map(({ kind }) => kind)).toEqual(['single', 'single', 'single', 'single']);
  const [narrow, wide] = [16 * 16 * 8, 16 * 16 * 24];
  const pointwise = 4 * 8 + 10 * 24;
  expect(activationsOf(branched).liveBytes).toEqual([
    // The input is still needed, so nothing can take its place.
    2 * narrow + 8 * 37 + 1,
    2 * narrow + wide + pointwise,
    narrow + 2 * wide + pointwise,
    2 * wide,
  ]);
});

test('a pointwise convolution alone needs its input and its output', () => {
  const alone = tfliteGraph({ tensors, operators: [operator('CONV_2D', [0, 5], 2)], inputs: [0], outputs: [2] });
  expect(activationsOf(alone).bytes).toBe(16 * 16 * 8 + 16 * 16 * 24 + 4 * 8 + 10 * 24);
});

test('padding is part of a convolution behind it, but not of a pooling', () => {
  const padded = [
    activation('input', [1, 8, 8, 4]),
    activation('padded', [1, 10, 10, 4]),
    activation('out', [1, 8, 8, 4]),
  ];
  const graph = (type: string) =>
    tfliteGraph({
      tensors: [...padded, weights([4, 3, 3, 4])],
      operators: [operator('PAD', [0], 1), operator(type, type === 'CONV_2D' ? [1, 3] : [1], 2)],
      inputs: [0],
      outputs: [2],
    });
  expect(stepsOf(graph('CONV_2D')).steps).toHaveLength(1);
  expect(stepsOf(graph('MAX_POOL_2D')).steps).toHaveLength(2);
  expect(activationsOf(graph('MAX_POOL_2D')).bytes).toBe(10 * 10 * 4);
});

test('an element by element operator takes the place of an input that ends, not of one that goes on', () => {
  const values = [activation('x', [1, 100]), activation('y', [1, 100]), activation('z', [1, 100])];
  const operators = [operator('LOGISTIC', [0], 1), operator('ADD', [0, 1], 2)];
  const graph = tfliteGraph({ tensors: values, operators, inputs: [0], outputs: [2] });
  expect(activationsOf(graph).liveBytes).toEqual([200, 200]);
});

describeWithReference('the STM32 model zoo', () => {
  const lists = referenceJson<Readonly<Record<string, OperatorList>>>('graphs.json');
  const graphOf = (name: string) => {
    const [list] = Object.entries(lists).flatMap(([file, value]) => (file.endsWith(`/${name}`) ? [value] : []));
    if (list === undefined) throw new Error(name);
    return graphOfOperatorList(list);
  };

  test.each([
    ['mobilenet_v2_0.35_224_int8.tflite', 702_976, 416_625],
    ['mobilenet_v2_0.35_128_int8.tflite', 229_888, 416_625],
  ])('%s: activations as published to the byte, weights within the printed digits', (name, activations, constants) => {
    const graph = graphOf(name);
    expect(activationsOf(graph, '7.3').bytes).toBe(activations);
    expect(Math.abs(weightsOf(graph) / constants - 1)).toBeLessThan(0.001);
  });
});
