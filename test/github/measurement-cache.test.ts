import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ActionsCache } from '../../src/basics/actions-cache.ts';
import { withMeasurements } from '../../src/github/measurement-cache.ts';

let temporary = '';
beforeEach(() => {
  temporary = mkdtempSync(path.join(tmpdir(), 'edge-ready-actions-cache-'));
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

/** A cache as GitHub's: written once under a key, found by it or by the newest key that begins as one of the others. */
function fakeCache() {
  const saved = new Map<string, Readonly<Record<string, string>>>();
  const cache: ActionsCache = {
    restoreCache: async ([folder = ''], key, others = []) => {
      const found = [...saved.keys()]
        .reverse()
        .find((known) => known === key || others.some((start) => known.startsWith(start)));
      for (const [name, text] of Object.entries(saved.get(found ?? '') ?? {}))
        writeFileSync(path.join(folder, name), text);
      return found;
    },
    saveCache: async ([folder = ''], key) => {
      if (saved.has(key)) throw new Error('exists');
      saved.set(key, Object.fromEntries(readdirSync(folder).map((name) => [name, name])));
      return 1;
    },
  };
  return { saved, open: async () => cache };
}

/** A run that finds and leaves files, on a machine whose temporary folder is empty. */
async function run(open: () => Promise<ActionsCache | undefined>, leg: string, leaves: readonly string[]) {
  rmSync(path.join(temporary, 'edge-ready-measurements'), { recursive: true, force: true });
  return withMeasurements(
    leg,
    { temporary },
    async ({ folder }) => {
      const found = readdirSync(folder).sort();
      for (const name of leaves) writeFileSync(path.join(folder, name), name);
      return found;
    },
    open,
    {},
  );
}

test('a run finds what the one before left; nothing is saved twice; legs keep apart', async () => {
  const { open, saved } = fakeCache();
  expect(await run(open, 'a', ['1'])).toEqual([]);
  expect(await run(open, 'a', ['1'])).toEqual(['1']);
  expect(saved.size).toBe(1);
  expect(await run(open, 'a', ['2'])).toEqual(['1']);
  expect(await run(open, 'b', [])).toEqual([]);
  expect(await run(open, 'a', [])).toEqual(['1', '2']);
  expect(saved.size).toBe(2);
  for (const key of saved.keys())
    expect(key).toMatch(/^edge-ready-measurements-[0-9a-f]{16}-\w+-\w+-[0-9a-f]{16}-[0-9a-f]{16}$/);
});

describe('a cache that is of no use does no harm', () => {
  const broken = () => Promise.reject(new Error('503'));
  test.each<[string, () => Promise<ActionsCache | undefined>]>([
    ['none', async () => undefined],
    ['not to be loaded', broken],
    ['down', async () => ({ restoreCache: broken, saveCache: broken })],
    ['read-only', async () => ({ restoreCache: async () => undefined, saveCache: broken })],
  ])('%s', async (_, open) => {
    expect(await run(open, 'a', ['1'])).toEqual([]);
  });
});

test('a folder of the machine is used alone', async () => {
  const own = path.join(temporary, 'own');
  mkdirSync(own);
  const { open, saved } = fakeCache();
  const folder = await withMeasurements('a', { temporary }, async (cache) => cache.folder, open, {
    EDGE_READY_CACHE: own,
  });
  expect(folder).toBe(own);
  expect(saved.size).toBe(0);
});
