import { describe, expect, it } from 'vitest';
import { bindInputs } from '../../src/data/bind-inputs.ts';
import type { DataSet } from '../../src/data/data-set.ts';
import { readNpzRows } from '../../src/data/npz-rows.ts';
import { releaseSample } from '../../src/data/release-sample.ts';
import { rememberSamples } from '../../src/data/remember-samples.ts';
import { slicedDataSet } from '../../src/data/sliced.ts';
import { writeNpz } from '../../src/data/write-npz.ts';
import { piecesOf } from '../support/memory-source.ts';

const input = { name: 'x', dtype: 'float32', shape: [1, 4] } as const;

/** Bytes or floats, in memory or in a file. */
async function setOf(isFloat: boolean, isInFile: boolean): Promise<DataSet> {
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
  const data = isFloat ? Float32Array.from(numbers) : Uint8Array.from(numbers);
  const archive = writeNpz({ x: { dtype: isFloat ? 'float32' : 'uint8', shape: [2, 4], data } });
  return slicedDataSet('data.npz', '', await readNpzRows(piecesOf(archive, 50), 'data.npz', isInFile ? 0 : 1e6));
}

describe('a sample that is given back', () => {
  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])(
    'is freed with what it was bound as, and the others stay (floats: %s, in a file: %s)',
    async (isFloat, isInFile) => {
      const data = await setOf(isFloat, isInFile);
      const first = await data.sample(0);
      const bound = bindInputs(first, [input], data.path);
      expect(bound.x?.data).toEqual(Float32Array.of(1, 2, 3, 4));
      releaseSample(data, first, bound);
      expect(bound.x?.data.length).toBe(isFloat && !isInFile ? 4 : 0);
      for (const [index, expected] of [
        [1, [5, 6, 7, 8]],
        [0, [1, 2, 3, 4]],
      ] as const) {
        const again = bindInputs(await data.sample(index), [input], data.path);
        expect(Array.from(again.x?.data ?? [], Number)).toEqual(expected);
      }
    },
  );

  it('stays where it is remembered', async () => {
    const data = rememberSamples(await setOf(false, true));
    const first = await data.sample(0);
    const bound = bindInputs(first, [input], data.path);
    releaseSample(data, first, bound);
    expect(bound.x?.data).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(await data.sample(0)).toBe(first);
  });
});
