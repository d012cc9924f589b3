import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitNul } from '../../src/changes/git.ts';
import { parseRawDiff, type RawChange } from '../../src/changes/raw-diff.ts';

const id = fc.integer({ min: 0, max: 2 ** 31 }).map((value) => value.toString(16).padStart(40, '0'));
const mode = fc.constantFrom('000000', '100644', '100755', '120000', '160000');
const path = fc
  .string({ minLength: 1, unit: 'binary' })
  .filter((text) => !text.includes('\0') && Buffer.from(text).toString() === text);
const change: fc.Arbitrary<RawChange> = fc.oneof(
  fc
    .record({
      status: fc.constantFrom('A', 'D', 'M', 'T'),
      baseMode: mode,
      headMode: mode,
      baseBlob: id,
      headBlob: id,
      path,
    })
    .map((fields) => ({ ...fields, status: fields.status as 'A', basePath: fields.path })),
  fc
    .record({
      status: fc.constantFrom('R', 'C'),
      baseMode: mode,
      headMode: mode,
      baseBlob: id,
      headBlob: id,
      basePath: path,
      path,
      similarity: fc.nat(100),
    })
    .map((fields) => ({ ...fields, status: fields.status as 'R' })),
);

test('reads back whatever paths it was written with', () => {
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const printed = changes.map(({ status, baseMode, headMode, baseBlob, headBlob, basePath, path, similarity }) => {
        const score = similarity === undefined ? '' : String(similarity).padStart(3, '0');
        const paths = similarity === undefined ? [path] : [basePath, path];
        return [`:${baseMode} ${headMode} ${baseBlob} ${headBlob} ${status}${score}`, ...paths]
          .map((field) => `${field}\0`)
          .join('');
      });
      expect(parseRawDiff(splitNul(Buffer.from(printed.join(''))))).toEqual(changes);
    }),
  );
});

test('what is cut off or not understood is an error, not a shorter list', () => {
  const line = `:100644 100644 ${'a'.repeat(40)} ${'b'.repeat(40)}`;
  expect(() => parseRawDiff([`${line} M`])).toThrow('without its path');
  expect(() => parseRawDiff([`${line} R100`, 'a'])).toThrow('without its path');
  expect(() => parseRawDiff([`${line} U`, 'a'])).toThrow('not understood');
});
