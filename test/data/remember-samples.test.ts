import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../src/data/data-set.ts';
import { rememberSamples } from '../../src/data/remember-samples.ts';

/** A set whose samples take so many bytes; counts how often each was read. */
function countedSet(bytes: number): { readonly data: DataSet; readonly reads: number[] } {
  const reads = [0, 0, 0];
  const sample = async (index: number) => {
    reads[index] = (reads[index] ?? 0) + 1;
    return { x: { dtype: 'uint8' as const, shape: [bytes], data: new Uint8Array(bytes).fill(index) } };
  };
  const data = { path: 'data.npz', sha256: '', count: 3, names: ['x'], labels: undefined, sample };
  return { data, reads };
}

describe('rememberSamples', () => {
  it('gives the same sample again without reading it', async () => {
    const { data, reads } = countedSet(8);
    const remembered = rememberSamples(data);
    const first = await remembered.sample(1);
    expect(await remembered.sample(1)).toBe(first);
    expect(await remembered.sample(2)).toEqual(await data.sample(2));
    expect(reads).toEqual([0, 1, 2]);
  });

  it('reads what is over 32 MB again', async () => {
    const { data, reads } = countedSet(20 * 2 ** 20);
    const remembered = rememberSamples(data);
    for (const index of [0, 1, 0, 1]) await remembered.sample(index);
    expect(reads).toEqual([1, 2, 0]);
  });
});
