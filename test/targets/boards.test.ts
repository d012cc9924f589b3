import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultTarget } from '../../src/targets/default-target.ts';
import { boardIds, loadBoard, loadBoards, parseBoard, resolveTarget } from '../../src/targets/load.ts';
import { boardTexts, coreTexts } from '../../src/targets/registry.ts';

const folder = path.resolve('src/targets');
const idsIn = (name: string) =>
  readdirSync(path.join(folder, name))
    .map((file) => path.basename(file, '.yml'))
    .sort();

describe('boards', () => {
  test('every file is registered, under its own id', () => {
    expect(boardIds).toEqual(idsIn('boards'));
    expect(Object.keys(coreTexts).sort()).toEqual(idsIn('cores'));
  });

  test.each(boardIds)('%s is valid, and every number names a source that its file lists', (id) => {
    const board = loadBoard(id);
    expect(board.id).toBe(id);
    expect(
      board.memories.reduce((sum, { kind, bytes }) => sum + (kind === 'flash' ? bytes.value : 0), 0),
    ).toBeLessThanOrEqual(board.flash.value);
    for (const [runtime, settings] of Object.entries(board.runtimes)) {
      expect(settings.latencyError, `${runtime} states its error`).toBeDefined();
    }
    expect(Object.keys(board.sources).filter((key) => !boardTexts[id]?.includes(`source: ${key}`))).toEqual([]);
  });

  test('are loaded together by id', () => {
    expect([...loadBoards().keys()]).toEqual(boardIds);
  });

  test('the default one is a Cortex-M4 with 256 KiB of RAM and 1 MiB of flash', () => {
    const target = resolveTarget(defaultTarget);
    expect([target.ramBytes, target.flashBytes, target.board.core.id]).toEqual([262144, 1048576, 'cortex-m4']);
  });
});

describe('parseBoard', () => {
  const text = boardTexts['nucleo-l4r5zi'] ?? '';
  test.each([
    ['an unknown key', text.replace('vendor:', 'colour: red\nvendor:'), /mine\.yml: .*colour/],
    ['a number without a source', text.replace('{ value: 655360, source: device }', '655360'), /mine\.yml: ram/],
    [
      'a source that is not listed',
      text.replace('source: device', 'source: hearsay'),
      /source "hearsay" is not listed/,
    ],
    ['an unknown core', text.replace('core: cortex-m4', 'core: cortex-m5'), /no core "cortex-m5".*"cortex-m4"/],
    [
      'kernels that the core lacks',
      text.replace('kernelLibrary: cmsis-nn', 'kernelLibrary: esp-nn'),
      /names kernels "esp-nn"/,
    ],
    [
      'a default runtime that it lacks',
      text.replace('defaultRuntime: tflm', 'defaultRuntime: litert'),
      /defaultRuntime/,
    ],
    ['broken YAML', '{', /mine\.yml is not valid YAML/],
  ])('%s is an error that names the file', (_, broken, message) => {
    expect(broken).not.toBe(text);
    expect(() => parseBoard(broken, 'mine.yml')).toThrow(message);
  });
});

describe('resolveTarget', () => {
  test('a board alone runs its default runtime', () => {
    expect(resolveTarget('nucleo-l4r5zi')).toMatchObject({
      id: 'nucleo-l4r5zi/tflm',
      name: 'nucleo-l4r5zi',
      runtime: 'tflm',
      ramBytes: 655360,
      flashBytes: 2097152,
    });
  });

  test('the configuration says what is left and what it is called', () => {
    const target = resolveTarget('raspberry-pi-4/onnxruntime', 'pi', { ramBytes: 1000 });
    expect(target).toMatchObject({
      id: 'raspberry-pi-4/onnxruntime',
      name: 'pi',
      ramBytes: 1000,
      flashBytes: 8589934592,
    });
  });

  test.each([
    ['generic-cortex-m5', 'Did you mean "generic-cortex-m4"?'],
    ['toaster', 'There is no board "toaster". `edge-ready targets` lists all of them.'],
    ['nucleo-l4r5zi/tflmm', 'Did you mean "tflm"?'],
    ['nucleo-l4r5zi/onnxruntime', 'Known runtimes of this board: tflm'],
    ['a/b/c', 'not of the form'],
    ['constructor', 'There is no board "constructor".'],
    ['', 'There is no board "".'],
  ])('%s is refused: %s', (text, message) => {
    expect(() => resolveTarget(text)).toThrow(message);
  });
});
