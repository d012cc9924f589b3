import type { TableValue } from '../../src/formats/flatbuffer/value.ts';

/** A row-major tensor of bytes without its zeros: all levels but the last have all their indices. `order` is that of the axes, the outermost first. */
export function sparseBy(
  shape: readonly number[],
  values: Uint8Array,
  order: readonly number[],
): { readonly data: Uint8Array; readonly sparsity: TableValue } {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, extent) => product * extent, 1));
  const extents = order.map((axis) => shape[axis] ?? 1);
  const last = extents.at(-1) ?? 1;
  const kept: number[] = [];
  const indices: number[] = [];
  const segments = [0];
  for (let row = 0; row * last < values.length; row += 1) {
    for (let column = 0; column < last; column += 1) {
      let rest = row * last + column;
      let offset = 0;
      for (let level = order.length - 1; level >= 0; level -= 1) {
        const extent = extents[level] ?? 1;
        offset += (rest % extent) * (strides[order[level] ?? 0] ?? 1);
        rest = Math.floor(rest / extent);
      }
      const value = values[offset] ?? 0;
      if (value === 0) continue;
      kept.push(value);
      indices.push(column);
    }
    segments.push(indices.length);
  }
  const levels = extents.map(
    (extent, level): TableValue =>
      level < extents.length - 1
        ? { format: 'DENSE', dense_size: extent }
        : {
            format: 'SPARSE_CSR',
            dense_size: 0,
            array_segments: { type: 'Int32Vector', value: { values: segments } },
            array_indices: { type: 'Int32Vector', value: { values: indices } },
          },
  );
  return { data: Uint8Array.from(kept), sparsity: { traversal_order: order, dim_metadata: levels } };
}
