import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { cacheFolder } from '../../src/cache/cache-folder.ts';
import { openFolderCache } from '../../src/cache/folder-cache.ts';
import type { AskedSide, SideRecord } from '../../src/cache/stored-side.ts';
import { keptSide } from './measured.ts';

let side: SideRecord;
let artifact: Uint8Array;
let asked: AskedSide;
beforeAll(async () => {
  ({ side, artifact } = await keptSide());
  const { model, target } = side.measurement;
  asked = { key: 'a'.repeat(64), model: { bytes: model.bytes, sha256: model.sha256 }, target };
});

let folder = '';
let lines: string[] = [];
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), 'edge-ready-cache-')), 'deep', 'er');
  lines = [];
});
afterEach(() => rmSync(path.join(folder, '..', '..'), { recursive: true, force: true }));
const open = () => openFolderCache(folder, (line) => lines.push(line));

test('an entry that was written is read, by another process too', async () => {
  expect(await open().read(asked)).toBeUndefined();
  expect(await open().write(asked.key, side, { made: artifact })).toBe(true);
  const read = await open().read(asked);
  expect(read?.side).toEqual(side);
  expect(readdirSync(folder)).toEqual([`${asked.key}.side`]);
  expect(lines).toEqual([]);
});

test('a tampered entry is dropped with a line, and gone', async () => {
  await open().write(asked.key, side, { made: artifact });
  const file = path.join(folder, `${asked.key}.side`);
  const text = readFileSync(file, 'latin1');
  const value = side.measurement.peakRam?.value;
  writeFileSync(file, text.replace(`"peakRam":{"value":${value}`, '"peakRam":{"value":1'), 'latin1');
  expect(readFileSync(file, 'latin1')).not.toBe(text);
  expect(await open().read(asked)).toBeUndefined();
  expect(lines).toEqual(['  An entry of the cache is not taken: it is damaged.']);
  expect(readdirSync(folder)).toEqual([]);
});

test('links, folders and what is too large are not read', async () => {
  mkdirSync(folder, { recursive: true });
  symlinkSync('/dev/zero', path.join(folder, `${asked.key}.side`));
  expect(await open().read(asked)).toBeUndefined();
  rmSync(path.join(folder, `${asked.key}.side`));
  mkdirSync(path.join(folder, `${asked.key}.side`));
  expect(await open().read(asked)).toBeUndefined();
});

test('a folder that can not be written to keeps nothing, and that is all', async () => {
  mkdirSync(path.dirname(folder), { recursive: true });
  writeFileSync(folder, 'a file');
  expect(await open().write(asked.key, side, { made: artifact })).toBe(false);
  expect(await open().read(asked)).toBeUndefined();
  await open().prune(0);
});

test('the oldest are deleted until what is left is small enough; a read makes an entry young', async () => {
  const keys = ['a', 'b', 'c'].map((letter) => letter.repeat(64));
  for (const [index, key] of keys.entries()) {
    await open().write(key, side, { made: artifact });
    utimesSync(path.join(folder, `${key}.side`), 1000 + index, 1000 + index);
  }
  writeFileSync(path.join(folder, '.left.part'), 'x');
  utimesSync(path.join(folder, '.left.part'), 1000, 1000);
  const bytes = readFileSync(path.join(folder, `${keys[0]}.side`)).byteLength;
  expect(await open().read(asked)).toBeDefined();
  await open().prune(2 * bytes);
  expect(readdirSync(folder).sort()).toEqual([`${keys[0]}.side`, `${keys[2]}.side`]);
  await open().prune(0);
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  [{ EDGE_READY_CACHE: '/own/cache', XDG_CACHE_HOME: '/xdg' }, 'linux', '/own/cache'],
  [{ XDG_CACHE_HOME: '/xdg' }, 'linux', '/xdg/edge-ready-gate/measurements'],
  [{}, 'linux', '/home/a/.cache/edge-ready-gate/measurements'],
  [{}, 'darwin', '/home/a/Library/Caches/edge-ready-gate/measurements'],
  [{ LOCALAPPDATA: '/local' }, 'win32', '/local/edge-ready-gate/measurements'],
] as const)('the folder of %o on %s', (environment, platform, expected) => {
  expect(cacheFolder(environment, platform, '/home/a')).toBe(expected);
});
