import { describe, expect, it } from 'vitest';
import { cleanRelativePath } from '../../../src/formats/onnx/external-data.ts';
import type { TensorProto } from '../../../src/formats/onnx/messages.ts';
import { expectRoundTrip, expectUserError, info, node, read, tensorNamed } from './support.ts';

const file = Uint8Array.from({ length: 64 }, (_, index) => index);

function external(entries: Readonly<Record<string, string>>, bytes: Uint8Array | undefined = file, dims = [2]) {
  const asked: string[] = [];
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
  const proto: TensorProto = { dims, dataType: 1, externalData, dataLocation: 1 };
  const graph = () =>
    read(
      {
        name: 'g',
        input: [info('x')],
        output: [info('y')],
        node: [node('Sum', ['x', 'w', 'v'], 'y')],
        initializer: [
          { name: 'w', ...proto },
          { name: 'v', ...proto },
        ],
      },
      {},
      {
        externalData: (path) => {
          asked.push(path);
          return bytes;
        },
      },
    );
  return { graph, asked };
}

describe('external data', () => {
  it('is read from its offset, each file once, and is inside what we write', () => {
    const { graph, asked } = external({ location: './weights/w.bin', offset: '8', length: '8' });
    const model = graph();
    expect(tensorNamed(model, 'w').data).toEqual(file.slice(8, 16));
    expect(asked).toEqual(['weights/w.bin']);
    expectRoundTrip(model);
  });

  it('needs neither offset nor length', () => {
    expect(tensorNamed(external({ location: 'w.bin' }).graph(), 'w').data).toEqual(file.slice(0, 8));
  });

  it.each([
    '../w.bin',
    'a/../../w.bin',
    'a/..',
    '/etc/passwd',
    'C:\\w.bin',
    'C:w.bin',
    'a\\..\\..\\w.bin',
    '\\\\server\\share',
    'file:///w.bin',
    'a//b',
    'a/',
    '',
    '.',
    'w\0.bin',
    'w\n.bin',
  ])('never leaves the folder: %j', (location) => {
    const { graph, asked } = external({ location });
    expectUserError(graph, /"w".*not a path inside the model's folder/);
    expect(asked).toEqual([]);
    expect(cleanRelativePath(location)).toBeUndefined();
  });

  it.each<readonly [string, Readonly<Record<string, string>>, RegExp]>([
    ['a length that the shape does not have', { location: 'w.bin', length: '12' }, /12 bytes, but its shape needs 8/],
    ['an end behind the file', { location: 'w.bin', offset: '60' }, /up to byte 68, but that file has 64/],
    ['an offset that is no number', { location: 'w.bin', offset: '-1' }, /not a whole number/],
    [
      'an offset that is too large to be one',
      { location: 'w.bin', offset: '99999999999999999999' },
      /not a whole number/,
    ],
  ])('refuses %s', (_what, entries, pattern) => {
    expectUserError(external(entries).graph, pattern);
  });

  it('says which file is missing, and for which tensor', () => {
    const graph = { ...proto('w.bin') };
    expectUserError(() => read(graph), /"w" keeps its data in "w.bin", which is not there/);
  });

  it('recognises a git-LFS pointer', () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 64\n`;
    expectUserError(external({ location: 'w.bin' }, new TextEncoder().encode(pointer)).graph, /lfs: true/);
  });

  it('allocates nothing for what a hostile shape claims', () => {
    expectUserError(external({ location: 'w.bin' }, file, [2 ** 31]).graph, /that file has 64/);
  });
});

function proto(location: string) {
  return {
    name: 'g',
    input: [info('x')],
    output: [info('y')],
    node: [node('Add', ['x', 'w'], 'y')],
    initializer: [
      { name: 'w', dims: [1], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: location }] },
    ],
  };
}
