import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readNpz } from '../../src/data/npz.ts';
import { readNpzRows } from '../../src/data/npz-rows.ts';
import { slicedDataSet } from '../../src/data/sliced.ts';
import { UserError } from '../../src/errors.ts';
import { piecesOf } from '../support/memory-source.ts';
import { npy } from './write-npy.ts';

const scratchFolders = (): readonly string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('edge-ready-data-'));

/** All rows, however they are kept. */
const rowsOf = (array: Awaited<ReturnType<typeof readNpzRows>>[string] | undefined): readonly number[] => {
  if (array === undefined || 'data' in array) return Array.from(array?.data ?? [], Number);
  return Array.from({ length: array.shape[0] ?? 0 }, (_, index) => Array.from(array.row(index), Number)).flat();
};

describe('readNpzRows', () => {
  it('reads what readNpz reads, of any element type and order, packed or not, row by row where it is large', async () => {
    const example = fc.record({
      descr: fc.constantFrom('<f4', '>f4', '<f8', '<i2', '>i2', '|u1', '<i8'),
      rows: fc.integer({ min: 1, max: 40 }),
      columns: fc.integer({ min: 0, max: 300 }),
      isFortran: fc.boolean(),
      level: fc.constantFrom(0 as const, 6 as const),
      version: fc.constantFrom(1, 2),
      most: fc.constantFrom(0, 500, 1e6),
      piece: fc.integer({ min: 1, max: 5000 }),
    });
    await fc.assert(
      fc.asyncProperty(example, async ({ descr, rows, columns, isFortran, level, version, most, piece }) => {
        const elements = rows * columns;
        const content = Uint8Array.from({ length: elements * Number(descr[2]) }, (_, index) => (index * 7) % 120);
        const archive = zipSync(
          {
            'notes.txt': strToU8('not an array'),
            'x.npy': npy(descr, [rows, columns], content, isFortran, version),
            'y.npy': npy('<i8', [rows], new BigInt64Array(rows).fill(3n)),
          },
          { level },
        );
        const [all, some] = [readNpz(archive, 'a.npz'), await readNpzRows(piecesOf(archive, piece), 'a.npz', most)];
        expect(Object.keys(some).sort()).toEqual(['x', 'y']);
        for (const name of ['x', 'y']) {
          expect(some[name]?.shape).toEqual(all[name]?.shape);
          expect(some[name]?.dtype).toBe(all[name]?.dtype);
          expect(rowsOf(some[name])).toEqual(Array.from(all[name]?.data ?? [], Number));
        }
        if (most === 0 && !isFortran) expect(some.x).not.toHaveProperty('data');
        if (most === 1e6) expect(some.x).toHaveProperty('data');
      }),
      { numRuns: 60 },
    );
  });

  it('makes a data set with labels of it and leaves nothing in the folder for temporary files', async () => {
    const before = scratchFolders();
    const archive = zipSync({
      'x.npy': npy('<f4', [3, 2], new Float32Array([1, 2, 3, 4, 5, 6])),
      'y.npy': npy('<i8', [3], new BigInt64Array([7n, 8n, 9n])),
    });
    const data = slicedDataSet('a.npz', '', await readNpzRows(piecesOf(archive, 100), 'a.npz', 0));
    expect([...(data.labels?.values ?? [])]).toEqual([7, 8, 9]);
    expect(await data.sample(2)).toEqual({ x: { dtype: 'float32', shape: [2], data: new Float32Array([5, 6]) } });
    await expect(data.sample(3)).rejects.toThrow(RangeError);
    expect(scratchFolders()).toEqual(before);
  });

  const whole = zipSync({ 'x.npy': npy('<f4', [64, 64], new Float32Array(4096).map(Math.sin)) });
  /** With the bytes from `at` on, counted from the signature of the entry's own header, replaced. */
  const altered = (at: number, ...bytes: number[]): Uint8Array => {
    const copy = whole.slice();
    copy.set(bytes, at);
    return copy;
  };
  it.each([
    ['a method that there is not', altered(8, 99), 'is not a readable .npz archive'],
    ['an archive that is cut off', whole.subarray(0, whole.length / 2), 'is not a readable .npz archive'],
    ['nothing', new Uint8Array(), 'is not a readable .npz archive'],
    ['another file', strToU8('hello'.repeat(1000)), 'is not a readable .npz archive'],
    ['packed bytes that are none', altered(60, 255, 255, 255, 255, 255, 255, 255), 'a.npz'],
    ['no array', zipSync({ x: strToU8('x') }), 'holds no arrays'],
    [
      'too many arrays',
      zipSync(Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`${index}.npy`, new Uint8Array(1)]))),
      'more than 64',
    ],
    ['an array that is none', zipSync({ 'x.npy': strToU8('x'.repeat(100)) }), 'array x is not a NumPy array'],
    [
      'an array that is cut off',
      zipSync({ 'x.npy': npy('<f4', [64, 64], new Float32Array(40)) }),
      'array x is cut off: its header promises',
    ],
  ])('answers %s with one sentence', async (_, bytes, message) => {
    for (const most of [0, 1e6]) {
      const reading = readNpzRows(piecesOf(bytes, 999), 'a.npz', most);
      await expect(reading).rejects.toThrow(UserError);
      await expect(readNpzRows(piecesOf(bytes, 999), 'a.npz', most)).rejects.toThrow(message);
    }
  });

  it('says so where there is no room for the files', async () => {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = '/nowhere/at/all';
    try {
      await expect(readNpzRows(piecesOf(whole, 999), 'a.npz', 0)).rejects.toThrow(
        /^a\.npz cannot be unpacked into the folder for temporary/,
      );
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });
});
