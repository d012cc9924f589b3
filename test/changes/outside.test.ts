import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFileAt } from '../../src/changes/lfs.ts';
import { openRepository } from '../../src/changes/repository.ts';
import { openModelFile } from '../../src/commands/model-file.ts';
import { UserError } from '../../src/errors.ts';
import { encode } from '../../src/formats/onnx/encode.ts';
import { openOutputs } from '../../src/report/write-outputs.ts';
import { openModelFiles, readCommittedModel } from '../../src/sides/model-files.ts';
import { report } from '../support/measurements.ts';
import { commit, newRepository, run, temporaryFolder } from './git-fixture.ts';

/** Links and pipes need rights on Windows. */
const testWithLinks = test.skipIf(process.platform === 'win32');

const secret = Uint8Array.of(0, 0, 0x80, 0x3f);

/** A model whose only constant is in the file at `location`. */
function modelWith(location: string): Uint8Array {
  const type = { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 1 }] } } };
  return encode('ModelProto', {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'g',
      input: [{ name: 'x', type }],
      output: [{ name: 'y', type }],
      initializer: [
        { name: 'w', dims: [1], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: location }] },
      ],
      node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'] }],
    },
  });
}

/** Names that lead out of a model's folder `repo/m`, where `repo` and a file `secret` are beside one another. */
const waysOut = (root: string): readonly string[] => [
  '../../secret',
  './../../secret',
  'in/../../../secret',
  '..',
  path.join(root, 'secret'),
  '/proc/self/environ',
  '/dev/zero',
  'secret\0.bin',
  'secret\nname',
  'C:\\secret',
  'C:secret',
  'c:/secret',
  '\\\\server\\share\\secret',
  '//server/share/secret',
  '..\\..\\secret',
  '\\\\?\\C:\\secret',
  'file:///etc/passwd',
  'https://evil.example/x',
  'w.bin:stream',
  '',
  '.',
  'in//w.bin',
];

function folders(): { readonly root: string; readonly models: string } {
  const root = temporaryFolder();
  const models = path.join(root, 'repo', 'm');
  mkdirSync(path.join(models, 'in'), { recursive: true });
  writeFileSync(path.join(root, 'secret'), secret);
  writeFileSync(path.join(models, 'in', 'w.bin'), secret);
  return { root, models };
}

describe('external data of a model file stays in its folder', () => {
  test('what is there is read', () => {
    const { models } = folders();
    writeFileSync(path.join(models, 'a.onnx'), modelWith('in/w.bin'));
    const { graph } = openModelFile(path.join(models, 'a.onnx'));
    expect(graph.tensors.find(({ name }) => name === 'w')?.data).toEqual(secret);
  });

  test.each(waysOut('/root-of-test'))('by a name: %j', (name) => {
    const { root, models } = folders();
    const location = name.replace('/root-of-test', root);
    writeFileSync(path.join(models, 'a.onnx'), modelWith(location));
    expect(() => openModelFile(path.join(models, 'a.onnx'))).toThrow(
      /which is not a path inside the model's folder|which is not there/,
    );
  });

  testWithLinks.each([
    [
      'a file',
      (root: string, models: string) => symlinkSync(path.join(root, 'secret'), path.join(models, 'w.bin')),
      'w.bin',
    ],
    [
      'a relative link',
      (_: string, models: string) => symlinkSync('../../secret', path.join(models, 'w.bin')),
      'w.bin',
    ],
    ['a folder', (root: string, models: string) => symlinkSync(root, path.join(models, 'up')), 'up/secret'],
    [
      'two links',
      (root: string, models: string) => {
        symlinkSync(root, path.join(models, 'up'));
        symlinkSync('up/secret', path.join(models, 'w.bin'));
      },
      'w.bin',
    ],
    ['a device', (_: string, models: string) => symlinkSync('/dev/zero', path.join(models, 'w.bin')), 'w.bin'],
    [
      'the environment',
      (_: string, models: string) => symlinkSync('/proc/self/environ', path.join(models, 'w.bin')),
      'w.bin',
    ],
  ])('by %s', (_what, link, location) => {
    const { root, models } = folders();
    link(root, models);
    writeFileSync(path.join(models, 'a.onnx'), modelWith(location));
    expect(() => openModelFile(path.join(models, 'a.onnx'))).toThrow(/is a link out of its folder/);
  });

  testWithLinks('a link that stays inside is followed, one that leads nowhere is nothing', () => {
    const { models } = folders();
    symlinkSync('in/w.bin', path.join(models, 'w.bin'));
    symlinkSync('in/none.bin', path.join(models, 'none.bin'));
    writeFileSync(path.join(models, 'a.onnx'), modelWith('w.bin'));
    writeFileSync(path.join(models, 'b.onnx'), modelWith('none.bin'));
    expect(openModelFile(path.join(models, 'a.onnx')).graph.operators).toHaveLength(1);
    expect(() => openModelFile(path.join(models, 'b.onnx'))).toThrow(/which is not there/);
  });

  testWithLinks('what never ends is not read', () => {
    const { models } = folders();
    execFileSync('mkfifo', [path.join(models, 'w.bin')]);
    writeFileSync(path.join(models, 'a.onnx'), modelWith('w.bin'));
    expect(() => openModelFile(path.join(models, 'a.onnx'))).toThrow(/w\.bin is not a file/);
  });
});

