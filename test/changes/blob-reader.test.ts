import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BlobReader, openBlobReader } from '../../src/changes/blob-reader.ts';
import { openRepository } from '../../src/changes/repository.ts';
import { commit, git } from '../support/git-repository.ts';

const contents = [
  Buffer.alloc(0),
  Buffer.from('\n'),
  Buffer.from('a\n\nb'),
  Buffer.from(`${'0'.repeat(40)} missing\n`),
  Buffer.from([0, 10, 255, 13]),
  // More than a pipe takes at once.
  Buffer.alloc(300_001, 'x\n'),
];
let directory = '';
let ids: readonly string[] = [];
let reader: BlobReader;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-blobs-'));
  git(directory, 'init', '--quiet');
  commit(directory, 'files', Object.fromEntries(contents.map((bytes, index) => [`${index}.bin`, { bytes }])));
  ids = contents.map((_, index) => git(directory, 'rev-parse', `HEAD:${index}.bin`));
  reader = openBlobReader(await openRepository(directory));
});
afterAll(async () => {
  await reader.close();
  rmSync(directory, { recursive: true, force: true });
});

/** What reading gave: the bytes, or how it was refused. */
async function told(id: string, maxBytes: number): Promise<string> {
  try {
    return Buffer.from(await reader.read(id, maxBytes, 'm.onnx')).toString('latin1');
  } catch (error) {
    return String(error);
  }
}

const absent = '1'.repeat(40);
const question = fc.record({ index: fc.integer({ min: -1, max: contents.length - 1 }), maxBytes: fc.nat(8) });

test('blobs asked for at once, absent and too large ones among them, each have their own answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(question, { maxLength: 12 }), async (questions) => {
      const answers = await Promise.all(questions.map(({ index, maxBytes }) => told(ids[index] ?? absent, maxBytes)));
      const expected = questions.map(({ index, maxBytes }) => {
        const bytes = contents[index];
        if (bytes === undefined)
          return `UserError: m.onnx is not in this clone and could not be fetched (git object ${absent}).`;
        return bytes.byteLength > maxBytes
          ? `UserError: m.onnx has ${bytes.byteLength} bytes; the gate reads files of at most ${maxBytes} bytes.`
          : bytes.toString('latin1');
      });
      expect(answers).toEqual(expected);
    }),
    { numRuns: 20 },
  );
});

test('a large blob comes whole, and a tree is no blob', async () => {
  expect(await told(ids[5] ?? '', 10 ** 6)).toBe(contents[5]?.toString('latin1'));
  expect(await told(git(directory, 'rev-parse', 'HEAD^{tree}'), 100)).toMatch(/is not in this clone/);
  expect(await told('HEAD', 100)).toMatch(/is not in this clone/);
  expect(await told(ids[1] ?? '', 100)).toBe('\n');
});

test('what was closed is opened again when it is needed', async () => {
  await reader.close();
  await reader.close();
  expect(await told(ids[2] ?? '', 100)).toBe('a\n\nb');
});
