import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { evaluateTflite } from '../../../src/accuracy/evaluate-tflite.ts';
import { calibrate } from '../../../src/calibrate/calibrate.ts';
import { syntheticData } from '../../../src/calibrate/synthetic.ts';
import { readNpz } from '../../../src/data/npz.ts';
import { slicedDataSet } from '../../../src/data/sliced.ts';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import { writeModel } from '../../../src/formats/write-model.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { graphMacs } from '../../../src/graph/macs.ts';
import { optimizeTflite } from '../../../src/passes/tflite/optimize.ts';
import { dequantizeWeights } from '../../../src/quantize/tflite/dequantize-weights.ts';
import { observedTensors } from '../../../src/quantize/tflite/observed.ts';
import { quantizeTflite } from '../../../src/quantize/tflite/quantize-tflite.ts';
import { unsupported } from '../../../src/runtimes/tflm/support/unsupported.ts';
import { describeWithReference, referenceBytes, referenceDirectory, referenceModels } from '../../support/reference.ts';

const trained = 'mlcommons+tiny/benchmark/training/keyword_spotting/trained_models';

const rightAnswers = async (graph: Graph, data: Parameters<typeof evaluateTflite>[1]['data']) => {
  const { metric } = await evaluateTflite(
    { format: 'tflite', bytes: writeModel(graph), graph },
    { data, metric: 'top-1' },
  );
  return Math.round((metric?.value ?? 0) * data.count);
};

describeWithReference('float reference models', () => {
  it("MLPerf Tiny's keyword spotting loses at most 0.3 percentage points with the default settings", async () => {
    const npz = readNpz(readFileSync(path.join(referenceDirectory, 'data/kws01.npz')), 'kws01.npz');
    const data = slicedDataSet('kws01.npz', '', npz);
    const file = `${trained}/kws_ref_model_float32.tflite`;
    const float = optimizeTflite(dequantizeWeights(readTflite(referenceBytes({ file }), file)));
    const { ranges } = await calibrate(float, observedTensors(float), data, { samples: 100 });
    const { graph, findings } = quantizeTflite(float, ranges);
    expect(findings).toEqual([]);
    const [before, after] = [await rightAnswers(float, data), await rightAnswers(graph, data)];
    expect(((before - after) / data.count) * 100).toBeLessThanOrEqual(0.3);
  }, 60_000);

  const small = referenceModels().filter(({ file, custom_ops, format }) => {
    if (format !== 'tflite' || custom_ops.length > 0) return false;
    const graph = readTflite(referenceBytes({ file }), file);
    const floats = graph.operators.filter(({ outputs }) => graph.tensors[outputs[0] ?? -1]?.dtype === 'float32');
    return floats.length > graph.operators.length / 2 && graphMacs(graph) < 3e6;
  });

  it.each(small.map(({ file }) => file))('%s becomes integers that TensorFlow Lite Micro takes', async (file) => {
    const float = optimizeTflite(dequantizeWeights(readTflite(referenceBytes({ file }), file)));
    const { ranges } = await calibrate(float, observedTensors(float), syntheticData(float), { samples: 4 });
    const { graph } = quantizeTflite(float, ranges);
    expect(unsupported(graph)).toEqual([]);
    expect(graph.operators.filter(({ outputs }) => graph.tensors[outputs[0] ?? -1]?.dtype === 'float32')).toEqual([]);
  });
});
