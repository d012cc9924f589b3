import { accept, rankWithin } from './accept.ts';
import type { Kernel } from './kernel.ts';
import { extent } from './rearrange.ts';
import { float32, input, int8, int32, output, refuse, refuseTypes } from './refuse.ts';

/** EMBEDDING_LOOKUP: rows of a table; a float32 output takes an int8 table's rows in real numbers. */
export const embeddingLookup: Kernel = (node) => {
  const lookup = input(node, 0);
  const table = input(node, 1);
  const to = output(node);
  rankWithin(node, lookup, 1, 1);
  accept(node, table, 'float32', 'int8');
  const rows = int32(node, lookup);
  const width = extent(table.shape, 1);
  const height = table.shape[0] ?? 0;
  const rowAt = (index: number) => {
    const row = rows[index] as number;
    if (row < 0 || row >= height) refuse(node, `row ${row} is outside the table's ${height}`);
    return row * width;
  };
  if (table.dtype === 'int8' && to.dtype === 'float32') {
    if (table.zeroPoint !== 0) refuse(node, "the table's zero point is not 0");
    const from = int8(node, table);
    const target = float32(node, to);
    return () => {
      for (let index = 0; index < rows.length; index += 1) {
        const start = rowAt(index);
        for (let column = 0; column < width; column += 1) {
          target[index * width + column] = table.scale * (from[start + column] as number);
        }
      }
    };
  }
  if (table.dtype !== to.dtype) refuseTypes(node, table.dtype, to.dtype);
  const from = table.values as Float32Array | Int8Array;
  const target = to.values as Float32Array | Int8Array;
  return () => {
    for (let index = 0; index < rows.length; index += 1) {
      const start = rowAt(index);
      target.set(from.subarray(start, start + width), index * width);
    }
  };
};
