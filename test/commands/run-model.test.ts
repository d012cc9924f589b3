import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Arrays, runTflite } from '../../src/commands/run-model.ts';
import { readNpz } from '../../src/data/npz.ts';
import { openModel } from '../../src/measuring/measure.ts';

const model = openModel(readFileSync('fixtures/digits/base/digits-int8.tflite'), 'digits.tflite');
const set = readNpz(readFileSync('fixtures/digits/evaluation.npz'), 'evaluation.npz');
const pixels = set.x?.data as Float32Array;
const image = (index: number): Float32Array => pixels.slice(index * 64, index * 64 + 64);
const first: Arrays = { arr_0: { dtype: 'float32', shape: [1, 8, 8, 1], data: image(0) } };

/** The class with the highest score. */
function answer(outputs: Arrays): number {
  const [scores] = Object.values(outputs);
  const numbers = Array.from(scores?.data ?? [], Number);
  return numbers.indexOf(Math.max(...numbers));
}

test('real numbers are quantised, and the digit is recognised', () => {
  const outputs = runTflite(model, first, false);
  expect(Object.values(outputs)).toMatchObject([{ dtype: 'int8', shape: [1, 10] }]);
  expect(answer(outputs)).toBe(Number(set.y?.data[0]));
});

test('integers of the input itself are taken as they are', () => {
  const { scale, zeroPoint } = model.graph.tensors[model.graph.inputs[0] ?? 0]?.quantization ?? {
    scale: [],
    zeroPoint: [],
  };
  const quantised = Int8Array.from(image(0), (value) => Math.round(value / (scale[0] ?? 1)) + (zeroPoint[0] ?? 0));
  const outputs = runTflite(model, { arr_0: { dtype: 'int8', shape: [8, 8], data: quantised } }, false);
  expect(outputs).toEqual(runTflite(model, first, false));
});

test('steps: one inference for every index of the first axis, stacked', () => {
  const steps = { arr_0: { dtype: 'float32' as const, shape: [3, 1, 8, 8, 1], data: pixels.slice(0, 3 * 64) } };
  const [stacked] = Object.values(runTflite(model, steps, true));
  expect(stacked?.shape).toEqual([3, 1, 10]);
  for (let step = 0; step < 3; step += 1) {
    const one = { arr_0: { dtype: 'float32' as const, shape: [8, 8, 1], data: image(step) } };
    const [alone] = Object.values(runTflite(model, one, false));
    expect(stacked?.data.slice(step * 10, step * 10 + 10)).toEqual(alone?.data);
  }
});

test.each<[string, Arrays, boolean, RegExp]>([
  ['no array for the input', { other: first.arr_0 as Arrays[string] }, false, /no array ".*" or "arr_0".*it has other/],
  [
    'another shape',
    { arr_0: { dtype: 'float32', shape: [64], data: image(0) } },
    false,
    /shape \[64\].*\[1, 8, 8, 1\]/,
  ],
  [
    'steps without --steps',
    { arr_0: { dtype: 'float32', shape: [2, 8, 8, 1], data: pixels.slice(0, 128) } },
    false,
    /--steps/,
  ],
  [
    'integers of another type',
    { arr_0: { dtype: 'int16', shape: [8, 8], data: new Int16Array(64) } },
    false,
    /int16.*int8/,
  ],
])('%s is refused', (_, arrays, steps, said) => {
  expect(() => runTflite(model, arrays, steps)).toThrow(said);
});
