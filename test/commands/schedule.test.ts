import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { runCommandLine } from '../../src/commands/program.ts';
import { scheduleResultSchema } from '../../src/schedule/schedule-result.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-schedule-'));
const here = process.cwd();
const digits = path.resolve('fixtures', 'digits');
copyFileSync(path.join(digits, 'base', 'digits-int8.tflite'), path.join(folder, 'a.tflite'));
copyFileSync(path.join(digits, 'wider', 'digits-int8.tflite'), path.join(folder, 'b.tflite'));
beforeEach(() => process.chdir(folder));
afterEach(() => process.chdir(here));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a configuration with these lines in its schedule, and runs `edge-ready schedule`. */
async function schedule(tasks: readonly string[], ...args: readonly string[]) {
  const lines = tasks.map((task) => `      - { ${task} }\n`).join('');
  const file = `version: 1\nschedule:\n  - target: arduino-nano-33-ble\n    tasks:\n${lines}`;
  writeFileSync('edge-ready.yml', tasks.length === 0 ? 'version: 1\n' : file);
  let result = '';
  let note = '';
  const code = await runCommandLine(['schedule', ...args], {
    result: (text) => {
      result += text;
    },
    note: (text) => {
      note += `${text}\n`;
    },
  });
  return { code, result, note };
}
const other = 'model: b.tflite, every: 1 s';

test('a table, and exit 1 where a deadline is missed', async () => {
  const { code, result } = await schedule(['model: a.tflite, every: 100 ms, deadline: 20 ms', other]);
  expect(code).toBe(1);
  expect(result).toMatch(/fail {2}a\.tflite +100 ms +20 ms +≈ [\d.]+ ms +≈ [\d.]+ ms\n/);
  expect(result).toContain('it is late together with b.tflite');
});

test('JSON as in the report, and exit 0 where all deadlines are met', async () => {
  const { code, result } = await schedule(['model: a.tflite, every: 100 ms, deadline: 50 ms', other], '--json');
  expect(code).toBe(0);
  const [only] = z.array(scheduleResultSchema).parse(JSON.parse(result));
  expect(only).toMatchObject({ target: 'arduino-nano-33-ble', verdict: 'pass', base: null });
});

test.each<[string, readonly string[], readonly string[], RegExp]>([
  ['no schedule', [], [], /edge-ready\.yml has no "schedule"; docs/],
  ['none for the target', [other], ['--target', 'pico'], /no "schedule" for pico/],
  ['no such configuration', [other], ['--config', 'mine.yml'], /no file mine\.yml/],
  ['a model that is not there', ['model: c.tflite, every: 1 s'], [], /no model c\.tflite, which edge-ready\.yml has/],
])('%s: exit 2 and one sentence', async (_, tasks, args, said) => {
  const { code, note } = await schedule(tasks, ...args);
  expect(code).toBe(2);
  expect(note).toMatch(said);
});
