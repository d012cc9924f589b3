import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { referenceDirectory } from '../../../bench/reference.ts';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { neutronCycles } from '../../../src/runtimes/neutron/cycles.ts';
import { neutron } from '../../../src/runtimes/neutron/runtime.ts';
import { tflm } from '../../../src/runtimes/tflm/runtime.ts';
import { resolveTarget } from '../../../src/targets/load.ts';

const target = resolveTarget('frdm-mcxn947/neutron');
const open = (file: string) => {
  const bytes = readFileSync(file);
  return { format: 'tflite' as const, bytes, graph: readTflite(bytes, file) };
};
const digits = open('fixtures/digits/base/digits-int8.tflite');
const estimateOf = (graph: Graph) => neutron.estimate({ ...digits, graph }, target);

/** One convolution of `channels` to `filters`, 3 by 3, on 8 by 8 positions. */
function convolution(channels: number, filters: number, type = 'CONV_2D'): Graph {
  const int8 = (name: string, shape: readonly number[]) => ({ name, dtype: 'int8' as const, shape });
  const weights = type === 'CONV_2D' ? [filters, 3, 3, channels] : [1, 3, 3, filters];
  const tensors = [int8('in', [1, 8, 8, channels]), int8('w', weights), int8('out', [1, 8, 8, filters])];
  const operator = { name: type, type, domain: '', version: 1, inputs: [0, 1], outputs: [2], attributes: {} };
  return { ...digits.graph, tensors, operators: [operator], inputs: [0], outputs: [2], subgraphs: [] };
}

describe('the eIQ Neutron NPU of MCX N', () => {
  test.each([
    [16, 16, 'CONV_2D', (9 * 16 * 16 * 64) / 16],
    [4, 4, 'CONV_2D', (9 * 4 * 4 * 64) / 16],
    [3, 16, 'CONV_2D', (9 * 4 * 16 * 64) / 16],
    [1, 5, 'CONV_2D', (9 * 4 * 8 * 64) / 16],
    [8, 8, 'DEPTHWISE_CONV_2D', (9 * 8 * 64) / 4],
  ] as const)('%d channels, %d filters, %s: %d cycles', (channels, filters, type, cycles) => {
    const graph = convolution(channels, filters, type);
    const [operator] = graph.operators;
    expect(operator === undefined ? Number.NaN : neutronCycles(graph, operator)).toBeCloseTo(cycles, 6);
  });

  test('convolutions run on the NPU, softmax on the CPU, and both are told', () => {
    const { layers, findings, deployable, latency } = estimateOf(digits.graph);
    expect(deployable).toBe(true);
    const units = new Map(layers.map(({ type, unit }) => [type, unit]));
    expect([units.get('CONV_2D'), units.get('FULLY_CONNECTED'), units.get('SOFTMAX')]).toEqual(['npu', 'npu', 'cpu']);
    expect(findings.filter(({ code }) => code === 'fallback').every(({ severity }) => severity === 'warning')).toBe(
      true,
    );
    expect(findings.some(({ message }) => message.includes('SOFTMAX runs on the CPU'))).toBe(true);
    expect(latency?.error).toBe(0.2);
    const onCpu = tflm.estimate(digits, resolveTarget('frdm-mcxn947/tflm'));
    expect(latency?.value).toBeLessThan(onCpu.latency?.value ?? 0);
  });

  test('floats stay on the CPU, with what to do about it', () => {
    const { layers, findings } = neutron.estimate(open('fixtures/digits/base/digits-float.tflite'), target);
    expect(layers.every(({ unit }) => unit === 'cpu')).toBe(true);
    expect(findings.some(({ message }) => message.includes('quantise the model'))).toBe(true);
  });

  test('what TensorFlow Lite Micro lacks is refused', () => {
    const operators = digits.graph.operators.map((operator, index) =>
      index === 0 ? { ...operator, type: 'HASHTABLE_LOOKUP' } : operator,
    );
    expect(estimateOf({ ...digits.graph, operators }).deployable).toBe(false);
  });

  const tiny = path.join(referenceDirectory, 'models/mlcommons+tiny/benchmark/training');
  test.skipIf(!existsSync(tiny)).each([
    ['anomaly_detection/trained_models/ad01_int8.tflite', 5.605, 0.797],
    ['keyword_spotting/trained_models/kws_ref_model.tflite', 62, 3.329],
    ['image_classification/trained_models/pretrainedResnet_quant.tflite', 266.67, 6.31],
    ['visual_wake_words/trained_models/vww_96_int8.tflite', 194.313, 6.384],
  ])('%s takes about what NXP published', (file, cpu, npu) => {
    const model = open(path.join(tiny, file));
    const on = (runtime: typeof tflm, id: string) =>
      runtime.estimate(model, resolveTarget(`frdm-mcxn947/${id}`)).latency?.value ?? Number.NaN;
    expect(Math.abs(on(tflm, 'tflm') / cpu - 1)).toBeLessThan(0.1);
    expect(Math.abs(on(neutron, 'neutron') / npu - 1)).toBeLessThan(0.3);
  });
});
