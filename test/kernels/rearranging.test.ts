import { describe, expect, it } from 'vitest';
import type { Case, CaseTensor } from '../support/one-operator.ts';
import { outputsOf } from '../support/one-operator.ts';

const constant = (values: readonly number[], shape = [values.length]): CaseTensor => ({
  dtype: 'int32',
  shape,
  values,
  constant: true,
});
const counting = (shape: readonly number[], dtype: CaseTensor['dtype'] = 'int8'): CaseTensor => {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return { dtype, shape, values: Array.from({ length: count }, (_, index) => index) };
};
const result = (shape: readonly number[], dtype: CaseTensor['dtype'] = 'int8'): CaseTensor => ({ dtype, shape });

const cases: readonly (readonly [string, Case, readonly (readonly number[])[]])[] = [
  [
    'TRANSPOSE turns rows into columns',
    { type: 'TRANSPOSE', inputs: [counting([2, 3]), constant([1, 0])], outputs: [result([3, 2])] },
    [[0, 3, 1, 4, 2, 5]],
  ],
  [
    'SLICE takes the rest of an axis for -1',
    { type: 'SLICE', inputs: [counting([2, 4]), constant([1, 1]), constant([1, -1])], outputs: [result([1, 3])] },
    [[5, 6, 7]],
  ],
  [
    'SLICE reads where it begins at run time',
    {
      type: 'SLICE',
      inputs: [counting([4]), { dtype: 'int32', shape: [1], values: [2] }, constant([2])],
      outputs: [result([2])],
    },
    [[2, 3]],
  ],
  [
    'STRIDED_SLICE goes backwards from the end',
    {
      type: 'STRIDED_SLICE',
      attributes: { begin_mask: 1, end_mask: 1, shrink_axis_mask: 0 },
      inputs: [counting([5]), constant([0]), constant([0]), constant([-2])],
      outputs: [result([3])],
    },
    [[4, 2, 0]],
  ],
  [
    'STRIDED_SLICE counts negative bounds from the end and drops a shrunken axis',
    {
      type: 'STRIDED_SLICE',
      attributes: { begin_mask: 0, end_mask: 0, shrink_axis_mask: 1 },
      inputs: [counting([3, 4]), constant([1, -3]), constant([2, -1]), constant([1, 1])],
      outputs: [result([2])],
    },
    [[5, 6]],
  ],
  [
    'SPLIT gives every output an equal part',
    { type: 'SPLIT', inputs: [constant([1], []), counting([2, 4])], outputs: [result([2, 2]), result([2, 2])] },
    [
      [0, 1, 4, 5],
      [2, 3, 6, 7],
    ],
  ],
  [
    'SPLIT_V gives every output what it has room for',
    {
      type: 'SPLIT_V',
      inputs: [counting([1, 4]), constant([3, 1]), constant([-1], [])],
      outputs: [result([1, 3]), result([1, 1])],
    },
    [[0, 1, 2], [3]],
  ],
  [
    'PACK stacks along a new last axis',
    {
      type: 'PACK',
      attributes: { values_count: 2, axis: -1 },
      inputs: [counting([3]), { dtype: 'int8', shape: [3], values: [7, 8, 9] }],
      outputs: [result([3, 2])],
    },
    [[0, 7, 1, 8, 2, 9]],
  ],
  [
    'UNPACK takes it apart',
    {
      type: 'UNPACK',
      attributes: { num: 2, axis: 1 },
      inputs: [counting([3, 2])],
      outputs: [result([3]), result([3])],
    },
    [
      [0, 2, 4],
      [1, 3, 5],
    ],
  ],
  [
    'GATHER takes columns within each batch',
    {
      type: 'GATHER',
      attributes: { axis: 1, batch_dims: 1 },
      inputs: [counting([2, 3]), { dtype: 'int32', shape: [2, 2], values: [2, 0, 1, 1] }],
      outputs: [result([2, 2])],
    },
    [[2, 0, 4, 4]],
  ],
  [
    'GATHER_ND takes slices at coordinates',
    {
      type: 'GATHER_ND',
      inputs: [counting([2, 2, 2]), { dtype: 'int32', shape: [2, 2], values: [1, 0, 0, 1] }],
      outputs: [result([2, 2])],
    },
    [[4, 5, 2, 3]],
  ],
  [
    'REVERSE_V2 reverses neighbouring axes as each of them',
    { type: 'REVERSE_V2', inputs: [counting([2, 2, 2]), constant([0, -2])], outputs: [result([2, 2, 2])] },
    [[6, 7, 4, 5, 2, 3, 0, 1]],
  ],
  [
    'MIRROR_PAD reflects without the edge',
    {
      type: 'MIRROR_PAD',
      attributes: { mode: 'REFLECT' },
      inputs: [counting([3]), constant([2, 1], [1, 2])],
      outputs: [result([6])],
    },
    [[2, 1, 0, 1, 2, 1]],
  ],
  [
    'MIRROR_PAD repeats the edge when symmetric',
    {
      type: 'MIRROR_PAD',
      attributes: { mode: 'SYMMETRIC' },
      inputs: [counting([3]), constant([2, 1], [1, 2])],
      outputs: [result([6])],
    },
    [[1, 0, 0, 1, 2, 2]],
  ],
  [
    'BROADCAST_TO repeats axes of extent 1',
    { type: 'BROADCAST_TO', inputs: [counting([2, 1]), constant([2, 2, 3])], outputs: [result([2, 2, 3])] },
    [[0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]],
  ],
  [
    'SPACE_TO_DEPTH takes blocks row by row',
    {
      type: 'SPACE_TO_DEPTH',
      attributes: { block_size: 2 },
      inputs: [counting([1, 2, 4, 1])],
      outputs: [result([1, 1, 2, 4])],
    },
    [[0, 1, 4, 5, 2, 3, 6, 7]],
  ],
  [
    'DEPTH_TO_SPACE lays them out again',
    {
      type: 'DEPTH_TO_SPACE',
      attributes: { block_size: 2 },
      inputs: [{ dtype: 'int8', shape: [1, 1, 2, 4], values: [0, 1, 4, 5, 2, 3, 6, 7] }],
      outputs: [result([1, 2, 4, 1])],
    },
    [[0, 1, 2, 3, 4, 5, 6, 7]],
  ],
  [
    'SPACE_TO_BATCH_ND pads with 0, not with the zero point',
    {
      type: 'SPACE_TO_BATCH_ND',
      inputs: [
        { dtype: 'int8', shape: [1, 3, 1], values: [5, 6, 7], scale: 1, zeroPoint: 9 },
        constant([2]),
        constant([1, 0], [1, 2]),
      ],
      outputs: [{ dtype: 'int8', shape: [2, 2, 1], scale: 1, zeroPoint: 9 }],
    },
    [[0, 6, 5, 7]],
  ],
  [
    'BATCH_TO_SPACE_ND crops what was padded',
    {
      type: 'BATCH_TO_SPACE_ND',
      inputs: [{ dtype: 'int8', shape: [2, 2, 1], values: [0, 6, 5, 7] }, constant([2]), constant([1, 0], [1, 2])],
      outputs: [result([1, 3, 1])],
    },
    [[5, 6, 7]],
  ],
  [
    'RESIZE_NEAREST_NEIGHBOR repeats pixels',
    {
      type: 'RESIZE_NEAREST_NEIGHBOR',
      attributes: { align_corners: false, half_pixel_centers: false },
      inputs: [counting([1, 1, 2, 2]), constant([1, 4])],
      outputs: [result([1, 1, 4, 2])],
    },
    [[0, 1, 0, 1, 2, 3, 2, 3]],
  ],
  [
    'DYNAMIC_UPDATE_SLICE keeps the update within the operand',
    {
      type: 'DYNAMIC_UPDATE_SLICE',
      inputs: [
        counting([5]),
        { dtype: 'int8', shape: [2], values: [70, 71] },
        { dtype: 'int32', shape: [1], values: [9] },
      ],
      outputs: [result([5])],
    },
    [[0, 1, 2, 70, 71]],
  ],
  [
    'EMBEDDING_LOOKUP gives real numbers of an int8 table',
    {
      type: 'EMBEDDING_LOOKUP',
      inputs: [
        { dtype: 'int32', shape: [2], values: [1, 0] },
        { dtype: 'int8', shape: [2, 2], values: [1, 2, 3, 4], constant: true, scale: 0.5 },
      ],
      outputs: [result([2, 2], 'float32')],
    },
    [[1.5, 2, 0.5, 1]],
  ],
  [
    'SHAPE gives the extents',
    { type: 'SHAPE', inputs: [counting([1, 2, 3])], outputs: [result([3], 'int32')] },
    [[1, 2, 3]],
  ],
  [
    'BROADCAST_ARGS gives the common shape',
    { type: 'BROADCAST_ARGS', inputs: [constant([3, 1, 5]), constant([4, 1])], outputs: [result([3], 'int32')] },
    [[3, 4, 5]],
  ],
];

describe('operators that move elements', () => {
  it.each(cases)('%s', (_, one, expected) => {
    expect(outputsOf(one)).toEqual(expected);
  });

  it.each<readonly [string, Case]>([
    [
      'TRANSPOSE of int32',
      { type: 'TRANSPOSE', inputs: [counting([2], 'int32'), constant([0])], outputs: [result([2], 'int32')] },
    ],
    [
      'GATHER of int16',
      { type: 'GATHER', inputs: [counting([2], 'int16'), constant([0])], outputs: [result([1], 'int16')] },
    ],
    ['GATHER past the end', { type: 'GATHER', inputs: [counting([2]), constant([2])], outputs: [result([1])] }],
    [
      'REVERSE_V2 of axes apart',
      { type: 'REVERSE_V2', inputs: [counting([2, 2, 2]), constant([0, 2])], outputs: [result([2, 2, 2])] },
    ],
    [
      'a stride of 0',
      {
        type: 'STRIDED_SLICE',
        inputs: [counting([2]), constant([0]), constant([2]), constant([0])],
        outputs: [result([2])],
      },
    ],
  ])('refuses %s with the operator’s place', (_, one) => {
    expect(() => outputsOf(one)).toThrow(`operator 0 (${one.type}): `);
  });
});
