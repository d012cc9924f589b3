import { beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/basics/sha256.ts';
import { decodeRecipes, encodeRecipes, type FoundRecipes } from '../../src/cache/stored-recipes.ts';
import type { AskedSide } from '../../src/cache/stored-side.ts';
import { attemptOf } from '../../src/judge/attempt-of.ts';
import { lossless, parseRecipe } from '../../src/optimize/recipe.ts';
import { filesOf, jobOf, measured } from './measured.ts';

const key = 'a'.repeat(64);
let found: FoundRecipes;
let asked: AskedSide;

beforeAll(async () => {
  const { measurement } = (await measured(jobOf(filesOf('base/digits-int8.tflite'), { recipe: lossless }))).measured;
  const attempt = attemptOf({ recipe: lossless, fits: true, measured: { measurement } });
  found = {
    chosen: { recipe: lossless, measurement },
    attempts: [{ ...attempt, recipe: 'lossless+encode', passes: false }, attempt],
  };
  asked = { key, model: measurement.model, target: measurement.target };
});

const reasonOf = (entry: Uint8Array, question: AskedSide = asked) => {
  const decoded = decodeRecipes(entry, question);
  return decoded.kind === 'refused' ? decoded.reason : 'taken';
};

test('what was found comes back as it was, nothing found too', () => {
  const none: FoundRecipes = { chosen: null, attempts: found.attempts.slice(0, 1) };
  for (const each of [found, none]) {
    const decoded = decodeRecipes(encodeRecipes(key, each), asked);
    expect(decoded).toEqual({ kind: 'recipes', recipes: each });
    expect(JSON.stringify(decoded)).toBe(JSON.stringify({ kind: 'recipes', recipes: each }));
  }
});

test('a bit that flipped anywhere is noticed', () => {
  const entry = encodeRecipes(key, found);
  for (let at = 0; at < entry.byteLength; at += Math.ceil(entry.byteLength / 97)) {
    const broken = Uint8Array.from(entry);
    broken[at] = (broken[at] ?? 0) ^ 4;
    expect(reasonOf(broken), `byte ${at}`).toBe('it is damaged');
  }
});

describe('a forged entry with a hash that fits', () => {
  type Chosen = NonNullable<FoundRecipes['chosen']>;
  const chosen = (change: (one: Chosen) => object) => ({
    ...found,
    chosen: found.chosen && { ...found.chosen, ...change(found.chosen) },
  });
  const measurementWith = (change: (one: Chosen['measurement']) => object) =>
    chosen(({ measurement }) => ({ measurement: { ...measurement, ...change(measurement) } }));
  test.each<[string, string, () => object]>([
    ['another field', 'no entry of this version', () => ({ ...found, more: 1 })],
    ['a recipe of the shell', 'its recipe is none', () => chosen(() => ({ recipe: 'int8; rm -rf /' }))],
    ['a recipe written otherwise', 'its recipe is none', () => chosen(() => ({ recipe: ' lossless' }))],
    ['a recipe that decides nothing', 'its recipe is none', () => chosen(() => ({ recipe: 'auto' }))],
    ['another recipe', 'not one that was tried', () => chosen(() => ({ recipe: 'int8' }))],
    [
      'another figure',
      'not one that was tried',
      () => measurementWith(() => ({ peakRam: { value: 1, unit: 'B', basis: 'exact' } })),
    ],
    [
      'another model',
      'another model',
      () => measurementWith(({ model }) => ({ model: { ...model, sha256: 'b'.repeat(64) } })),
    ],
    [
      'another target',
      'another target',
      () => measurementWith(({ target }) => ({ target: { ...target, board: 'pico' } })),
    ],
    ['none that passes', 'not one that was tried', () => ({ ...found, attempts: found.attempts.slice(0, 1) })],
    ['none chosen of those that pass', 'none is chosen', () => ({ ...found, chosen: null })],
    ['a command', 'no entry of this version', () => chosen(() => ({ command: 'rm -rf /' }))],
  ])('%s', (_, reason, forge) => {
    const { chosen: one, ...rest } = { schemaVersion: 1, key, ...forge() } as unknown as FoundRecipes;
    const recipe = typeof one?.recipe === 'string' ? one.recipe : 'lossless';
    const content = Buffer.from(JSON.stringify({ ...rest, chosen: one && { ...one, recipe } }));
    expect(reasonOf(Buffer.concat([Buffer.from(`${sha256(content)}\n`), content]))).toContain(reason);
  });

  test('is not taken for another question', () => {
    const entry = encodeRecipes(key, found);
    expect(reasonOf(entry)).toBe('taken');
    expect(reasonOf(entry, { ...asked, key: 'c'.repeat(64) })).toContain('another question');
    expect(reasonOf(entry, { ...asked, model: { ...asked.model, bytes: 1 } })).toContain('another model');
  });

  test('every recipe that is tried is written as it is read', () => {
    for (const text of ['lossless+encode', 'int8+prune-channels=30%', 'int8+prune-channels=70%+cluster=4bit+encode']) {
      const recipe = parseRecipe(text);
      if (recipe.numbers === 'auto' || found.chosen === null) throw new Error(text);
      const { measurement } = found.chosen;
      const attempts = [
        attemptOf({ recipe: { ...recipe, numbers: recipe.numbers }, fits: true, measured: { measurement } }),
      ];
      const each = { chosen: { recipe: { ...recipe, numbers: recipe.numbers }, measurement }, attempts };
      expect(reasonOf(encodeRecipes(key, each))).toBe('taken');
    }
  });
});
