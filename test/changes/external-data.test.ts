import { describe, expect, test } from 'vitest';
import { listChanges } from '../../src/changes/list-changes.ts';
import { modelMatcher } from '../../src/changes/matcher.ts';
import { openRepository } from '../../src/changes/repository.ts';
import { encode } from '../../src/formats/onnx/encode.ts';
import { commit, newRepository, noise } from './git-fixture.ts';

/** An ONNX file whose tensors are in the files at `locations`; deep inside, as an attribute of a node, when `nested`. */
function modelWith(locations: readonly string[], nested = false): Uint8Array {
  const tensors = locations.map((value, index) => ({
    name: `w${index}`,
    dims: [1],
    dataType: 1,
    dataLocation: 1,
    externalData: [
      { key: 'location', value },
      { key: 'length', value: '4' },
    ],
  }));
  const node = { opType: 'If', attribute: [{ name: 'then_branch', g: { name: 'then', initializer: tensors } }] };
  return encode('ModelProto', {
    irVersion: 8,
    graph: nested ? { name: 'g', node: [node] } : { name: 'g', initializer: tensors },
  });
}

async function changes(before: Parameters<typeof commit>[1], after: Parameters<typeof commit>[1]) {
  const folder = newRepository();
  const base = commit(folder, before);
  const head = commit(folder, after);
  const range = { base: { sha: base, label: 'base' }, head: { sha: head, label: 'head' }, how: 'test' };
  const found = await listChanges(await openRepository(folder), range, modelMatcher());
  return found.map(({ path, state }) => `${state} ${path}`);
}

const data = noise(1, 64);
const other = noise(2, 64);

describe('the external data of a model that is unchanged itself', () => {
  test.each([
    ['beside it', 'm/kws.onnx', 'kws.onnx.data', 'm/kws.onnx.data', false],
    ['below it', 'm/kws.onnx', 'deep/er/w.bin', 'm/deep/er/w.bin', false],
    ['at the top', 'kws.onnx', 'w', 'w', false],
    ['written with a dot', 'm/kws.onnx', './w.bin', 'm/w.bin', false],
    ['in a subgraph', 'm/kws.onnx', 'w.bin', 'm/w.bin', true],
    ['with an odd name', 'm/kws.onnx', 'ge wichte "ü".bin', 'm/ge wichte "ü".bin', false],
  ])('%s: the model is compared', async (_name, path, location, file, nested) => {
    const model = modelWith(['same.bin', location], nested);
    expect(await changes({ [path]: model, [file]: data }, { [file]: other })).toEqual([`compared ${path}`]);
    expect(await changes({ [path]: model, [file]: data }, { [file]: null })).toEqual([`compared ${path}`]);
    expect(await changes({ [path]: model }, { [file]: data })).toEqual([`compared ${path}`]);
  });

  test.each(['weights.txt', 'kws.json', 'deep/w.md', 'w.png'])('in a file named like text, %s', async (location) => {
    const model = modelWith([location]);
    const file = `m/${location}`;
    expect(await changes({ 'm/kws.onnx': model, [file]: data }, { [file]: other })).toEqual(['compared m/kws.onnx']);
    expect(await changes({ 'm/kws.onnx': model, [file]: data }, { [file]: null })).toEqual(['compared m/kws.onnx']);
    expect(await changes({ 'm/kws.onnx': model, [file]: data }, { [file]: 'now it is text\n' })).toEqual([
      'compared m/kws.onnx',
    ]);
    // A pointer of Git LFS is text that stands for what may be none.
    const pointer = (oid: string) =>
      `version https://git-lfs.github.com/spec/v1\noid sha256:${oid.repeat(64)}\nsize 64\n`;
    expect(await changes({ 'm/kws.onnx': model, [file]: pointer('a') }, { [file]: pointer('b') })).toEqual([
      'compared m/kws.onnx',
    ]);
    const large = (letter: string) => letter.repeat(2 ** 20 + 1);
    expect(await changes({ 'm/kws.onnx': model, [file]: large('a') }, { [file]: large('b') })).toEqual([
      'compared m/kws.onnx',
    ]);
  });

  test('text that a model only speaks of is no data', async () => {
    const model = modelWith(['README.md']);
    expect(
      await changes({ 'm/kws.onnx': model, 'm/README.md': 'one\n' }, { 'm/README.md': 'Zwei, für „uns“\n' }),
    ).toEqual([]);
  });

  test('of many models only those that name the file', async () => {
    const before = {
      'm/a.onnx': modelWith(['a.bin']),
      'm/b.onnx': modelWith(['b.bin', 'shared.bin']),
      'm/c.onnx': modelWith(['shared.bin']),
      'n/c.onnx': modelWith(['shared.bin']),
      'm/plain.onnx': modelWith([]),
      'm/shared.bin': data,
    };
    expect(await changes(before, { 'm/shared.bin': other })).toEqual(['compared m/b.onnx', 'compared m/c.onnx']);
  });

  test.each([
    ['names it only in passing', modelWith(['not-w.bin'])],
    ['would leave its folder', modelWith(['../w.bin'])],
    ['is damaged', new Uint8Array([0x08, 0xff, ...Buffer.from('w.bin')])],
    ['is a pointer to another model', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n'],
  ])('a model that %s is none', async (_name, model) => {
    expect(await changes({ 'm/kws.onnx': model, 'm/w.bin': data }, { 'm/w.bin': other })).toEqual([]);
  });

  test('a model whose content Git LFS did not bring is told by the name of its data', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 5000\n`;
    const before = { 'm/kws.onnx': pointer, 'm/kws.onnx.data': data, 'm/x.bin': data };
    expect(await changes(before, { 'm/kws.onnx.data': other })).toEqual(['lfs-pointer m/kws.onnx']);
    expect(await changes(before, { 'm/x.bin': other })).toEqual([]);
  });

  test('a model that changed too, or that was renamed with its data, is listed once', async () => {
    const before = { 'm/kws.onnx': modelWith(['w.bin']), 'm/w.bin': data };
    expect(await changes(before, { 'm/kws.onnx': modelWith(['w.bin', 'x.bin']), 'm/w.bin': other })).toEqual([
      'compared m/kws.onnx',
    ]);
    const moved = { 'm/kws.onnx': null, 'm/w.bin': null, 'n/kws.onnx': modelWith(['w.bin']), 'n/w.bin': data };
    expect(await changes(before, moved)).toEqual(['renamed n/kws.onnx']);
  });
});
