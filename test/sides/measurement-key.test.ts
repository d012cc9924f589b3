import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/cache/canonical-json.ts';
import { parseRecipe } from '../../src/optimize/recipe.ts';
import { measurementKey } from '../../src/sides/measurement-key.ts';
import type { SideJob } from '../../src/sides/side.ts';
import { filesOf, jobOf } from '../cache/measured.ts';

const job: SideJob = jobOf(filesOf('base/digits.onnx', 'models/a.onnx'), {
  recipe: parseRecipe('int8'),
  calibration: 'data/c.npz',
  evaluation: { data: 'data/e.npz', metric: 'top-1' },
  dimensions: { batch: 1 },
  dutyCycle: { everyMs: 1000 },
});
const data = { calibration: 'c1', evaluation: 'e1' };
const { files, target, options } = job;
const { board } = target;

describe('a key', () => {
  test('is the same for the same, whatever the model and the target are called', async () => {
    const key = await measurementKey(job, data);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(await measurementKey(structuredClone(job), { ...data })).toBe(key);
    expect(await measurementKey({ ...job, files: { ...files, path: 'other/b.onnx' } }, data)).toBe(key);
    expect(await measurementKey({ ...job, target: { ...target, name: 'mine' } }, data)).toBe(key);
    const reordered = Object.fromEntries(Object.entries(board).reverse()) as typeof board;
    expect(await measurementKey({ ...job, target: { ...target, board: reordered } }, data)).toBe(key);
  });

  const changed: readonly (readonly [string, SideJob, typeof data])[] = [
    ['the model', { ...job, files: filesOf('wider/digits.onnx') }, data],
    ['external data', { ...job, files: { ...files, external: new Map([['w.bin', Uint8Array.of(1)]]) } }, data],
    ['its content', { ...job, files: { ...files, external: new Map([['w.bin', Uint8Array.of(2)]]) } }, data],
    ['its name', { ...job, files: { ...files, external: new Map([['v.bin', Uint8Array.of(2)]]) } }, data],
    ['the board', jobOf(files, options, 'nucleo-h743zi'), data],
    [
      'its clock',
      { ...job, target: { ...target, board: { ...board, clockHz: { ...board.clockHz, value: 1e6 } } } },
      data,
    ],
    ['what is left of its RAM', { ...job, target: { ...target, ramBytes: 1000 } }, data],
    ['what is left of its flash', { ...job, target: { ...target, flashBytes: 1000 } }, data],
    ['the recipe', { ...job, options: { ...options, recipe: parseRecipe('int8+encode') } }, data],
    ['the calibration set', job, { ...data, calibration: 'c2' }],
    ['the evaluation set', job, { ...data, evaluation: 'e2' }],
    ['its path', { ...job, options: { ...options, evaluation: { data: 'f.npz', metric: 'top-1' } } }, data],
    ['the metric', { ...job, options: { ...options, evaluation: { data: 'data/e.npz', metric: 'top-5' } } }, data],
    ['a dimension', { ...job, options: { ...options, dimensions: { batch: 2 } } }, data],
    ['the duty cycle', { ...job, options: { ...options, dutyCycle: { everyMs: 500 } } }, data],
  ];
  test('is another for everything else that a measurement depends on', async () => {
    const keys = await Promise.all(
      [job, ...changed.map(([, other]) => other)].map((each, at) => measurementKey(each, changed[at - 1]?.[2] ?? data)),
    );
    expect(new Set(keys).size).toBe(changed.length + 1);
  });

  test('is to be had for every runtime whose compiler is not here', async () => {
    const keys = ['jetson-orin-nano/tensorrt', 'b-u585i-iot02a/st-edge-ai'].map((id) =>
      measurementKey(jobOf(files, {}, id), {}),
    );
    expect(new Set(await Promise.all(keys)).size).toBe(2);
    for (const key of keys) expect(await key).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is not to be had for what a device says', async () => {
    const device = { kind: 'url', template: 'https://example.com/{sha256}' } as const;
    expect(await measurementKey({ ...job, options: { ...options, device } }, data)).toBeUndefined();
  });
});

test('canonical JSON has keys in order at every depth, and lists as they are', () => {
  expect(canonicalJson({ b: [{ d: 1, c: undefined }, 2], a: null })).toBe('{"a":null,"b":[{"d":1},2]}');
  expect(canonicalJson(['b', 'a'])).toBe('["b","a"]');
});
