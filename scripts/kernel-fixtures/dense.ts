import type { DataType } from '../../src/graph/data-type.ts';
import type { Fixture, Part, Step } from './fixture.ts';
import { noise, numbers, part, step } from './fixture.ts';

type Computing = 'int8' | 'int16' | 'float32' | 'int4';

const scaled = (type: Computing, shape: readonly number[], scale: number, zeroPoint: number): Part => {
  if (type === 'float32') return part('float32', shape);
  return type === 'int16' ? part('int16', shape, scale / 256) : part('int8', shape, scale, zeroPoint);
};

function dense(
  type: Computing,
  input: readonly number[],
  units: number,
  { perChannel = false, activation = 'NONE', bias = true, zeroPoint = 0, keep = false, computed = false } = {},
): Step {
  const depth = input.at(-1) ?? 1;
  const scales = Array.from({ length: perChannel ? units : 1 }, (_, index) => 0.004 + 0.001 * index);
  const weights =
    type === 'float32'
      ? noise('float32', [units, depth])
      : noise(type === 'int16' ? 'int8' : type, [units, depth], scales, 0, zeroPoint);
  const inputScale = type === 'int16' ? 0.05 / 256 : 0.05;
  const biasType: DataType = type === 'float32' ? 'float32' : type === 'int16' ? 'int64' : 'int32';
  const biases =
    type === 'float32'
      ? noise('float32', [units])
      : noise(
          biasType,
          [units],
          scales.map((scale) => Math.fround(inputScale) * Math.fround(scale)),
        );
  const rows = input.slice(0, -1).reduce((product, extent) => product * extent, 1);
  const output = scaled(type, keep ? [...input.slice(0, -1), units] : [rows, units], 0.1, 5);
  return step(
    'FULLY_CONNECTED',
    [scaled(type, input, 0.05, -3), computed ? part('int8', [units, depth], 0.004) : weights, bias ? biases : null],
    [output],
    { fused_activation_function: activation, ...(keep ? { keep_num_dims: true } : {}) },
  );
}

function matmul(
  type: Computing,
  left: readonly number[],
  right: readonly number[],
  output: readonly number[],
  x = false,
  y = false,
) {
  return step(
    'BATCH_MATMUL',
    [scaled(type, left, 0.05, -3), scaled(type, right, 0.04, 6)],
    [scaled(type, output, 0.3, 2)],
    { adj_x: x, adj_y: y, asymmetric_quantize_inputs: false },
  );
}

function svdf(state: 'int8' | 'int16' | 'float32', units: number, rank: number, batches: number): Step {
  const [depth, memory] = [5, 3];
  const filters = units * rank;
  const isFloat = state === 'float32';
  const scale = (value: number) => (isFloat ? [] : [value]);
  return step(
    'SVDF',
    [
      isFloat ? part('float32', [batches, depth]) : part('int8', [batches, depth], 0.05, 3),
      noise(isFloat ? 'float32' : 'int8', [filters, depth], scale(0.01)),
      noise(state, [filters, memory], scale(state === 'int16' ? 0.0001 : 0.02)),
      noise(isFloat ? 'float32' : 'int32', [units], scale(state === 'int16' ? 0.0000002 : 0.0002)),
      {
        ...part(state, [batches, memory * filters], isFloat ? undefined : state === 'int16' ? 0.002 : 0.01),
        variable: true,
      },
    ],
    [isFloat ? part('float32', [batches, units]) : part('int8', [batches, units], 0.05, -4)],
    { rank, fused_activation_function: isFloat ? 'NONE' : 'RELU' },
  );
}

