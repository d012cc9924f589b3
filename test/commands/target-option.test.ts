import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../src/commands/program.ts';
import { readTarget } from '../../src/commands/target-option.ts';
import { measurementSchema } from '../../src/measurement/measurement.ts';

const here = process.cwd();
const digits = path.resolve('fixtures', 'digits');
const board = readFileSync('src/targets/boards/nucleo-l4r5zi.yml', 'utf8').replace('id: nucleo-l4r5zi', 'id: ours');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-target-'));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(here);
  rmSync(folder, { recursive: true, force: true });
});

const config = `version: 1
targets:
  nano33: { board: arduino-nano-33-ble, ram: 100 KiB, clock: 32 MHz }
  nucleo-l4r5zi: { board: nucleo-l4r5zi, flash: 300 KiB }
  mine: { file: mine.yml }
  lost: { file: lost.yml }
`;

describe('what --target means', () => {
  beforeEach(() => {
    writeFileSync('edge-ready.yml', config);
    writeFileSync('mine.yml', board);
  });

  test("a name of the configuration's, with its conditions and what it leaves for the model", async () => {
    const target = await readTarget({ target: 'nano33' });
    expect(target).toMatchObject({ id: 'arduino-nano-33-ble/tflm', name: 'nano33', ramBytes: 100 * 1024 });
    expect(target.board.clockHz.value).toBe(32e6);
  });

  test('of a name that is also a board, what the configuration says', async () => {
    expect((await readTarget({ target: 'nucleo-l4r5zi' })).flashBytes).toBe(300 * 1024);
    expect((await readTarget({ target: 'nucleo-l4r5zi/tflm' })).flashBytes).toBe(2 ** 21);
  });

  test("a board's file, by the name that it has there or by itself, whatever other targets lack", async () => {
    expect((await readTarget({ target: 'mine' })).id).toBe('ours/tflm');
    expect((await readTarget({ target: 'mine.yml/tflm' })).id).toBe('ours/tflm');
    await expect(readTarget({ target: 'lost' })).rejects.toThrow(
      'There is no file lost.yml, which edge-ready.yml names for the target "lost".',
    );
  });

  test('a board that the configuration does not name, and what comes near a name', async () => {
    expect((await readTarget({ target: 'raspberry-pi-4' })).id).toBe('raspberry-pi-4/onnxruntime');
    await expect(readTarget({ target: 'nano34' })).rejects.toThrow('Did you mean "nano33"?');
  });

  test('another configuration, by its file', async () => {
    writeFileSync('other.yml', 'version: 1\ntargets:\n  nano33: nucleo-h743zi\n');
    expect((await readTarget({ target: 'nano33', config: 'other.yml' })).id).toBe('nucleo-h743zi/tflm');
    await expect(readTarget({ target: 'nano33', config: 'none.yml' })).rejects.toThrow('There is no file none.yml');
  });
});

test('without a configuration only boards are known', async () => {
  expect((await readTarget({ target: 'arduino-nano-33-ble' })).name).toBe('arduino-nano-33-ble');
  await expect(readTarget({ target: 'nano33' })).rejects.toThrow('There is no board "nano33".');
});

test('a configuration with mistakes is said, with the line', async () => {
  writeFileSync('edge-ready.yml', 'version: 1\ntarget:\n  nano33: arduino-nano-33-ble\n');
  await expect(readTarget({ target: 'nano33' })).rejects.toThrow(/edge-ready\.yml:2/);
});

test.each([
  ['measure', 'm.tflite', '--json'],
  ['compare', 'm.tflite', 'm.tflite', '--json'],
  ['optimize', 'm.tflite', '--output', 'out.tflite', '--json'],
  ['sensitivity', 'f.tflite', '--json'],
  ['targets', '--json'],
])('%s %s takes it', async (...args) => {
  writeFileSync('edge-ready.yml', config);
  for (const [name, file] of [
    ['m.tflite', 'digits-int8.tflite'],
    ['f.tflite', 'digits-float.tflite'],
  ] as const)
    copyFileSync(path.join(digits, 'base', file), name);
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  const named = args[0] === 'targets' ? ['nano33'] : ['--target', 'nano33'];
  expect(await runCommandLine([...args, ...named], { result: say, note: () => {} })).toBe(0);
  const result: unknown = JSON.parse(said.join(''));
  if (args[0] === 'measure') expect(measurementSchema.parse(result).latency?.source).toContain('32 MHz');
  expect(JSON.stringify(result).length).toBeGreaterThan(100);
});
