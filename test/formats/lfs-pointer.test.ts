import { describe, expect, it } from 'vitest';
import { parseLfsPointer } from '../../src/formats/lfs-pointer.ts';

const oid = '4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393';
const parse = (text: string) => parseLfsPointer(new TextEncoder().encode(text));

describe('parseLfsPointer', () => {
  it.each([
    ['as git-lfs writes it', `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 12345\n`],
    ['with Windows line ends', `version https://git-lfs.github.com/spec/v1\r\noid sha256:${oid}\r\nsize 12345\r\n`],
    [
      'with extensions',
      `version https://git-lfs.github.com/spec/v1\next-0-foo sha256:${oid}\noid sha256:${oid}\nsize 12345\n`,
    ],
  ])('%s', (_what, text) => {
    expect(parse(text)).toEqual({ oid, size: 12345 });
  });

  it.each([
    ['another version', `version https://example.org/spec\noid sha256:${oid}\nsize 12345\n`],
    ['no oid', 'version https://git-lfs.github.com/spec/v1\nsize 12345\n'],
    ['a short oid', 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12345\n'],
    ['no size', `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\n`],
    ['a negative size', `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize -1\n`],
    ['version not first', `oid sha256:${oid}\nversion https://git-lfs.github.com/spec/v1\nsize 12345\n`],
    ['too long', `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 12345\n${'x'.repeat(1024)}`],
    ['nothing', ''],
  ])('not a pointer: %s', (_what, text) => {
    expect(parse(text)).toBeUndefined();
  });
});