function lstm(type: 'float32' | 'int8' | 'int16', timeMajor: boolean, units = 3, batches = 1): Step {
  const [steps, depth] = [4, 5];
  const isFloat = type === 'float32';
  const weights = (...shape: number[]) =>
    Array.from({ length: 4 }, (_, gate) =>
      noise(isFloat ? 'float32' : 'int8', shape, isFloat ? [] : [0.01 + 0.002 * gate]),
    );
  const inputScale = type === 'int16' ? 2 ** -12 : 0.03125;
  const biases = Array.from({ length: 4 }, (_, gate) =>
    noise(
      isFloat ? 'float32' : type === 'int8' ? 'int32' : 'int64',
      [units],
      isFloat ? [] : [inputScale * (0.01 + 0.002 * gate)],
    ),
  );
  const extents = (last: number) => (timeMajor ? [steps, batches, last] : [batches, steps, last]);
  const hidden = isFloat
    ? part('float32', [batches, units])
    : part(type, [batches, units], type === 'int8' ? 1 / 128 : 2 ** -15, 0);
  const cell = isFloat ? part('float32', [batches, units]) : part('int16', [batches, units], 2 ** -11);
  return step(
    'UNIDIRECTIONAL_SEQUENCE_LSTM',
    [
      isFloat ? part('float32', extents(depth)) : part(type, extents(depth), inputScale, type === 'int8' ? 4 : 0),
      ...weights(units, depth),
      ...weights(units, units),
      ...[null, null, null],
      ...biases,
      ...[null, null],
      { ...hidden, variable: true },
      { ...cell, variable: true },
      ...[null, null, null, null],
    ],
    [isFloat ? part('float32', extents(units)) : part(type, extents(units), type === 'int8' ? 1 / 128 : 2 ** -15, 0)],
    { fused_activation_function: 'TANH', cell_clip: { float: 10 }, proj_clip: { float: 0 }, time_major: timeMajor },
  );
}

const indices = numbers('int32', [3, 0, 1]);

/** Dense layers, products of matrices, recurrent layers and tables. */
export const denseFixtures: readonly Fixture[] = [
  { name: 'fully-connected-int8', steps: [dense('int8', [2, 19], 5)] },
  { name: 'fully-connected-int8-relu', steps: [dense('int8', [1, 8], 3, { activation: 'RELU', zeroPoint: 4 })] },
  {
    name: 'fully-connected-int8-per-channel',
    steps: [dense('int8', [1, 9], 4, { perChannel: true, activation: 'RELU6' })],
  },
  { name: 'fully-connected-int8-rows', steps: [dense('int8', [1, 3, 8], 4, { keep: true })] },
  { name: 'fully-connected-int8-rows-of-nine', steps: [dense('int8', [1, 3, 9], 4, { keep: true, bias: false })] },
  { name: 'fully-connected-int8-computed-weights', steps: [dense('int8', [2, 6], 3, { computed: true, bias: false })] },
  { name: 'fully-connected-int4', steps: [dense('int4', [2, 10], 5)] },
  {
    name: 'fully-connected-int16',
    steps: [dense('int16', [2, 11], 5), dense('int16', [1, 8], 3, { bias: false, activation: 'RELU' })],
  },
  {
    name: 'fully-connected-float32',
    steps: [dense('float32', [2, 11], 5), dense('float32', [1, 8], 3, { activation: 'RELU6', bias: false })],
  },
  ...(['float32', 'int8', 'int16'] as const).flatMap((type): readonly Fixture[] => [
    { name: `batch-matmul-${type}`, steps: [matmul(type, [2, 3, 5], [2, 5, 4], [2, 3, 4])] },
    { name: `batch-matmul-${type}-transposed`, steps: [matmul(type, [2, 5, 3], [2, 4, 5], [2, 3, 4], true, true)] },
    {
      name: `batch-matmul-${type}-broadcast`,
      steps: [matmul(type, [2, 1, 3, 5], [1, 3, 4, 5], [2, 3, 3, 4], false, true)],
    },
  ]),
  { name: 'svdf-float32', steps: [svdf('float32', 2, 2, 1)], invocations: 4 },
  { name: 'svdf-int8-state-int8', steps: [svdf('int8', 3, 1, 1)], invocations: 4 },
  { name: 'svdf-int8-state-int16', steps: [svdf('int16', 2, 2, 2)], invocations: 4 },
  { name: 'unidirectional-sequence-lstm-float32', steps: [lstm('float32', false)], invocations: 2 },
  { name: 'unidirectional-sequence-lstm-int8', steps: [lstm('int8', false)], invocations: 2 },
  { name: 'unidirectional-sequence-lstm-int8-time-major', steps: [lstm('int8', true, 2, 2)], invocations: 2 },
  { name: 'unidirectional-sequence-lstm-int16', steps: [lstm('int16', false)], invocations: 2 },
  {
    name: 'embedding-lookup',
    steps: [
      step('EMBEDDING_LOOKUP', [indices, noise('float32', [4, 3])], [part('float32', [3, 3])]),
      step('EMBEDDING_LOOKUP', [indices, noise('int8', [4, 3], [0.5])], [part('int8', [3, 3], 0.5)]),
      step('EMBEDDING_LOOKUP', [indices, noise('int8', [4, 5], [0.25])], [part('float32', [3, 5])]),
    ],
  },
];
