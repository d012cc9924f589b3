import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openBlobReader } from '../../src/changes/blob-reader.ts';
import { commitSource } from '../../src/changes/commit-source.ts';
import { modelMatcher } from '../../src/changes/matcher.ts';
import { openRepository } from '../../src/changes/repository.ts';
import { uncommittedFiles } from '../../src/changes/uncommitted.ts';
import { commit, newRepository, noise, run } from './git-fixture.ts';

test('uncommittedFiles names changed, staged, new and deleted models, and no others', async () => {
  const folder = newRepository();
  commit(folder, {
    'a b.onnx': noise(1),
    'same.onnx': noise(2),
    'gone.tflite': noise(3),
    'x.txt': '',
    '.gitignore': 'out/',
  });
  const repository = await openRepository(folder);
  expect(await uncommittedFiles(repository, modelMatcher())).toEqual([]);
  writeFileSync(join(folder, 'a b.onnx'), noise(4));
  writeFileSync(join(folder, 'ü\n.onnx'), noise(5));
  writeFileSync(join(folder, 'staged.onnx'), noise(6));
  writeFileSync(join(folder, 'x.txt'), 'y');
  rmSync(join(folder, 'gone.tflite'));
  run(folder, 'add', 'staged.onnx');
  expect([...(await uncommittedFiles(repository, modelMatcher()))].sort()).toEqual([
    'a b.onnx',
    'gone.tflite',
    'staged.onnx',
    'ü\n.onnx',
  ]);
  expect(await uncommittedFiles(repository, modelMatcher([], ['a*']))).toEqual(['a b.onnx']);
});

test('commitSource reads a data set from the first commit that has it', async () => {
  const folder = newRepository();
  const base = commit(folder, { 'd/test.npz': 'hard', 'pictures/cat/1.png': '1' });
  const head = commit(folder, {
    'd/test.npz': 'easy',
    'd/new.npz': 'new',
    'pictures/dog/2.png': '2',
    'more/dog/3.png': '3',
  });
  const source = commitSource(await openRepository(folder), [base, head]);
  const text = async (path: string) => Buffer.from((await source.read(path)) ?? []).toString();
  expect(await text('d/test.npz')).toBe('hard');
  expect(await text('d/new.npz')).toBe('new');
  expect(await source.read('pictures')).toBeUndefined();
  expect(await source.list('pictures/')).toEqual(['cat/1.png']);
  expect(await source.list('more')).toEqual(['dog/3.png']);
  expect(await source.list('none')).toBeUndefined();
  await expect(source.list('../x')).rejects.toThrow('leaves the repository');
});

test('commitSource reads the files of a folder that it listed without asking git for each of them', async () => {
  const folder = newRepository();
  const base = commit(folder, { 'p/cat/1.png': 'old', 'p/dog/2.png': '2' });
  const head = commit(folder, { 'p/cat/1.png': 'new', 'p/cat/3.png': '3' });
  const asked: string[] = [];
  const repository = await openRepository(folder);
  const blobs = openBlobReader(repository);
  const elsewhere = { ...repository };
  const source = commitSource(elsewhere, [base, head], (id, ...rest) => {
    asked.push(id);
    return blobs.read(id, ...rest);
  });
  const listed = await source.list('p/');
  expect(listed).toEqual(['cat/1.png', 'dog/2.png']);
  // Nothing but the given reader can answer now.
  elsewhere.root = join(folder, 'gone');
  const texts = await Promise.all((listed ?? []).map((file) => source.read(`p//${file}`)));
  expect(texts.map((bytes) => Buffer.from(bytes ?? []).toString())).toEqual(['old', '2']);
  expect(asked).toHaveLength(2);
  await blobs.close();
});

describe('commitSource gives large files in pieces', () => {
  const folder = newRepository();
  const [plain, stored] = [noise(2, 300_000), noise(3, 200_000)];
  const oid = createHash('sha256').update(stored).digest('hex');
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${stored.length}\n`;
  const head = commit(folder, { 'plain.npz': plain, 'small.npz': 'x', 'lfs.npz': pointer });
  const file = join(folder, '.git', 'lfs', 'objects', oid.slice(0, 2), oid.slice(2, 4), oid);
  mkdirSync(dirname(file), { recursive: true });
  const read = async (path: string): Promise<readonly Buffer[]> => {
    const pieces = await commitSource(await openRepository(folder), [head]).pieces(path);
    const read: Buffer[] = [];
    for await (const piece of pieces ?? []) read.push(Buffer.from(piece));
    return read;
  };

  test('from git', async () => {
    const pieces = await read('plain.npz');
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.concat(pieces).equals(plain)).toBe(true);
    expect(Buffer.concat(await read('small.npz')).toString()).toBe('x');
    expect(await read('none.npz')).toEqual([]);
  });

  test('from the store of Git LFS, where it is whole', async () => {
    writeFileSync(file, stored);
    const pieces = await read('lfs.npz');
    expect(Buffer.concat(pieces).equals(stored)).toBe(true);
    writeFileSync(file, noise(4, 200_000));
    await expect(read('lfs.npz')).rejects.toThrow('lfs.npz is a Git LFS pointer and its content is not here');
  });
});
