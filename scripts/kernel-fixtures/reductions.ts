import type { DataType } from '../../src/graph/data-type.ts';
import { usual } from './elementwise.ts';
import type { Fixture, Step } from './fixture.ts';
import { numbers, part, step } from './fixture.ts';

const named = (type: string, dtype: DataType) => `${type.toLowerCase().replaceAll('_', '-')}-${dtype}`;
const image = [2, 4, 3, 5];

/** Along the last axis, over the image, over axes apart, over all. */
const axes: readonly (readonly [number[], number[], boolean])[] = [
  [[-1], [2, 4, 3], false],
  [[1, 2], [2, 1, 1, 5], true],
  [[0, 2], [4, 5], false],
  [[0, 1, 2, 3], [], false],
];

function reductions(type: string, dtype: DataType, same = false): Fixture {
  const steps = axes.map(([over, shape, keep_dims]) =>
    step(
      type,
      [usual(dtype, image), numbers('int32', over)],
      [same ? usual(dtype, shape) : usual(dtype, shape, type === 'SUM' ? 6 : 0.6, -3)],
      { keep_dims },
    ),
  );
  const kept = same
    ? []
    : [step(type, [usual(dtype, image), numbers('int32', [1, 2])], [usual(dtype, [2, 5])], { keep_dims: false })];
  return { name: named(type, dtype), steps: [...steps, ...kept] };
}

function pool(type: string, dtype: DataType): Fixture {
  const one = (
    filter: readonly [number, number],
    stride: readonly [number, number],
    padding: string,
    activation: string,
    shape: readonly number[],
  ): Step =>
    step(type, [usual(dtype, [1, 6, 5, 7])], [usual(dtype, shape)], {
      padding,
      stride_h: stride[0],
      stride_w: stride[1],
      filter_height: filter[0],
      filter_width: filter[1],
      fused_activation_function: activation,
    });
  return {
    name: named(type, dtype),
    steps: [
      one([2, 2], [2, 2], 'VALID', 'NONE', [1, 3, 2, 7]),
      one([3, 2], [1, 2], 'SAME', 'RELU', [1, 6, 3, 7]),
      one([6, 5], [1, 1], 'VALID', 'RELU6', [1, 1, 1, 7]),
    ],
  };
}

function normalised(type: string, dtype: DataType, scale: number, zeroPoint: number, from: DataType = dtype): Step {
  return step(
    type,
    [usual(from, [3, 9])],
    [dtype === 'float32' ? part(dtype, [3, 9]) : part(dtype, [3, 9], scale, zeroPoint)],
    type === 'SOFTMAX' ? { beta: { float: 1 } } : {},
  );
}

/** Operators that make one number of several, or weigh numbers against each other. */
export const reductionFixtures: readonly Fixture[] = [
  ...(['float32', 'int8', 'int16'] as const).flatMap((dtype) => [reductions('MEAN', dtype), reductions('SUM', dtype)]),
  ...(['float32', 'int8'] as const).flatMap((dtype) => [
    reductions('REDUCE_MAX', dtype, true),
    reductions('REDUCE_MIN', dtype, true),
  ]),
  reductions('REDUCE_ALL', 'bool', true),
  ...['ARG_MAX', 'ARG_MIN'].map(
    (type): Fixture => ({
      name: type.toLowerCase().replace('_', '-'),
      steps: (['float32', 'int8'] as const).flatMap((dtype) => [
        step(type, [usual(dtype, [2, 9]), numbers('int32', [1], [])], [part('int32', [2])], { output_type: 'INT32' }),
        step(type, [usual(dtype, [2, 9, 3]), numbers('int32', [-2], [])], [part('int32', [2, 3])], {
          output_type: 'INT32',
        }),
      ]),
    }),
  ),
  ...(['float32', 'int8', 'int16'] as const).flatMap((dtype) => [
    pool('AVERAGE_POOL_2D', dtype),
    pool('MAX_POOL_2D', dtype),
  ]),
  pool('L2_POOL_2D', 'float32'),
  { name: 'softmax-float32', steps: [normalised('SOFTMAX', 'float32', 0, 0)] },
  {
    name: 'softmax-int8',
    steps: [normalised('SOFTMAX', 'int8', 1 / 256, -128), normalised('SOFTMAX', 'int16', 2 ** -16, -32768, 'int8')],
  },
  { name: 'softmax-int16', steps: [normalised('SOFTMAX', 'int16', 2 ** -15, 0)] },
  { name: 'log-softmax-float32', steps: [normalised('LOG_SOFTMAX', 'float32', 0, 0)] },
  { name: 'log-softmax-int8', steps: [normalised('LOG_SOFTMAX', 'int8', 1 / 16, 127)] },
  { name: 'l2-normalization-float32', steps: [normalised('L2_NORMALIZATION', 'float32', 0, 0)] },
  { name: 'l2-normalization-int8', steps: [normalised('L2_NORMALIZATION', 'int8', 1 / 128, 0)] },
  ...(['float32', 'int8'] as const).map(
    (dtype): Fixture => ({
      name: named('CUMSUM', dtype),
      steps: [
        step('CUMSUM', [usual(dtype, [2, 3, 4]), numbers('int32', [1], [])], [usual(dtype, [2, 3, 4], 3, -2)], {
          exclusive: false,
          reverse: false,
        }),
        step('CUMSUM', [usual(dtype, [2, 3, 4]), numbers('int32', [-1], [1])], [usual(dtype, [2, 3, 4], 3, -2)], {
          exclusive: true,
          reverse: true,
        }),
      ],
    }),
  ),
];
