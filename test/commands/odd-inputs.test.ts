import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../src/commands/program.ts';
import type { DataArray } from '../../src/data/data-set.ts';
import { readNpz } from '../../src/data/npz.ts';
import { writeNpz } from '../../src/data/write-npz.ts';

const here = process.cwd();
const digits = path.resolve('fixtures', 'digits');
let folder = '';

const samples = (count: number, ...shape: readonly number[]): DataArray => {
  const size = shape.reduce((product, extent) => product * extent, count);
  return { dtype: 'float32', shape: [count, ...shape], data: new Float32Array(size).fill(0.5) };
};
const withValue = (array: DataArray, value: number): DataArray => {
  const data = Float32Array.from(array.data as Float32Array);
  data[data.length - 1] = value;
  return { ...array, data };
};

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-odd-'));
  process.chdir(folder);
  for (const [name, file] of [
    ['m.onnx', 'base/digits.onnx'],
    ['f.tflite', 'base/digits-float.tflite'],
    ['i.tflite', 'base/digits-int8.tflite'],
  ] as const)
    writeFileSync(name, readFileSync(path.join(digits, file)));
  for (const name of ['empty.onnx', 'empty.tflite', 'empty.npz']) writeFileSync(name, '');
  for (const name of ['text.onnx', 'text.tflite', 'text.npz'])
    writeFileSync(name, 'not what it is called\n'.repeat(20));
  writeFileSync('half.onnx', readFileSync('m.onnx').subarray(0, 9000));
  for (const name of ['folder.onnx', 'folder.tflite', 'folder.npz']) mkdirSync(name);
  writeFileSync('shape.npz', writeNpz({ x: samples(10, 3, 3, 1) }));
  writeFileSync('names.npz', writeNpz({ a: samples(10, 8, 8, 1), b: samples(10, 8, 8, 1) }));
  writeFileSync('nan.npz', writeNpz({ x: withValue(samples(10, 8, 8, 1), Number.NaN) }));
  writeFileSync('none.npz', writeNpz({ x: samples(0, 8, 8, 1) }));
});
afterAll(() => {
  process.chdir(here);
  rmSync(folder, { recursive: true, force: true });
});

async function run(...args: readonly string[]) {
  const [results, notes]: [string[], string[]] = [[], []];
  const code = await runCommandLine(args, {
    result: (text) => void results.push(text),
    note: (text) => void notes.push(text),
  });
  return { code, results: results.join(''), notes };
}

describe('optimize answers with one sentence and exit 2, and writes nothing', () => {
  const int8 = (set: string) => ['m.onnx', '--recipe', 'int8', '--calibration', set];
  test.each<readonly [string, readonly string[], string]>([
    ['an empty .onnx', ['empty.onnx'], 'empty.onnx is empty'],
    ['an empty .tflite', ['empty.tflite'], 'empty.tflite is empty'],
    ['a text called .onnx', ['text.onnx'], 'not an ONNX model'],
    ['a text called .tflite', ['text.tflite'], 'is not a TensorFlow Lite model'],
    ['half a model', ['half.onnx'], 'is damaged'],
    ['a folder', ['folder.onnx'], 'folder.onnx is a folder'],
    ['a folder called .tflite', ['folder.tflite'], 'folder.tflite is a folder'],
    ['no file', ['nothing.onnx'], 'There is no file nothing.onnx'],
    ['samples of another shape', int8('shape.npz'), 'do not fit the model\'s input "image"'],
    ['arrays of other names', int8('names.npz'), 'has no array for the model\'s input "image"'],
    ['a sample with NaN', int8('nan.npz'), 'nan.npz: sample 9 of array x holds NaN'],
    [
      'a sample with NaN, on a .tflite',
      ['f.tflite', '--recipe', 'int8', '--calibration', 'nan.npz'],
      'nan.npz: sample 9 of array x holds NaN',
    ],
    ['a sample with NaN, for ONNX Runtime', [...int8('nan.npz'), '--target', 'raspberry-pi-4'], 'holds NaN'],
    ['no samples', int8('none.npz'), 'holds no samples'],
    ['an empty .npz', int8('empty.npz'), 'is not a readable .npz archive'],
    ['a text called .npz', int8('text.npz'), 'is not a readable .npz archive'],
    ['a folder called .npz', int8('folder.npz'), 'holds no .png or .jpg pictures'],
    ['a metric that there is not', ['m.onnx', '--metric', 'best'], 'Allowed choices are top-1, top-5'],
  ])('%s', async (_, args, message) => {
    const before = readdirSync('.');
    const { code, results, notes } = await run('optimize', ...args, '--output', 'out.tflite');
    expect(code).toBe(2);
    expect(results).toBe('');
    const [last = ''] = notes.filter((note) => note.startsWith('error: '));
    expect(last).toContain(message);
    expect(last.split('\n')[0]).not.toMatch(/\.\.$/);
    expect(notes.join('\n')).not.toContain('bug');
    expect(readdirSync('.')).toEqual(before);
  });

  test('a folder as the file to write', async () => {
    const { code, notes } = await run('optimize', 'm.onnx', '--output', 'folder.tflite');
    expect(code).toBe(2);
    expect(notes.at(-1)).toBe("error: folder.tflite can't be written: it is a folder; name a file in it.");
  });
});

test('a file as the folder of a report is the user’s mistake', async () => {
  for (const place of ['text.npz', 'text.npz/below']) {
    const { code, notes } = await run('check', '--output', place);
    expect(code).toBe(2);
    expect(notes.at(-1)).toBe(
      `error: The report can't be written into the folder ${place}: it, or a part of its path, is a file.`,
    );
  }
});

test('run takes a data set: its x is the only input, each sample a step', async () => {
  writeFileSync('in.npz', writeNpz({ x: samples(4, 8, 8, 1), y: samples(4) }));
  const { code, results } = await run('run', 'i.tflite', '--input', 'in.npz', '--output', 'out.npz', '--steps');
  expect(code).toBe(0);
  expect(results).toContain('int8 [4, 1, 10]');
  const [answers] = Object.values(readNpz(readFileSync('out.npz'), 'out.npz'));
  expect(answers?.shape).toEqual([4, 1, 10]);
});

test('help says what has to be given', async () => {
  const { code, results } = await run('optimize', '--help');
  expect(code).toBe(0);
  expect(results).toMatch(/--output <file>[^-]*\(has to be given\)/);
  expect(results).not.toContain('(default: [])');
});

test.each([
  [
    'i.tflite',
    'raspberry-pi-4',
    'raspberry-pi-4/litert, raspberry-pi-4/tvm, raspberry-pi-4/glow load .tflite: name one of them as the target',
  ],
  ['f.tflite', 'jetson-nano', 'jetson-nano/litert, jetson-nano/tvm load .tflite'],
])(
  'of %s, which %s does not load by default, it is said which runtime of the board does',
  async (file, target, words) => {
    const { code, results } = await run('measure', file, '--target', target);
    expect(code).toBe(0);
    expect(results).toContain(words);
  },
);
