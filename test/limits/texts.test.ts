import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/basics/nearest.ts';
import { plain } from '../../src/basics/plain.ts';
import { globMatcher } from '../../src/changes/glob.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { readCsv } from '../../src/data/csv.ts';
import { parseDeviceResult } from '../../src/devices/device-result.ts';
import { UserError } from '../../src/errors.ts';
import { parseLfsPointer } from '../../src/formats/lfs-pointer.ts';
import { slug } from '../../src/github/context.ts';
import { harmless } from '../../src/github/log.ts';
import { parseShard } from '../../src/github/shard.ts';
import { cell, code } from '../../src/report/escape.ts';
import { parseBoard } from '../../src/targets/load.ts';

/** Nine lists of nine aliases each: 9^9 texts when written out. */
const laughs = Array.from({ length: 9 }, (_, level) =>
  level === 0 ? 'a0: &a0 [x]' : `a${level}: &a${level} [${new Array(9).fill(`*a${level - 1}`).join(', ')}]`,
).join('\n');

describe('YAML', () => {
  it.each([
    ['aliases of aliases', `version: 1\n${laughs}\n`],
    ['an alias of itself', 'version: 1\nmodels: &a [*a]\n'],
    ['many aliases', `version: 1\nx: &x 1\nmodels: [${new Array(5000).fill('*x').join(', ')}]\n`],
    ['lists in lists', `version: 1\nmodels: ${'['.repeat(100_000)}`],
    ['closed lists in lists', `version: 1\nmodels: ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['maps in maps', `version: 1\nmodels: ${'{a: '.repeat(50_000)}`],
    ['lists below lists', `version: 1\nmodels:\n${'- '.repeat(50_000)}x`],
    ['a text of 1 MB', `version: 1\n# ${'x'.repeat(2 ** 20)}\n`],
    ['a key of 120 KB', `version: 1\n${'k'.repeat(120_000)}: 1\n`],
    ['9,000 unknown keys', `version: 1\n${Array.from({ length: 9_000 }, (_, index) => `k${index}: 1`).join('\n')}\n`],
    [
      'a number of 120,000 digits',
      `version: 1\nmodels: [{ path: a, duty-cycle: { every: ${'9'.repeat(120_000)} ms } }]\n`,
    ],
    ['a board of 120 KB', `version: 1\ntargets: { a: ${'b'.repeat(120_000)} }\n`],
    ['a glob of 120,000 braces', `version: 1\nmodels: [{ path: "${'{'.repeat(120_000)}" }]\n`],
    ['a glob that doubles', `version: 1\nmodels: [{ path: "${'{a,b}'.repeat(90)}" }]\n`],
  ])('%s: a refusal of a configuration, and of a board', (_what, text) => {
    expect(() => parseConfig(text, 'edge-ready.yml')).toThrow(UserError);
    expect(() => parseBoard(text, 'board.yml')).toThrow(UserError);
  });
});

describe('globs', () => {
  it.each(['*a'.repeat(240), '**/'.repeat(160), '{a,b,c,d}{a,b,c,d}{a,b,c}*', '[a-z]*'.repeat(80), '?*'.repeat(240)])(
    'match in time that grows with glob and path: %s',
    (glob) => {
      expect(globMatcher(glob)(`${'a/'.repeat(2000)}b`)).toBe(false);
    },
  );

  it('nest no deeper than the stack', () => {
    const glob = `${'{a,'.repeat(120)}b${'}'.repeat(120)}`;
    expect(() => globMatcher(glob)).toThrow(UserError);
  });
});

describe('JSON', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;

  it.each([
    ['nested', deep],
    ['nested in a record', `{"schemaVersion": 1, "report": ${deep}}`],
    ['with a key of 1 MB', `{"${'k'.repeat(2 ** 20)}": 1}`],
  ])('%s: no shard and no result of a device', (_what, text) => {
    expect(() => parseShard(text, 'x')).toThrow(UserError);
    expect(() => parseDeviceResult(text, 'x')).toThrow(UserError);
  });
});

const long = 200_000;
const texts = [
  ' '.repeat(long),
  `${'-'.repeat(long)}x`,
  '-.'.repeat(long / 2),
  '<'.repeat(long),
  '`'.repeat(long),
  '_'.repeat(long),
  ':a'.repeat(long / 2),
  '@'.repeat(long),
  '\n'.repeat(long),
  '::'.repeat(long / 2),
  '1'.repeat(long),
  ` ${'\t '.repeat(long / 2)}x`,
  '\ud800'.repeat(long),
];

describe('texts of 200 KB', () => {
  it.each(texts.map((text) => [text.slice(0, 3), text]))(
    '%j repeated is shown in time that grows with it',
    (_start, text) => {
      for (const show of [plain, code, cell]) expect([...show(text)].length).toBeLessThan(20_000);
      harmless(text);
      slug(text);
      nearest(text, ['keyword-spotting', 'gesture']);
      parseLfsPointer(new TextEncoder().encode(`version https://git-lfs.github.com/spec/v1\noid sha256:${text}\n`));
      try {
        readCsv(new TextEncoder().encode(text), 'a.csv');
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    },
  );
});

it('an LFS pointer to more than there is says so before anything is fetched', () => {
  const pointer = parseLfsPointer(
    new TextEncoder().encode(
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 2147483648\n`,
    ),
  );
  expect(pointer?.size).toBe(2 ** 31);
});
