import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { calibrateCommand } from '../../src/commands/calibrate.ts';
import { measureModel, openModel } from '../../src/measuring/measure.ts';
import { automatic } from '../../src/optimize/recipe.ts';
import { loadBoard, parseBoard, resolveTarget } from '../../src/targets/load.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'calibrate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const models = [
  'base/digits-int8.tflite',
  'wider/digits-int8.tflite',
  'worse/digits-int8.tflite',
  'base/digits-float.tflite',
].map((name) => {
  const copy = path.join(folder, 'models', name);
  mkdirSync(path.dirname(copy), { recursive: true });
  copyFileSync(path.resolve('fixtures/digits', name), copy);
  return copy;
});

/** Latencies of a board that takes `factor` times as long for everything. */
async function results(factor: number, count: number, id = 'nucleo-l4r5zi'): Promise<string> {
  const target = resolveTarget(id);
  const measured = [];
  for (const model of models.slice(0, count)) {
    const { measurement } = await measureModel(openModel(readFileSync(model), model), target, { recipe: automatic });
    measured.push({
      model: path.relative(folder, model).split(path.sep).join('/'),
      latency: [(measurement.latency?.value ?? 0) * factor],
    });
  }
  const file = path.join(folder, 'results.json');
  writeFileSync(file, JSON.stringify({ device: 'board 3', results: measured }));
  return file;
}

async function run(file: string, ...more: readonly string[]) {
  let text = '';
  const options = {
    target: 'nucleo-l4r5zi',
    json: true as const,
    ...(more[0] === undefined ? {} : { output: more[0] }),
  };
  await calibrateCommand(file, options, { result: (part) => (text += part), note: () => {} });
  return JSON.parse(text) as { cyclesPerInstruction: number; flashCyclesPerWeightByte: number; errors: number[] };
}

test.each([1, 2, 4])('a board that is half as fast has twice the cycles, known from %d models', async (count) => {
  const own = loadBoard('nucleo-l4r5zi').runtimes.tflm;
  const fitted = await run(await results(2, count));
  const perByte = own?.flashCyclesPerWeightByte?.value ?? 0;
  if (count < 3) expect(fitted.flashCyclesPerWeightByte).toBe(perByte);
  else expect(fitted.cyclesPerInstruction).toBeCloseTo(2 * (own?.cyclesPerInstruction?.value ?? 0), 1);
  expect(fitted.cyclesPerInstruction).toBeGreaterThan(1.9 * (own?.cyclesPerInstruction?.value ?? 0));
});

test('what is written is a board', async () => {
  const output = path.join(folder, 'mine.yml');
  const fitted = await run(await results(3, 4), output);
  const board = parseBoard(readFileSync(output, 'utf8'), 'mine.yml');
  expect(board.runtimes.tflm?.cyclesPerInstruction?.value).toBeCloseTo(fitted.cyclesPerInstruction, 2);
  expect(board.sources.calibrated).toContain('4 measured models on board 3');
});

test('a Raspberry Pi that is half as fast has twice the factor in what was measured, and keeps the other', async () => {
  const id = 'raspberry-pi-4/litert';
  const output = path.join(folder, 'pi.yml');
  let text = '';
  const lines = { result: (part: string) => (text += part), note: () => {} };
  await calibrateCommand(await results(2, 3, id), { target: id, output }, lines);
  const [was, board] = [loadBoard('raspberry-pi-4'), parseBoard(readFileSync(output, 'utf8'), 'pi.yml')];
  expect(board.cpuFactors?.int8?.value).toBeCloseTo(2 * (was.cpuFactors?.int8?.value ?? 0), 2);
  expect(board.cpuFactors?.float32).toEqual(was.cpuFactors?.float32);
  expect(board.runtimes.litert?.latencyError?.value).toBeCloseTo(0, 6);
  expect(board.runtimes.onnxruntime?.latencyError).toEqual(was.runtimes.onnxruntime?.latencyError);
  expect(text).toContain('times what Arm Cortex-A72 takes in int8');
});

test('a single model is predicted from the board as it was', async () => {
  let text = '';
  const lines = { result: (part: string) => (text += part), note: () => {} };
  const id = 'raspberry-pi-4/litert';
  await calibrateCommand(await results(2, 1, id), { target: id, json: true }, lines);
  expect(JSON.parse(text)).toMatchObject({ errors: [-0.5] });
});

test('an accelerator is refused', async () => {
  const lines = { result: () => {}, note: () => {} };
  await expect(calibrateCommand('results.json', { target: 'jetson-orin-nano/tensorrt' }, lines)).rejects.toThrow(
    /Only boards with TensorFlow Lite Micro, and application cores with LiteRT or ONNX Runtime/,
  );
});

test('results that are none are refused', async () => {
  const file = path.join(folder, 'bad.json');
  writeFileSync(file, '{"results": []}');
  await expect(run(file)).rejects.toThrow(/bad\.json: results/);
});

test.each([
  ['../outside.tflite', /bad\.json names "\.\.\/outside\.tflite", which is not a path inside its own folder/],
  ['models/../../outside.tflite', /not a path inside its own folder/],
  ['/etc/passwd', /not a path inside its own folder/],
  ['C:\\boot.ini', /not a path inside its own folder/],
  ['..\\outside.tflite', /not a path inside its own folder/],
  ['models/link.tflite', /link\.tflite is a link out of its folder/],
  ['models/none.tflite', /There is no file .*none\.tflite/],
])('a model that results name as %s is not read', async (model, expected) => {
  const outside = path.join(path.dirname(folder), `${path.basename(folder)}-outside.tflite`);
  writeFileSync(outside, 'secret');
  rmSync(path.join(folder, 'models', 'link.tflite'), { force: true });
  symlinkSync(outside, path.join(folder, 'models', 'link.tflite'));
  const file = path.join(folder, 'bad.json');
  writeFileSync(file, JSON.stringify({ results: [{ model, latency: 1 }] }));
  await expect(run(file)).rejects.toThrow(expected);
  rmSync(outside);
});
