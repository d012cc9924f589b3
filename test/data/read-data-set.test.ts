import { zipSync } from 'fflate';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { folderSource } from '../../src/data/folder-source.ts';
import { readDataSet } from '../../src/data/read-data-set.ts';
import { memorySource } from '../support/memory-source.ts';
import { describeWithReference, referenceDirectory } from '../support/reference.ts';
import { npy } from './write-npy.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const png = (width: number, height: number, red: number): Uint8Array => {
  const image = new PNG({ width, height });
  for (let pixel = 0; pixel < width * height; pixel += 1) image.data.set([red, 10, 20, 255], pixel * 4);
  return PNG.sync.write(image);
};

describe('readDataSet', () => {
  it('reads an .npz one sample at a time, labels apart', async () => {
    const archive = zipSync({
      'x.npy': npy('<f4', [2, 3], new Float32Array([1, 2, 3, 4, 5, 6])),
      'y.npy': npy('<i8', [2], new BigInt64Array([7n, 8n])),
    });
    const data = await readDataSet('a/b.npz', memorySource({ 'a/b.npz': archive }));
    expect(data).toMatchObject({ path: 'a/b.npz', count: 2, names: ['x'], labels: { width: 1, areIntegers: true } });
    expect([...(data.labels?.values ?? [])]).toEqual([7, 8]);
    expect(await data.sample(1)).toEqual({ x: { dtype: 'float32', shape: [3], data: new Float32Array([4, 5, 6]) } });
    expect(data.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    [
      '1,2,0\n3,4,1\n',
      [
        [1, 2],
        [3, 4],
      ],
      [0, 1],
    ],
    [
      'a,y,b\n1,0,2\n\n3,1,4',
      [
        [1, 2],
        [3, 4],
      ],
      [0, 1],
    ],
    ['a;"Label"\r\n1;5\r\n', [[1]], [5]],
    ['a,b\n1,2\n', [[1, 2]], undefined],
  ])('reads the CSV %j', async (content, samples, labels) => {
    const data = await readDataSet('d.csv', memorySource({ 'd.csv': text(content) }));
    expect(data.count).toBe(samples.length);
    for (const [index, sample] of samples.entries()) {
      expect(Array.from((await data.sample(index)).x?.data ?? [], Number)).toEqual(sample);
    }
    expect(data.labels === undefined ? undefined : [...data.labels.values]).toEqual(labels);
  });

  it('reads a folder of pictures by class', async () => {
    const data = await readDataSet(
      'pics',
      memorySource({ 'pics/dog/1.png': png(2, 1, 9), 'pics/cat/z.png': png(2, 1, 8), 'pics/readme.txt': text('') }),
    );
    expect([...(data.labels?.values ?? [])]).toEqual([0, 1]);
    expect(await data.sample(0)).toEqual({
      x: { dtype: 'uint8', shape: [1, 2, 3], data: new Uint8Array([8, 10, 20, 8, 10, 20]), isImage: true },
    });
  });

  it.each([
    ['none.npz', {}, 'There is no data set none.npz'],
    ['a.npz', { 'a.npz': text('hello') }, 'a.npz is not a readable .npz archive'],
    ['a.npz', { 'a.npz': text('version https://git-lfs.github.com/spec/v1\n') }, 'git-LFS pointer'],
    ['a.npz', { 'a.npz': zipSync({ 'notes.txt': text('') }) }, 'holds no arrays'],
    ['a.npz', { 'a.npz': zipSync({ 'y.npy': npy('<f4', [1], new Float32Array(1)) }) }, 'holds no inputs'],
    [
      'a.npz',
      {
        'a.npz': zipSync({
          'x.npy': npy('<f4', [2], new Float32Array(2)),
          'y.npy': npy('<f4', [3], new Float32Array(3)),
        }),
      },
      'array y has 3 samples and array x has 2',
    ],
    ['a.csv', { 'a.csv': text('1,2\n3\n') }, 'a.csv:2 has 1 columns'],
    ['a.csv', { 'a.csv': text('1,2\n3,dog\n') }, 'a.csv:2 column 2 is "dog"'],
    ['a.csv', { 'a.csv': text('') }, 'a.csv is empty'],
    ['a.bin', { 'a.bin': text('x') }, 'a.bin is no data set'],
    ['p', { 'p/a.txt': text('') }, 'p holds no .png'],
    ['p', { 'p/a.png': png(1, 1, 0), 'p/c/b.png': png(1, 1, 0) }, 'both in class folders and beside'],
  ])('answers %s with one sentence', async (path, files, message) => {
    await expect(readDataSet(path, memorySource(files as Readonly<Record<string, Uint8Array>>))).rejects.toThrow(
      message,
    );
  });

  it('answers a damaged picture when it is asked for', async () => {
    const data = await readDataSet('p', memorySource({ 'p/a.png': png(4, 4, 0).subarray(0, 50) }));
    await expect(data.sample(0)).rejects.toThrow('p/a.png is a damaged picture');
  });
});

describeWithReference('readDataSet on real data', () => {
  it('reads the keyword-spotting set', async () => {
    const data = await readDataSet('data/kws01.npz', folderSource(referenceDirectory));
    expect(data).toMatchObject({ count: 515, names: ['x'] });
    expect((await data.sample(514)).x?.shape).toEqual([49, 10, 1]);
    expect(Math.max(...(data.labels?.values ?? []))).toBe(11);
  });
});