describe('what a committed model names stays in the commit', () => {
  const openAt = async (folder: string, head: string) => {
    const blob = run(folder, 'rev-parse', `${head}:m/a.onnx`);
    return openModelFiles(await readCommittedModel(await openRepository(folder), head, { path: 'm/a.onnx', blob }));
  };

  test.each(waysOut('/tmp'))('%j', async (location) => {
    const folder = newRepository();
    const head = commit(folder, { 'm/a.onnx': modelWith(location), secret, 'm/in/w.bin': secret });
    await expect(openAt(folder, head)).rejects.toThrow(UserError);
  });

  testWithLinks('nor is a symbolic link of the commit followed', async () => {
    const folder = newRepository();
    mkdirSync(path.join(folder, 'm'));
    symlinkSync('/proc/self/environ', path.join(folder, 'm', 'w.bin'));
    const head = commit(folder, { 'm/a.onnx': modelWith('w.bin') });
    await expect(openAt(folder, head)).rejects.toThrow(/symbolic link, which the gate does not follow/);
  });

  testWithLinks('nor a folder that is one', async () => {
    const folder = newRepository();
    mkdirSync(path.join(folder, 'm'));
    symlinkSync('/proc/self', path.join(folder, 'm', 'up'));
    const head = commit(folder, { 'm/a.onnx': modelWith('up/environ') });
    await expect(openAt(folder, head)).rejects.toThrow(/which is not there/);
  });

  test.each(['../x', '/etc/passwd', 'C:\\x', 'c:/x', 'a\0b', 'a/../../x'])(
    'a path of the configuration: %j',
    async (name) => {
      const folder = newRepository();
      const head = commit(folder, { a: secret });
      await expect(readFileAt(await openRepository(folder), head, name, 100)).rejects.toThrow(UserError);
    },
  );
});

describe('Git LFS', () => {
  const pointer = (oid: string) => `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 4\n`;

  test.each([
    ['an id that is a path', '../../../../../../../../etc/passwd'.padEnd(64, 'x')],
    ['an id of the wrong length', 'ab'],
    ['capitals', 'A'.repeat(64)],
  ])('%s makes no pointer, so that nothing outside the store is read', async (_what, oid) => {
    const folder = newRepository();
    const head = commit(folder, { a: pointer(oid) });
    const bytes = await readFileAt(await openRepository(folder), head, 'a', 1000);
    expect(Buffer.from(bytes ?? []).toString()).toBe(pointer(oid));
  });

  testWithLinks('a store that leads elsewhere gives only what has the hash of the pointer', async () => {
    const folder = newRepository();
    const outside = temporaryFolder();
    const oid = 'ab'.repeat(32);
    writeFileSync(path.join(outside, oid), secret);
    mkdirSync(path.join(folder, '.git', 'lfs', 'objects', 'ab'), { recursive: true });
    symlinkSync(outside, path.join(folder, '.git', 'lfs', 'objects', 'ab', 'ab'));
    const head = commit(folder, { a: pointer(oid) });
    await expect(readFileAt(await openRepository(folder), head, 'a', 1000)).rejects.toThrow(/Git LFS pointer/);
  });
});

test.each([
  '../../x.onnx',
  'a/../../../x.onnx',
  '..\\x.onnx',
  'C:\\x.onnx',
  'a:b.onnx',
  './.',
  'a\nb.onnx',
  'ok/x.onnx',
])('a model that was made is written below its folder: %j', async (name) => {
  const root = temporaryFolder();
  const output = path.join(root, 'a', 'b', 'out');
  const outputs = await openOutputs(output);
  await outputs.keep({ target: '../../../up', path: name, bytes: secret });
  await outputs.finish(report([]));
  await outputs.close();
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const made = files.filter((entry) => !['report.json', 'report.html', 'comment.md'].includes(entry.name));
  expect(made).toHaveLength(1);
  const file = path.join(made[0]?.parentPath ?? '', made[0]?.name ?? '');
  expect(path.relative(path.join(output, 'artifacts'), file)).not.toMatch(/^\.\./);
  expect(file.slice(root.length)).not.toMatch(/[\\:\n]/);
  expect(new Uint8Array(readFileSync(file))).toEqual(secret);
  expect(existsSync(path.join(root, 'x.onnx'))).toBe(false);
});
