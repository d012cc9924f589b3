import { describe, expect, it } from 'vitest';
import { measureModel, openModel } from '../../src/measuring/measure.ts';
import { committed } from '../../src/optimize/recipe.ts';
import { besideReference } from '../../src/reference-networks/beside.ts';
import { referenceModel } from '../../src/reference-networks/reference-model.ts';
import { referenceNetworks } from '../../src/reference-networks/reference-networks.ts';
import { parseSteps } from '../../src/reference-networks/steps.ts';
import { besideWords } from '../../src/report/beside-list.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { referenceBytes, referenceModels } from '../support/reference.ts';

const target = resolveTarget('nucleo-l4r5zi');
const measured = (name: string) => measureModel(referenceModel(name), target, { recipe: committed });

describe('reference networks', () => {
  // Multiply-accumulates as the papers, or everybody since, count them.
  it.each([
    ['mlperf-tiny/keyword-spotting', 2.66e6],
    ['mlperf-tiny/visual-wake-words', 7.49e6],
    ['mlperf-tiny/image-classification', 12.5e6],
    ['mlperf-tiny/anomaly-detection', 264e3],
    ['mobilenet-v1-1.0-224', 569e6],
    ['mobilenet-v2-1.0-224', 301e6],
    ['efficientnet-lite0-224', 385e6],
    ['yamnet', 69.2e6],
  ])('%s has the work that is published for it', async (name, macs) => {
    const { measurement } = await measured(name);
    expect(Math.abs(measurement.model.macs / macs - 1)).toBeLessThan(0.005);
  });

  it('each can be measured on a microcontroller, whether it fits or not', async () => {
    for (const name of referenceNetworks.keys()) {
      const { measurement } = await measured(name);
      expect(measurement.peakRam?.value, name).toBeGreaterThan(0);
      expect(measurement.layers.length, name).toBe(measurement.model.operators);
    }
  });

  const files = referenceModels();
  it.skipIf(files.length === 0).each([
    ['mlperf-tiny/keyword-spotting', 'kws_ref_model.tflite'],
    ['mlperf-tiny/visual-wake-words', 'vww_96_int8.tflite'],
    ['mlperf-tiny/image-classification', 'pretrainedResnet_quant.tflite'],
    ['mlperf-tiny/anomaly-detection', 'ad01_int8.tflite'],
  ])('%s measures like the file that MLPerf Tiny ships, %s', async (name, file) => {
    const model = files.find((each) => each.file.includes('mlcommons+tiny/') && each.file.endsWith(file));
    if (model === undefined) throw new Error(`no ${file} among the reference models`);
    const { measurement: real } = await measureModel(openModel(referenceBytes(model), file), target, {
      recipe: committed,
    });
    const { measurement: listed } = await measured(name);
    for (const metric of ['peakRam', 'latency'] as const) {
      const ratio = (listed[metric]?.value ?? 0) / (real[metric]?.value ?? 1);
      expect(Math.abs(ratio - 1), `${metric} of ${name}: ${ratio}`).toBeLessThan(0.1);
    }
    // The files carry more than a network needs; their constants are what is listed.
    const constants = (layers: typeof real.layers) => layers.reduce((sum, { flash }) => sum + flash, 0);
    expect(Math.abs(constants(listed.layers) / constants(real.layers) - 1)).toBeLessThan(0.02);
  });

  it('a name that there is not is one sentence with the nearest', () => {
    expect(() => referenceModel('mlperf-tiny/keyword-spoting')).toThrow(/did you mean "mlperf-tiny\/keyword-spotting"/);
  });

  it('a model is told as multiples of it', async () => {
    const { measurement } = await measured('mlperf-tiny/visual-wake-words');
    const beside = await besideReference(measurement, 'mlperf-tiny/keyword-spotting', target);
    expect(beside && besideWords(beside)).toMatch(
      /^\d\.\d × the RAM, \d\.\d × the flash and \d\.\d × the latency of MLPerf Tiny's DS-CNN$/,
    );
  });
});

describe('parseSteps', () => {
  it('repeats', () => {
    expect(parseSteps(['2 x [depthwise 3x3/2, dense 4 as a]'])).toEqual([
      { kind: 'depthwise', kernel: [3, 3], stride: [2, 2] },
      { kind: 'dense', units: 4, as: 'a' },
      { kind: 'depthwise', kernel: [3, 3], stride: [2, 2] },
      { kind: 'dense', units: 4, as: 'a' },
    ]);
  });
  it.each(['conv 3x3', 'dense', 'softmax 3', 'add', 'depthwise 3', 'nothing'])('"%s" is no step', (text) => {
    expect(() => parseSteps([text])).toThrow(/is no/);
  });
});
