import { formatLimits } from '../limits.ts';
import type { ScalarName } from './schema.ts';
import { scalarBytes } from './schema.ts';

/** Thrown where bytes cannot be a model; the message says why. Never leaves `formats`. */
export class DamageError extends Error {}

/** A file that is being read: every access is checked against its end, and the work against `formatLimits.values`. */
export interface CheckedBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Values taken so far. */
  spent: number;
  /** One behind the last byte that something referred to. */
  furthest: number;
}

/** What alignment writers give to constants; kept in memory, so that they can be viewed as wider elements without a copy. */
export const bufferAlignment = 16;

/** Bytes to read from: a plain `Uint8Array` (views of a Node `Buffer` would be `Buffer`s) that starts at an aligned address. */
export function checkedBytes(file: Uint8Array): CheckedBytes {
  const plain = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const bytes = plain.byteOffset % bufferAlignment === 0 ? plain : plain.slice();
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), spent: 0, furthest: 0 };
}

/** Asserts that `length` bytes at `at` are in the file. @throws DamageError */
export function need(source: CheckedBytes, at: number, length: number): void {
  const end = at + length;
  if (at < 0 || end > source.bytes.length) throw new DamageError('points outside the file');
  if (end > source.furthest) source.furthest = end;
}

/** Counts `values` values as taken. @throws DamageError when the file asks for more than `formatLimits.values` */
export function spend(source: CheckedBytes, values: number): void {
  source.spent += values;
  if (source.spent > formatLimits.values) throw new DamageError(`takes the model over ${formatLimits.values} values`);
}

/** The scalar at `at`; 64-bit integers as the nearest double. @throws DamageError outside the file */
export function scalarAt(source: CheckedBytes, scalar: ScalarName, at: number): number {
  need(source, at, scalarBytes[scalar]);
  const { view } = source;
  switch (scalar) {
    case 'bool':
      return view.getUint8(at) === 0 ? 0 : 1;
    case 'ubyte':
      return view.getUint8(at);
    case 'byte':
      return view.getInt8(at);
    case 'short':
      return view.getInt16(at, true);
    case 'ushort':
      return view.getUint16(at, true);
    case 'int':
      return view.getInt32(at, true);
    case 'uint':
      return view.getUint32(at, true);
    case 'float':
      return view.getFloat32(at, true);
    case 'long':
      return Number(view.getBigInt64(at, true));
    case 'ulong':
      return Number(view.getBigUint64(at, true));
  }
}

/** Where the offset at `at` points to. @throws DamageError outside the file */
export function targetOf(source: CheckedBytes, at: number): number {
  const target = at + scalarAt(source, 'uint', at);
  need(source, target, 4);
  return target;
}

/** A vector's first element and length; `elementBytes` each. @throws DamageError when it runs past the end */
export function vectorAt(
  source: CheckedBytes,
  at: number,
  elementBytes: number,
): { readonly start: number; readonly length: number } {
  const length = scalarAt(source, 'uint', at);
  need(source, at + 4, length * elementBytes);
  return { start: at + 4, length };
}
