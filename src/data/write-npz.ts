import { zipSync } from 'fflate';
import type { DataType } from '../graph/data-type.ts';
import type { DataArray } from './data-set.ts';

/** NumPy's names of the element types that are written (https://numpy.org/doc/stable/reference/arrays.interface.html); int4 is held as one int8 each. */
const descriptions: Readonly<Partial<Record<DataType, string>>> = {
  float64: '<f8',
  float32: '<f4',
  float16: '<f2',
  int64: '<i8',
  int32: '<i4',
  int16: '<i2',
  int8: '|i1',
  int4: '|i1',
  uint64: '<u8',
  uint32: '<u4',
  uint16: '<u2',
  uint8: '|u1',
  bool: '|b1',
};

/**
 * Arrays as an `.npz` archive that `numpy.load` reads, in the order of the record, stored uncompressed and without a time, so that equal arrays give equal bytes.
 * @throws RangeError for an element type that NumPy does not have
 */
export function writeNpz(arrays: Readonly<Record<string, DataArray>>): Uint8Array {
  const files = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)] as const);
  // The earliest date that a zip archive can hold.
  return zipSync(Object.fromEntries(files), { level: 0, mtime: new Date(1980, 0, 1) });
}

/** Version 1.0 of the format: magic, version, length of the header, header padded to 64 bytes, row-major elements. */
export function writeNpy({ dtype, shape, data }: DataArray): Uint8Array {
  const description = descriptions[dtype];
  if (description === undefined) throw new RangeError(`NumPy has no element type ${dtype}`);
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '${description}', 'fortran_order': False, 'shape': (${extents}), }`;
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const content = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bytes = new Uint8Array(10 + padded.length + content.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  bytes.set(Buffer.from(padded, 'latin1'), 10);
  bytes.set(content, 10 + padded.length);
  return bytes;
}
