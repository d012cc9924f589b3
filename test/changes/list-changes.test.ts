import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readContent, readFileAt } from '../../src/changes/lfs.ts';
import { listChanges } from '../../src/changes/list-changes.ts';
import { modelMatcher } from '../../src/changes/matcher.ts';
import type { Range } from '../../src/changes/range.ts';
import { openRepository } from '../../src/changes/repository.ts';
import { listFilesAt, listModels } from '../../src/changes/tree.ts';
import { commit, newRepository, noise, run } from './git-fixture.ts';

function rangeOf(base: string | null, head: string, problem?: string): Range {
  return {
    base: base === null ? null : { sha: base, label: 'base' },
    head: { sha: head, label: 'head' },
    how: 'test',
    ...(problem === undefined ? {} : { problem }),
  };
}

async function changesOf(folder: string, base: string | null, head: string, matcher = modelMatcher()) {
  return listChanges(await openRepository(folder), rangeOf(base, head), matcher);
}

function pointerTo(content: Uint8Array): { text: string; oid: string } {
  const oid = createHash('sha256').update(content).digest('hex');
  return { oid, text: `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${content.byteLength}\n` };
}

describe('listChanges', () => {
  test('tells modified, new, removed and renamed models apart and leaves other files out', async () => {
    const folder = newRepository();
    const base = commit(folder, {
      'models/a.onnx': noise(1),
      'models/gone.tflite': noise(2),
      'models/old.onnx': noise(3),
      'models/same.onnx': noise(4),
      'README.md': 'x',
    });
    const moved = noise(3);
    moved[7] = (moved[7] ?? 0) ^ 255;
    const head = commit(folder, {
      'models/a.onnx': noise(5),
      'models/gone.tflite': null,
      'models/old.onnx': null,
      'nets/new name.onnx': moved,
      'models/extra.TFLITE': noise(6),
      'README.md': 'y',
    });
    const changes = await changesOf(folder, base, head);
    expect(changes.map(({ path, state, previousPath }) => [state, path, previousPath])).toEqual([
      ['compared', 'models/a.onnx', undefined],
      ['new', 'models/extra.TFLITE', undefined],
      ['removed', 'models/gone.tflite', undefined],
      ['renamed', 'nets/new name.onnx', 'models/old.onnx'],
    ]);
    const renamed = changes[3];
    expect(renamed?.similarity).toBeGreaterThan(90);
    expect(renamed?.baseBlob).toBe(run(folder, 'rev-parse', `${base}:models/old.onnx`));
    expect(renamed?.headBlob).toBe(run(folder, 'rev-parse', `${head}:nets/new name.onnx`));
    expect(changes[1]).not.toHaveProperty('baseBlob');
    expect(changes[2]).not.toHaveProperty('headBlob');
  });

  test.each([
    'with space.onnx',
    'quote"and\'apostrophe.onnx',
    'new\nline.onnx',
    'tab\tand\\backslash.onnx',
    'ünï-模型.onnx',
    ':(glob)*.onnx',
    '-leading.onnx',
    '*.onnx',
    '$(touch pwned).onnx',
  ])('keeps the odd name %j as it is', async (name) => {
    const folder = newRepository();
    const base = commit(folder, { [name]: noise(1), 'other.onnx': noise(9) });
    const head = commit(folder, { [name]: noise(2) });
    expect(await changesOf(folder, base, head)).toMatchObject([{ path: name, state: 'compared' }]);
    expect(await readFileAt(await openRepository(folder), head, name, 1e6)).toEqual(Buffer.from(noise(2)));
    const renamed = commit(folder, { [name]: null, [`moved/${name}`]: noise(2) });
    expect(await changesOf(folder, head, renamed)).toMatchObject([
      { path: `moved/${name}`, previousPath: name, state: 'renamed', similarity: 100 },
    ]);
  });

  test('a rename that only changes letter case is a rename', async () => {
    const folder = newRepository();
    const base = commit(folder, { 'Model.onnx': noise(1) });
    run(folder, 'mv', '--force', 'Model.onnx', 'model.onnx');
    const head = commit(folder, {});
    expect(await changesOf(folder, base, head)).toMatchObject([
      { path: 'model.onnx', previousPath: 'Model.onnx', state: 'renamed' },
    ]);
  });

  test('a copy is new, and the original is not listed', async () => {
    const folder = newRepository();
    const base = commit(folder, { 'a.onnx': noise(1) });
    const head = commit(folder, { 'b.onnx': noise(1) });
    expect(await changesOf(folder, base, head)).toMatchObject([{ path: 'b.onnx', state: 'new' }]);
  });

  test('a change of permissions is none', async () => {
    const folder = newRepository();
    const base = commit(folder, { 'a.onnx': noise(1) });
    chmodSync(join(folder, 'a.onnx'), 0o755);
    const head = commit(folder, {});
    expect(run(folder, 'diff', '--raw', base, head)).toContain('100755');
    expect(await changesOf(folder, base, head)).toEqual([]);
  });

  test('a symbolic link and a submodule are unsupported, also where a model was', async () => {
    const folder = newRepository();
    const base = commit(folder, { 'a.onnx': noise(1), 'was-link.onnx': noise(3) });
    run(folder, 'rm', '--quiet', 'a.onnx');
    symlinkSync('elsewhere.bin', join(folder, 'a.onnx'));
    run(folder, 'update-index', '--add', '--cacheinfo', `160000,${base},sub.onnx`);
    run(folder, 'add', 'a.onnx');
    run(folder, 'commit', '--quiet', '-m', 'links');
    const head = run(folder, 'rev-parse', 'HEAD');
    const changes = await changesOf(folder, base, head);
    expect(changes.map(({ path, state, problem }) => [path, state, problem])).toEqual([
      ['a.onnx', 'unsupported', 'a.onnx is a symbolic link, which the gate does not follow.'],
      ['sub.onnx', 'unsupported', 'sub.onnx is a submodule, which the gate does not follow.'],
    ]);
    const back = await changesOf(folder, head, base);
    expect(back.map(({ path, state, baseBlob }) => [path, state, baseBlob])).toEqual([
      ['a.onnx', 'new', undefined],
      ['sub.onnx', 'removed', undefined],
    ]);
    const repository = await openRepository(folder);
    expect((await listModels(repository, head, modelMatcher())).map(({ path }) => path)).toEqual(['was-link.onnx']);
    await expect(readFileAt(repository, head, 'a.onnx', 100)).rejects.toThrow('a.onnx is a symbolic link');
  });

  test('a submodule that moves on beside a model is no change of it', async () => {
    const folder = newRepository();
    const first = commit(folder, { 'models/a.onnx': noise(1), '.gitmodules': '[submodule "lib"]\n' });
    const pointTo = (sha: string) => {
      run(folder, 'update-index', '--add', '--cacheinfo', `160000,${sha},models/lib`);
      run(folder, 'commit', '--quiet', '-m', 'lib');
      return run(folder, 'rev-parse', 'HEAD');
    };
    const base = pointTo(first);
    const head = pointTo('c'.repeat(40));
    expect(run(folder, 'diff', '--name-only', base, head)).toBe('models/lib');
    expect(await changesOf(folder, base, head)).toEqual([]);
  });

  test('without a base every model is new, or base-missing where there is a problem', async () => {
    const folder = newRepository();
    const head = commit(folder, { 'a.onnx': noise(1), 'b/c.tflite': noise(2), 'x.txt': '' });
    expect((await changesOf(folder, null, head)).map(({ path, state }) => [path, state])).toEqual([
      ['a.onnx', 'new'],
      ['b/c.tflite', 'new'],
    ]);
    const missing = await listChanges(await openRepository(folder), rangeOf(null, head, 'why'), modelMatcher());
    expect(missing).toMatchObject([
      { state: 'base-missing', problem: 'why' },
      { state: 'base-missing', problem: 'why' },
    ]);
  });

  test('finds renames among more models than fit on a command line', async () => {
    const folder = newRepository();
    const name = (index: number) => `${'long-folder-name/'.repeat(4)}${index}.onnx`;
    const before = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [name(index), noise(index, 300)]));
    const base = commit(folder, before);
    renameSync(join(folder, 'long-folder-name'), join(folder, 'moved'));
    const head = commit(folder, {});
    const changes = await changesOf(folder, base, head);
    expect(changes).toHaveLength(500);
    expect(new Set(changes.map(({ state }) => state))).toEqual(new Set(['renamed']));
  });

  test('user settings of diff change nothing', async () => {
    const folder = newRepository();
    run(folder, 'config', 'diff.renames', 'copies');
    run(folder, 'config', 'diff.external', 'false');
    run(folder, 'config', 'diff.noprefix', 'true');
    run(folder, 'config', 'core.quotepath', 'true');
    const base = commit(folder, { 'ä.onnx': noise(1), '.gitattributes': '*.onnx diff=x' });
    run(folder, 'config', 'diff.x.textconv', 'false');
    const head = commit(folder, { 'ä.onnx': noise(2) });
    expect(await changesOf(folder, base, head)).toMatchObject([{ path: 'ä.onnx', state: 'compared' }]);
  });
});

