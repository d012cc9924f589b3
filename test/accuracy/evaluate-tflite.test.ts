import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { evaluateTflite } from '../../src/accuracy/evaluate-tflite.ts';
import { folderSource } from '../../src/data/folder-source.ts';
import { readDataSet } from '../../src/data/read-data-set.ts';
import { readTflite } from '../../src/formats/tflite/read.ts';
import { describeWithReference, referenceBytes, referenceDirectory, referenceModels } from '../support/reference.ts';

const digits = await readDataSet('fixtures/digits/evaluation.npz', folderSource('.'));

function artifact(bytes: Uint8Array) {
  return { format: 'tflite' as const, bytes, graph: readTflite(bytes, 'a.tflite') };
}

// What the TensorFlow Lite interpreter of TensorFlow 2.21 gets right with these files.
test.each([
  ['base/digits-float.tflite', 594],
  ['base/digits-int8.tflite', 593],
  ['wider/digits-float.tflite', 595],
  ['wider/digits-int8.tflite', 596],
  ['worse/digits-float.tflite', 487],
  ['worse/digits-int8.tflite', 481],
])('%s: %i of 600, within what another rounding of the average changes', async (file, right) => {
  const progress: number[] = [];
  const model = artifact(readFileSync(`fixtures/digits/${file}`));
  const accuracy = await evaluateTflite(model, { data: digits, metric: 'top-1' }, (done) => void progress.push(done));
  if (accuracy.metric === null) throw new Error(accuracy.reason);
  const counted = accuracy.correct.reduce((sum, outcome) => sum + outcome, 0);
  expect(Math.abs(counted - right)).toBeLessThanOrEqual(file.includes('float') ? 0 : 2);
  expect(accuracy.metric.value).toBe(counted / 600);
  expect(progress.at(-1)).toBe(600);
});

test('a model that the device would refuse has no accuracy, and the reason says where', async () => {
  const model = artifact(readFileSync('fixtures/digits/unsupported/digits-int8.tflite'));
  const accuracy = await evaluateTflite(model, { data: digits, metric: 'top-1' });
  expect(accuracy).toMatchObject({ metric: null, reason: expect.stringMatching(/operator 1 \(GELU\)/) });
});

describeWithReference('keyword spotting of MLPerf Tiny', () => {
  test('int8: 461 of 515 in LiteRT, nearly the same on the device', async () => {
    const model = referenceModels().find(
      ({ file }) => file.includes('tiny/') && file.endsWith('/kws_ref_model.tflite'),
    );
    if (model === undefined) throw new Error('the reference lacks kws_ref_model.tflite');
    const data = await readDataSet('data/kws01.npz', folderSource(referenceDirectory));
    const accuracy = await evaluateTflite(artifact(referenceBytes(model)), { data, metric: 'top-1' });
    if (accuracy.metric === null) throw new Error(accuracy.reason);
    expect(Math.abs(accuracy.metric.value * 515 - 461)).toBeLessThanOrEqual(3);
  });
});
