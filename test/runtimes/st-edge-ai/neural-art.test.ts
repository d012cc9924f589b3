import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { networks } from '../../../bench/architectures/networks.ts';
import { published } from '../../../bench/estimates/published.ts';
import { readOnnx } from '../../../src/formats/onnx/read.ts';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { openModel } from '../../../src/measuring/measure.ts';
import { buildNetwork } from '../../../src/reference-networks/build-network.ts';
import { accelerationOf } from '../../../src/runtimes/acceleration.ts';
import { stEdgeAi } from '../../../src/runtimes/st-edge-ai/runtime.ts';
import { resolveTarget } from '../../../src/targets/load.ts';

const target = resolveTarget('stm32n6570-dk');
const file = (name: string) => readFileSync(`fixtures/digits/base/${name}`);
const estimateOf = (graph: Graph) =>
  stEdgeAi.estimate({ format: 'tflite', bytes: new Uint8Array(1000), graph }, target);
const digits = () => estimateOf(readTflite(file('digits-int8.tflite'), 'digits-int8.tflite'));
const runs = published.find(({ device }) => device === 'STM32N6570-DK')?.milliseconds ?? {};

describe('the Neural-ART NPU of the STM32N6', () => {
  test('is what ST Edge AI compiles for on the board, and the default there', () => {
    expect(target.id).toBe('stm32n6570-dk/st-edge-ai');
  });

  test.each(Object.entries(runs))('%s takes about %d ms, as published', (name, milliseconds) => {
    const graph = networks[name]?.('int8');
    if (graph === undefined) throw new Error(`there is no network ${name}`);
    const { latency, deployable, layers } = estimateOf(graph);
    expect(deployable).toBe(true);
    expect(layers.every(({ unit }) => unit === 'npu')).toBe(true);
    expect(Math.abs((latency?.value ?? 0) / milliseconds - 1)).toBeLessThan(0.25);
  });

  test('runs softmax on the CPU and says so, and the rest of an integer network itself', () => {
    const { layers, findings, latency } = digits();
    expect(layers.filter(({ unit }) => unit === 'cpu').map(({ type }) => type)).toEqual(['SOFTMAX']);
    expect(findings.filter(({ code }) => code === 'fallback').map(({ message }) => message)).toEqual([
      expect.stringMatching(/^SOFTMAX runs on the CPU: the Neural-ART NPU has no SOFTMAX.* ms there\.$/),
    ]);
    expect(accelerationOf(layers, target).acceleration).toMatchObject({ unit: 'npu', macs: 1, operators: 7, of: 8 });
    // Far smaller than any network that was published.
    expect(latency?.error).toBe(0.4);
  });

  test('runs nothing of a network in float', () => {
    const bytes = file('digits.onnx');
    const { layers, findings } = stEdgeAi.estimate(
      { format: 'onnx', bytes, graph: readOnnx(bytes, 'digits.onnx') },
      target,
    );
    expect(new Set(layers.map(({ unit }) => unit))).toEqual(new Set(['cpu']));
    expect(findings.map(({ message }) => message).join()).toContain('computes in float32, and the NPU in int8');
  });

  test('counts filters of depthwise convolutions as the NPU stores them', () => {
    const { parts, flash } = estimateOf(openModel(file('digits-int8.tflite'), 'digits-int8.tflite').graph);
    const [plain, depthwise] = parts.flash;
    // Two depthwise layers of 16 and 32 channels: nine weights and a bias of 4 bytes each.
    expect(depthwise?.bytes).toBe(Math.round(6.85 * (16 + 32) * 13));
    expect(flash?.value).toBe((plain?.bytes ?? 0) + (depthwise?.bytes ?? 0));
  });

  test('takes 8 bits of another scale as they come, floats not', () => {
    const network = buildNetwork({ input: [224, 224, 3], steps: ['conv 8 3x3/2'] });
    const first = network.inputs[0] ?? 0;
    const unitOf = (dtype: 'uint8' | 'float32') => {
      const image = network.tensors.length;
      const quantize = { name: '', type: 'QUANTIZE', domain: '', version: 1, attributes: {} };
      const { layers } = estimateOf({
        ...network,
        inputs: [image],
        tensors: [...network.tensors, { name: 'image', dtype, shape: [1, 224, 224, 3] }],
        operators: [{ ...quantize, inputs: [image], outputs: [first] }, ...network.operators],
      });
      return layers[0]?.unit;
    };
    expect([unitOf('uint8'), unitOf('float32')]).toEqual(['npu', 'cpu']);
  });

  test('is not asked of a tool that compiles for the CPU', async () => {
    const graph = readTflite(file('digits-int8.tflite'), 'digits-int8.tflite');
    expect(await stEdgeAi.compile?.({ format: 'tflite', bytes: file('digits-int8.tflite'), graph }, target)).toBe(
      undefined,
    );
  });
});
