import { expect, test } from 'vitest';
import type { DataArray } from '../../src/data/data-set.ts';
import { readNpz } from '../../src/data/npz.ts';
import { writeNpz } from '../../src/data/write-npz.ts';

const arrays: Readonly<Record<string, DataArray>> = {
  'serving_default_x:0': { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, Number.NaN, 1e-30) },
  scalar: { dtype: 'int64', shape: [], data: BigInt64Array.of(-(2n ** 62n)) },
  row: { dtype: 'int8', shape: [4], data: Int8Array.of(-128, -1, 0, 127) },
  empty: { dtype: 'uint16', shape: [0, 5], data: new Uint16Array(0) },
  flags: { dtype: 'bool', shape: [1, 2], data: Uint8Array.of(1, 0) },
};

test('what is written is read again, in its order', () => {
  const again = readNpz(writeNpz(arrays), 'a.npz');
  expect(again).toEqual(arrays);
  expect(Object.keys(again)).toEqual(Object.keys(arrays));
});

test('the same arrays give the same bytes', () => {
  expect(Buffer.compare(writeNpz(arrays), writeNpz(arrays))).toBe(0);
});

test('the content begins where the format wants it', () => {
  const bytes = Buffer.from(writeNpz({ row: arrays.row as DataArray }));
  const start = bytes.indexOf('\x93NUMPY', 0, 'latin1');
  const header = bytes.readUInt16LE(start + 8);
  expect((10 + header) % 64).toBe(0);
  expect(bytes.toString('latin1', start + 10, start + 10 + header)).toMatch(/^\{.*'shape': \(4,\), \} *\n$/);
});
