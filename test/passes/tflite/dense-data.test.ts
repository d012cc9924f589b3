import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TableValue } from '../../../src/formats/flatbuffer/value.ts';
import type { Tensor } from '../../../src/graph/graph.ts';
import { denseData } from '../../../src/passes/tflite/dense-data.ts';
import { sparseBy } from '../../support/sparse-constant.ts';

const dense = (size: number): TableValue => ({ format: 'DENSE', dense_size: size });
const some = (segments: readonly number[], indices: readonly number[]): TableValue => ({
  format: 'SPARSE_CSR',
  dense_size: 0,
  array_segments: { type: 'Int32Vector', value: { values: segments } },
  array_indices: { type: 'Uint8Vector', value: { values: Uint8Array.from(indices) } },
});
const constant = (shape: readonly number[], data: readonly number[], sparsity: TableValue): Tensor => ({
  name: 'weights',
  dtype: 'int8',
  shape,
  data: Uint8Array.from(data),
  extras: { sparsity },
});
const rows = { traversal_order: [0, 1], dim_metadata: [dense(3), some([0, 2, 2, 3], [1, 3, 0])] };

describe('denseData', () => {
  it('puts the elements of rows in their columns', () => {
    expect([...(denseData(constant([3, 4], [5, 6, 7], rows), 1) ?? [])]).toEqual([0, 5, 0, 6, 0, 0, 0, 0, 7, 0, 0, 0]);
  });

  it('takes columns before rows where the order says so', () => {
    const columns = { traversal_order: [1, 0], dim_metadata: [dense(2), some([0, 1, 3], [2, 0, 1])] };
    expect([...(denseData(constant([3, 2], [5, 6, 7], columns), 1) ?? [])]).toEqual([0, 6, 0, 7, 5, 0]);
  });

  it('puts blocks in their places', () => {
    const blocks = {
      traversal_order: [0, 1, 2, 3],
      block_map: [0, 1],
      dim_metadata: [dense(2), some([0, 1, 2], [1, 0]), dense(2), dense(2)],
    };
    expect([...(denseData(constant([4, 4], [1, 2, 3, 4, 5, 6, 7, 8], blocks), 1) ?? [])]).toEqual([
      ...[0, 0, 1, 2],
      ...[0, 0, 3, 4],
      ...[5, 6, 0, 0],
      ...[7, 8, 0, 0],
    ]);
  });

  it('gives back what was made sparse', () => {
    const cases = fc
      .tuple(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), fc.integer())
      .chain(([shape]) => {
        const count = shape.reduce((product, extent) => product * extent, 1);
        const values = fc.array(fc.constantFrom(0, 0, 0, 1, 2, 255), { minLength: count, maxLength: count });
        return fc.tuple(
          fc.constant(shape),
          values,
          fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
        );
      });
    fc.assert(
      fc.property(cases, ([shape, values, order]) => {
        const { data, sparsity } = sparseBy(shape, Uint8Array.from(values), order);
        expect([...(denseData(constant(shape, [...data], sparsity), 1) ?? [])]).toEqual(values);
      }),
    );
  });

  it.each<readonly [string, Tensor]>([
    ['nothing about its levels', constant([3, 4], [5, 6, 7], {})],
    ['an order that names an axis twice', constant([3, 4], [5, 6, 7], { ...rows, traversal_order: [0, 0] })],
    ['an order of axes that are not there', constant([3, 4], [5, 6, 7], { ...rows, traversal_order: [0, 9] })],
    ['fewer levels than axes', constant([3, 4, 1], [5, 6, 7], rows)],
    ['an extent that is not the shape’s', constant([4, 4], [5, 6, 7], rows)],
    ['an index beyond the extent', constant([3, 3], [5, 6, 7], rows)],
    ['too few elements', constant([3, 4], [5, 6], rows)],
    ['too many elements', constant([3, 4], [5, 6, 7, 8], rows)],
    [
      'segments beyond the indices',
      constant([3, 4], [5, 6, 7], { ...rows, dim_metadata: [dense(3), some([0, 2, 2, 9], [1, 3, 0])] }),
    ],
    [
      'segments that run backwards',
      constant([3, 4], [5, 6, 7], { ...rows, dim_metadata: [dense(3), some([0, 2, 1, 3], [1, 3, 0])] }),
    ],
    [
      'blocks of an axis that is not there',
      constant([3, 4], [5, 6, 7], {
        traversal_order: [0, 1, 2],
        block_map: [7],
        dim_metadata: [...rows.dim_metadata, dense(1)],
      }),
    ],
    [
      'a size out of all proportion',
      constant([2_000_000_000, 4], [1], {
        traversal_order: [0, 1],
        dim_metadata: [dense(2_000_000_000), some([0, 1], [0])],
      }),
    ],
  ])('gives nothing for a constant with %s', (_, tensor) => {
    expect(denseData(tensor, 1)).toBeUndefined();
  });
});