describe('Git LFS', () => {
  const baseModel = noise(1);
  const headModel = noise(2);
  const basePointer = pointerTo(baseModel);
  const headPointer = pointerTo(headModel);

  function store(folder: string, content: Uint8Array, oid: string): void {
    const place = join(folder, '.git', 'lfs', 'objects', oid.slice(0, 2), oid.slice(2, 4));
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, oid), content);
  }

  function pointers() {
    const folder = newRepository();
    const base = commit(folder, { 'm.onnx': basePointer.text });
    const head = commit(folder, { 'm.onnx': headPointer.text });
    return { folder, base, head };
  }

  test('a head whose content is not here is lfs-pointer, with what to do', async () => {
    const { folder, base, head } = pointers();
    const [change] = await changesOf(folder, base, head);
    expect(change).toMatchObject({ state: 'lfs-pointer' });
    expect(change?.problem).toContain(
      'm.onnx is a Git LFS pointer and its content is not here; add "with: { lfs: true }"',
    );
    await expect(readFileAt(await openRepository(folder), head, 'm.onnx', 1e6)).rejects.toThrow('Git LFS pointer');
  });

  test('a base whose content is not here is base-missing', async () => {
    const { folder, base, head } = pointers();
    store(folder, headModel, headPointer.oid);
    const [change] = await changesOf(folder, base, head);
    expect(change).toMatchObject({
      state: 'base-missing',
      problem: expect.stringContaining('In the base m.onnx is a Git LFS pointer'),
    });
    expect(change).not.toHaveProperty('baseBlob');
  });

  test('content in the clone is used, and only when it is what the pointer says', async () => {
    const { folder, base, head } = pointers();
    store(folder, baseModel, basePointer.oid);
    store(folder, headModel, headPointer.oid);
    const [change] = await changesOf(folder, base, head);
    expect(change?.state).toBe('compared');
    const repository = await openRepository(folder);
    const content = await readContent(repository, change?.headBlob ?? '', 1e6);
    expect(content).toEqual({ kind: 'bytes', bytes: Buffer.from(headModel) });
    await expect(readContent(repository, change?.headBlob ?? '', 3000)).rejects.toThrow('has 4000 bytes');
    store(folder, noise(3), headPointer.oid);
    expect(await readContent(repository, change?.headBlob ?? '', 1e6)).toMatchObject({ kind: 'lfs-pointer' });
  });

  test('an installed git-lfs brings what is not here', async () => {
    const { folder, base, head } = pointers();
    store(folder, headModel, headPointer.oid);
    const bin = newRepository();
    const answer = join(bin, 'answer');
    writeFileSync(answer, baseModel);
    writeFileSync(join(bin, 'git-lfs'), `#!/bin/sh\n[ "$1" = smudge ] && cat > /dev/null && cat '${answer}'\n`, {
      mode: 0o755,
    });
    const path = process.env.PATH;
    process.env.PATH = `${bin}:${path}`;
    try {
      expect(await changesOf(folder, base, head)).toMatchObject([{ state: 'compared' }]);
      writeFileSync(answer, 'something else');
      expect(await changesOf(folder, base, head)).toMatchObject([{ state: 'base-missing' }]);
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('files of a commit', () => {
  test('are read by path, whatever is in the work tree', async () => {
    const folder = newRepository();
    const head = commit(folder, {
      'edge-ready.yml': 'version: 1\n',
      'data/a/1.png': 'p',
      'data/a/2.png': 'q',
      'data-b/3.png': 'r',
    });
    writeFileSync(join(folder, 'edge-ready.yml'), 'changed');
    const repository = await openRepository(join(folder, 'data'));
    const read = async (path: string, most = 1000) => {
      const bytes = await readFileAt(repository, head, path, most);
      return bytes === undefined ? undefined : Buffer.from(bytes).toString();
    };
    expect(await read('edge-ready.yml')).toBe('version: 1\n');
    expect(await read('./data/../edge-ready.yml')).toBe('version: 1\n');
    expect(await read('data')).toBeUndefined();
    expect(await read('missing')).toBeUndefined();
    expect(await read('edge*.yml')).toBeUndefined();
    await expect(read('../secret')).rejects.toThrow('leaves the repository');
    await expect(read('/etc/passwd')).rejects.toThrow("is not a path from the repository's top");
    await expect(read('edge-ready.yml', 3)).rejects.toThrow(
      'edge-ready.yml has 11 bytes; the gate reads files of at most 3 bytes.',
    );
    const files = await listFilesAt(repository, head, 'data/');
    expect(files.map(({ path }) => path)).toEqual(['data/a/1.png', 'data/a/2.png']);
    expect(await listFilesAt(repository, head, 'none')).toEqual([]);
  });
});
