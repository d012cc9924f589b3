import type { DataType } from '../../src/graph/data-type.ts';
import { usual } from './elementwise.ts';
import type { Fixture, Options, Part, Step } from './fixture.ts';
import { numbers, part, step } from './fixture.ts';

const ints = (...values: number[]) => numbers('int32', values);
const pads = (...values: number[]) => numbers('int32', values, [values.length / 2, 2]);

/** For each type a model of these operators. */
function each(
  type: string,
  dtypes: readonly DataType[],
  steps: (tensor: (...shape: number[]) => Part, dtype: DataType) => readonly Step[],
): readonly Fixture[] {
  return dtypes.map((dtype) => ({
    name: `${type.toLowerCase().replaceAll('_', '-')}-${dtype}`,
    steps: steps((...shape) => usual(dtype, shape), dtype),
  }));
}

const four = ['float32', 'int8', 'int16', 'int32'] as const;
const strided = (begin_mask = 0, end_mask = 0, shrink_axis_mask = 0): Options => ({
  begin_mask,
  end_mask,
  ellipsis_mask: 0,
  new_axis_mask: 0,
  shrink_axis_mask,
});

/** Operators that move, repeat or take elements. */
export const rearrangingFixtures: readonly Fixture[] = [
  {
    name: 'reshape',
    steps: (['float32', 'int8', 'int16', 'int32', 'int64', 'uint8', 'bool'] as const).map((dtype) =>
      step('RESHAPE', [usual(dtype, [2, 6]), ints(3, 4)], [usual(dtype, [3, 4])]),
    ),
  },
  {
    name: 'squeeze',
    steps: (['float32', 'int8', 'int16', 'int32'] as const).map((dtype) =>
      step('SQUEEZE', [usual(dtype, [1, 6, 1])], [usual(dtype, [6, 1])], { squeeze_dims: [0] }),
    ),
  },
  {
    name: 'expand-dims',
    steps: (['float32', 'int8', 'int16'] as const).flatMap((dtype) => [
      step('EXPAND_DIMS', [usual(dtype, [2, 3]), ints(1)], [usual(dtype, [2, 1, 3])]),
      step('EXPAND_DIMS', [usual(dtype, [2, 3]), ints(-1)], [usual(dtype, [2, 3, 1])]),
    ]),
  },
  {
    name: 'shape',
    steps: (['float32', 'int8'] as const).map((dtype) =>
      step('SHAPE', [usual(dtype, [2, 3, 5])], [part('int32', [3])], { out_type: 'INT32' }),
    ),
  },
  {
    name: 'broadcast-args',
    steps: (['int32', 'int64'] as const).map((dtype) =>
      step('BROADCAST_ARGS', [numbers(dtype, [2, 1, 3]), numbers(dtype, [4, 1])], [part(dtype, [3])]),
    ),
  },
  ...each('BROADCAST_TO', ['float32', 'int8', 'int16', 'int32', 'int64', 'uint8', 'bool'], (tensor) => [
    step('BROADCAST_TO', [tensor(1, 3), ints(2, 2, 3)], [tensor(2, 2, 3)]),
    step('BROADCAST_TO', [tensor(2, 1), numbers('int64', [2, 4])], [tensor(2, 4)]),
  ]),
  {
    name: 'fill',
    steps: (['float32', 'int8', 'int32'] as const).map((dtype) =>
      step('FILL', [ints(2, 3), usual(dtype, [])], [usual(dtype, [2, 3])]),
    ),
  },
  ...each('CONCATENATION', ['float32', 'int8', 'int16', 'int32', 'int64', 'bool'], (tensor) => [
    step('CONCATENATION', [tensor(2, 3, 2), tensor(2, 1, 2), tensor(2, 2, 2)], [tensor(2, 6, 2)], {
      axis: 1,
      fused_activation_function: 'NONE',
    }),
    step('CONCATENATION', [tensor(2, 3), tensor(2, 3)], [tensor(2, 6)], {
      axis: -1,
      fused_activation_function: 'NONE',
    }),
  ]),
  ...each('PACK', ['float32', 'int8', 'int16', 'int32', 'int64'], (tensor) => [
    step('PACK', [tensor(2, 3), tensor(2, 3)], [tensor(2, 2, 3)], { values_count: 2, axis: 1 }),
  ]),
  ...each('UNPACK', four, (tensor) => [
    step('UNPACK', [tensor(2, 3, 2)], [tensor(2, 2), tensor(2, 2), tensor(2, 2)], { num: 3, axis: 1 }),
  ]),
  ...each('SPLIT', four, (tensor) => [
    step('SPLIT', [numbers('int32', [-1], []), tensor(2, 6)], [tensor(2, 3), tensor(2, 3)], { num_splits: 2 }),
  ]),
  ...each('SPLIT_V', four, (tensor) => [
    step('SPLIT_V', [tensor(5, 2), ints(1, 4), numbers('int32', [0], [])], [tensor(1, 2), tensor(4, 2)], {
      num_splits: 2,
    }),
  ]),
  ...each('SLICE', [...four, 'bool'], (tensor) => [
    step('SLICE', [tensor(3, 4, 5), ints(1, 0, 2), ints(2, 3, -1)], [tensor(2, 3, 3)]),
    step('SLICE', [tensor(5), numbers('int64', [1]), numbers('int64', [3])], [tensor(3)]),
  ]),
  ...each('STRIDED_SLICE', [...four, 'bool'], (tensor) => [
    step('STRIDED_SLICE', [tensor(4, 5), ints(1, 0), ints(4, 5), ints(2, 2)], [tensor(2, 3)], strided()),
    step('STRIDED_SLICE', [tensor(4, 5), ints(0, -1), ints(0, 0), ints(1, -2)], [tensor(4, 3)], strided(1, 3)),
    step('STRIDED_SLICE', [tensor(4, 5), ints(2, 1), ints(3, 4), ints(1, 1)], [tensor(3)], strided(0, 0, 1)),
  ]),
  ...each('DYNAMIC_UPDATE_SLICE', four, (tensor) => [
    step('DYNAMIC_UPDATE_SLICE', [tensor(4, 5), tensor(2, 3), ints(1, 2)], [tensor(4, 5)]),
    step('DYNAMIC_UPDATE_SLICE', [tensor(4, 5), tensor(2, 3), numbers('int64', [9, -4])], [tensor(4, 5)]),
  ]),
  ...each('GATHER', ['float32', 'int8'], (tensor) => [
    step('GATHER', [tensor(4, 3), ints(3, 0, 3)], [tensor(3, 3)], { axis: 0, batch_dims: 0 }),
    step('GATHER', [tensor(2, 4, 3), numbers('int32', [1, 3, 0, 2], [2, 2])], [tensor(2, 2, 3)], {
      axis: 1,
      batch_dims: 1,
    }),
  ]),
  ...each('GATHER_ND', ['float32', 'int8'], (tensor) => [
    step('GATHER_ND', [tensor(4, 3, 2), numbers('int32', [3, 0, 1, 2], [2, 2])], [tensor(2, 2)]),
  ]),
  ...each('PAD', four, (tensor) => [step('PAD', [tensor(2, 3, 4), pads(0, 1, 2, 0, 1, 1)], [tensor(3, 5, 6)])]),
  ...each('PADV2', four, (tensor, dtype) => [
    step('PADV2', [tensor(2, 3), pads(1, 0, 0, 2), { ...tensor(1), ...numbers(dtype, [5]) }], [tensor(3, 5)]),
  ]),
  ...each('MIRROR_PAD', ['float32', 'int8'], (tensor) => [
    step('MIRROR_PAD', [tensor(3, 4), pads(2, 1, 0, 3)], [tensor(6, 7)], { mode: 'REFLECT' }),
    step('MIRROR_PAD', [tensor(3, 4), pads(2, 3, 1, 0)], [tensor(8, 5)], { mode: 'SYMMETRIC' }),
  ]),
  ...each('TRANSPOSE', ['float32', 'int8', 'int16'], (tensor, dtype) => [
    step('TRANSPOSE', [tensor(3, 5), ints(1, 0)], [tensor(5, 3)]),
    step('TRANSPOSE', [tensor(2, 3, 4, 5), ints(0, 3, 1, 2)], [tensor(2, 5, 3, 4)]),
    step('TRANSPOSE', [tensor(2, 3, 4), ints(2, 0, 1)], [tensor(4, 2, 3)]),
    ...(dtype === 'int8'
      ? []
      : [step('TRANSPOSE', [tensor(2, 1, 3, 2, 2), ints(4, 3, 0, 1, 2)], [tensor(2, 2, 2, 1, 3)])]),
  ]),
  ...each('REVERSE_V2', ['float32', 'int8', 'uint8', 'int16', 'int32', 'int64', 'bool'], (tensor) => [
    step('REVERSE_V2', [tensor(2, 3, 4), ints(1)], [tensor(2, 3, 4)]),
    step('REVERSE_V2', [tensor(2, 3, 4), ints(1, 2)], [tensor(2, 3, 4)]),
  ]),
  ...each('BATCH_TO_SPACE_ND', ['float32', 'int8'], (tensor) => [
    step('BATCH_TO_SPACE_ND', [tensor(4, 2, 3, 2), ints(2, 2), pads(0, 1, 2, 0)], [tensor(1, 3, 4, 2)]),
    step('BATCH_TO_SPACE_ND', [tensor(2, 3, 2), ints(2), pads(1, 0)], [tensor(1, 5, 2)]),
  ]),
  ...each('SPACE_TO_BATCH_ND', ['float32', 'int8'], (tensor) => [
    step('SPACE_TO_BATCH_ND', [tensor(1, 3, 4, 2), ints(2, 2), pads(0, 1, 2, 0)], [tensor(4, 2, 3, 2)]),
    step('SPACE_TO_BATCH_ND', [tensor(1, 5, 2), ints(2), pads(1, 0)], [tensor(2, 3, 2)]),
  ]),
  ...each('DEPTH_TO_SPACE', ['float32', 'int8'], (tensor) => [
    step('DEPTH_TO_SPACE', [tensor(1, 2, 3, 8)], [tensor(1, 4, 6, 2)], { block_size: 2 }),
  ]),
  ...each('SPACE_TO_DEPTH', ['float32', 'int8'], (tensor) => [
    step('SPACE_TO_DEPTH', [tensor(1, 4, 6, 2)], [tensor(1, 2, 3, 8)], { block_size: 2 }),
  ]),
  ...each('RESIZE_BILINEAR', ['float32', 'int8'], (tensor) => [
    step('RESIZE_BILINEAR', [tensor(1, 3, 4, 2), ints(5, 7)], [tensor(1, 5, 7, 2)], {
      align_corners: false,
      half_pixel_centers: false,
    }),
    step('RESIZE_BILINEAR', [tensor(1, 3, 4, 2), ints(6, 8)], [tensor(1, 6, 8, 2)], {
      align_corners: false,
      half_pixel_centers: true,
    }),
    step('RESIZE_BILINEAR', [tensor(1, 5, 4, 2), ints(3, 3)], [tensor(1, 3, 3, 2)], {
      align_corners: true,
      half_pixel_centers: false,
    }),
  ]),
  ...each('RESIZE_NEAREST_NEIGHBOR', ['float32', 'int8', 'int16'], (tensor) => [
    step('RESIZE_NEAREST_NEIGHBOR', [tensor(1, 3, 4, 2), ints(5, 7)], [tensor(1, 5, 7, 2)], {
      align_corners: false,
      half_pixel_centers: false,
    }),
    step('RESIZE_NEAREST_NEIGHBOR', [tensor(1, 3, 4, 2), ints(6, 8)], [tensor(1, 6, 8, 2)], {
      align_corners: false,
      half_pixel_centers: true,
    }),
    step('RESIZE_NEAREST_NEIGHBOR', [tensor(1, 5, 4, 2), ints(3, 3)], [tensor(1, 3, 3, 2)], {
      align_corners: true,
      half_pixel_centers: false,
    }),
  ]),
];
