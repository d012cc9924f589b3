import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderSource } from '../../src/data/folder-source.ts';
import { readDataSet } from '../../src/data/read-data-set.ts';
import { measureModel, openModel } from '../../src/measuring/measure.ts';
import { optimize } from '../../src/optimize/optimize.ts';
import { isQuantized } from '../../src/quantize/is-quantized.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { describeWithReference, referenceDirectory } from '../support/reference.ts';

const targets = {
  onnx: resolveTarget('raspberry-pi-4/onnxruntime'),
  tflite: resolveTarget('nucleo-l4r5zi/tflm'),
};

describe('int8 without calibration data', () => {
  it.each([
    ['digits.onnx', 'onnx'],
    ['digits-float.tflite', 'tflite'],
    ['digits.onnx', 'tflite'],
  ] as const)('%s for .%s: a finding says that ranges are made up, and accuracy is not given', async (name, format) => {
    const file = path.resolve('fixtures/digits/base', name);
    const data = await readDataSet('evaluation.npz', folderSource(path.resolve('fixtures/digits')));
    const { measurement, correct } = await measureModel(openModel(readFileSync(file), name), targets[format], {
      recipe: { numbers: 'int8' },
      evaluation: { data, metric: 'top-1' },
    });
    expect(measurement.findings.map(({ code }) => code)).toContain('synthetic-calibration');
    expect(measurement.accuracy).toBeNull();
    expect(correct).toBeUndefined();
    expect(measurement.unavailable?.accuracy).toMatch(/random inputs: name a calibration set/);
    expect(measurement.flash?.value).toBeGreaterThan(0);
  });
});

describeWithReference('what is quantised already', () => {
  const micro = 'tum-ei-eda+mlonmcu-models/micro_kws_m_quantized';
  it.each([
    ['QDQ', `${micro}/micro_kws_m_static_qdq.onnx`, 'onnx'],
    ['QOperator', `${micro}/micro_kws_m_static_qoperator.onnx`, 'onnx'],
    ['int8', 'mlcommons+tiny/benchmark/training/keyword_spotting/trained_models/kws_ref_model.tflite', 'tflite'],
    ['uint8', 'tum-ei-eda+mlonmcu-models/tests/model_with_logistic/model_with_logistic.tflite', 'tflite'],
  ] as const)('%s is kept by recipe int8, as recipe lossless leaves it', async (_, name, format) => {
    const model = openModel(readFileSync(path.join(referenceDirectory, 'models', name)), name);
    expect(isQuantized(model.graph)).toBe(true);
    const kept = await optimize(model, { numbers: 'int8' }, targets[format]);
    const lossless = await optimize(model, { numbers: 'lossless' }, targets[format]);
    expect(Buffer.compare(kept.artifact.bytes, lossless.artifact.bytes)).toBe(0);
    expect(kept.findings.map(({ code }) => code)).not.toContain('synthetic-calibration');
  });
});
