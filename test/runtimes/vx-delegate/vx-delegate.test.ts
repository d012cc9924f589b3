import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { networks } from '../../../bench/architectures/networks.ts';
import { published } from '../../../bench/estimates/published.ts';
import { referenceDirectory } from '../../../bench/reference.ts';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import type { Graph, Operator } from '../../../src/graph/graph.ts';
import { vxDelegate } from '../../../src/runtimes/vx-delegate/runtime.ts';
import { resolveTarget } from '../../../src/targets/load.ts';

const file = 'fixtures/digits/base/digits-int8.tflite';
const bytes = readFileSync(file);
const graph = readTflite(bytes, file);
const target = resolveTarget('imx8mp-evk/vx-delegate');
const estimateOf = (each: Graph) => vxDelegate.estimate({ format: 'tflite', bytes, graph: each }, target);
const changed = (position: number, change: Partial<Operator>): Graph => ({
  ...graph,
  operators: graph.operators.map((operator, index) => (index === position ? { ...operator, ...change } : operator)),
});

describe('the VX delegate', () => {
  test('an int8 network runs on the NPU as a whole, faster than on the CPU', () => {
    const { layers, findings, latency, deployable } = estimateOf(graph);
    expect([deployable, findings]).toEqual([true, []]);
    expect(new Set(layers.map(({ unit }) => unit))).toEqual(new Set(['npu']));
    expect(latency?.error).toBe(0.15);
  });

  test('what it does not take runs on the CPU, costs the round trip, and is told', () => {
    const split = estimateOf(changed(5, { type: 'CUMSUM' }));
    expect(split.deployable).toBe(true);
    expect(split.layers.map(({ unit }) => unit).indexOf('cpu')).toBe(5);
    expect(split.findings[0]).toMatchObject({ code: 'fallback', message: expect.stringContaining('CUMSUM') });
    expect(split.latency?.value).toBeGreaterThan(estimateOf(graph).latency?.value ?? Number.POSITIVE_INFINITY);
  });

  test.each([
    ['int16', 'no results in int16'],
    ['int64', '64-bit integers'],
  ] as const)('results in %s run on the CPU', (dtype, why) => {
    const output = graph.operators[0]?.outputs[0] ?? -1;
    const tensors = graph.tensors.map((tensor, id) => (id === output ? { ...tensor, dtype } : tensor));
    const { layers, findings } = estimateOf({ ...graph, tensors });
    expect(layers[0]?.unit).toBe('cpu');
    expect(findings.some(({ message }) => message.includes(why))).toBe(true);
  });

  test('weights in another type than activations run on the CPU', () => {
    const position = graph.operators.findIndex(({ type }) => type === 'CONV_2D');
    const weights = graph.operators[position]?.inputs[1] ?? -1;
    const tensors = graph.tensors.map((tensor, id) =>
      id === weights ? { ...tensor, dtype: 'float32' as const } : tensor,
    );
    const { layers, findings } = estimateOf({ ...graph, tensors });
    expect(layers[position]?.unit).toBe('cpu');
    expect(findings[0]?.message).toContain('no weights in float32 for activations in int8');
  });

  test('floating point runs on the NPU at a speed that nobody published', () => {
    const name = 'fixtures/digits/base/digits-float.tflite';
    const { latency, unavailable, layers } = estimateOf(readTflite(readFileSync(name), name));
    expect(new Set(layers.map(({ unit }) => unit))).toEqual(new Set(['npu']));
    expect(latency).toBeNull();
    expect(unavailable.latency).toContain('VX delegate');
  });

  const set = published.find(({ runtime }) => runtime === 'VX delegate');
  const known = Object.entries(set?.milliseconds ?? {}).filter(([name]) => networks[name] !== undefined);
  test.each(known)('%s takes about what NXP published', (name, milliseconds) => {
    const network = networks[name]?.('int8');
    const value = network === undefined ? Number.NaN : (estimateOf(network).latency?.value ?? Number.NaN);
    expect(Math.abs(value / milliseconds - 1)).toBeLessThan(0.25);
  });

  const tiny = path.join(referenceDirectory, 'models/mlcommons+tiny/benchmark/training');
  test.skipIf(!existsSync(tiny)).each([
    ['anomaly_detection/trained_models/ad01_int8.tflite', 0.14],
    ['keyword_spotting/trained_models/kws_ref_model.tflite', 0.182],
    ['image_classification/trained_models/pretrainedResnet_quant.tflite', 0.22],
    ['visual_wake_words/trained_models/vww_96_int8.tflite', 0.483],
  ])('%s takes about what NXP published', (model, milliseconds) => {
    const value = estimateOf(readTflite(readFileSync(path.join(tiny, model)), model)).latency?.value ?? Number.NaN;
    expect(Math.abs(value / milliseconds - 1)).toBeLessThan(0.25);
  });
});
