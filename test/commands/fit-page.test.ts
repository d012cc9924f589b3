import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommandLine } from '../../src/commands/program.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-fit-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const page = path.join(folder, 'fit.html');
const optimize = (...options: readonly string[]) =>
  runCommandLine(
    [
      'optimize',
      'fixtures/digits/base/digits-float.tflite',
      '--output',
      path.join(folder, 'x.tflite'),
      '--html',
      page,
      ...options,
    ],
    { result: () => {}, note: () => {} },
  );

test('optimize --fit --html writes the recipes that were tried as a page', async () => {
  expect(await optimize('--fit', '--calibration', 'fixtures/digits/calibration.npz')).toBe(0);
  const text = readFileSync(page, 'utf8');
  expect(text).toContain('is the recipe for');
  expect(text).toContain('int8+prune-channels=10%');
  expect(text).toMatch(/"attempts":\[\{/);
});

test('--html alone is refused before anything is made', async () => {
  rmSync(page, { force: true });
  expect(await optimize()).toBe(2);
  expect(existsSync(page)).toBe(false);
});
