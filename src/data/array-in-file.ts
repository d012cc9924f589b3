import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DataType } from '../graph/data-type.ts';
import type { NumberArray } from './data-set.ts';
import { type NpyHeader, numbersAt, readNpyHeader } from './npy.ts';

/** An array that is too large for memory, of which one row, what lies at an index of its first axis, is read at a time. */
export interface ArrayInFile {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly row: (index: number) => NumberArray;
}

/** A file without a name that an array is written to, piece by piece. */
export interface ScratchFile {
  readonly write: (bytes: Uint8Array) => void;
  /** What was written, as the `.npy` file that it is; `undefined` where its rows do not lie one after another (Fortran order). @throws UserError that begins with `label` when it is damaged */
  readonly array: (label: string) => ArrayInFile | undefined;
  /** All of it. */
  readonly bytes: () => Uint8Array;
}

/** Longest header of version 1, which NumPy writes for all but records with thousands of fields. */
const longestHeader = 10 + 2 ** 16;

const forgotten = new FinalizationRegistry<number>((file) => closeSync(file));

/** Opens one; it is gone when nobody holds it any longer, or the process ends. @throws what the file system throws */
export function openScratchFile(): ScratchFile {
  const folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-data-'));
  const file = openSync(path.join(folder, 'array'), 'wx+', 0o600);
  removeNowOrAtExit(folder, file);
  let size = 0;
  const read = (from: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const got = readSync(file, bytes, at, length - at, from + at);
      if (got === 0) throw new RangeError(`a file of ${size} bytes ends before ${from + length}`);
      at += got;
    }
    return bytes;
  };
  // What holds it open: the file is closed when nobody can read it any longer.
  forgotten.register(read, file);
  return {
    write: (bytes) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      size += bytes.length;
    },
    array: (label) => {
      const header = readNpyHeader(read(0, Math.min(size, longestHeader)), size, label);
      return header.isFortran ? undefined : rowsOf(header, read);
    },
    bytes: () => read(0, size),
  };
}

function rowsOf(header: NpyHeader, read: (from: number, length: number) => Uint8Array): ArrayInFile {
  const { shape, start, element } = header;
  const bytes = shape.slice(1).reduce((product, extent) => product * extent, element.bytes);
  return {
    dtype: element.dtype,
    shape,
    row: (index) => {
      if (!(index >= 0 && index < (shape[0] ?? 0))) throw new RangeError(`no row ${index} among ${shape[0]}`);
      return numbersAt(header, read(start + index * bytes, bytes));
    },
  };
}

/** An open file can be removed at once, but on Windows. */
function removeNowOrAtExit(folder: string, file: number): void {
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    remove();
  } catch {
    process.once('exit', () => {
      try {
        closeSync(file);
      } catch {
        // It is closed where nobody held it any longer.
      }
      remove();
    });
  }
}
