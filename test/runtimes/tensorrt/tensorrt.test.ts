import { describe, expect, test } from 'vitest';
import { writeOnnx } from '../../../src/formats/onnx/write.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { inferShapes } from '../../../src/graph/infer-shapes.ts';
import { quantizeOnnx } from '../../../src/quantize/onnx/quantize-onnx.ts';
import { tensorrt } from '../../../src/runtimes/tensorrt/runtime.ts';
import { refusedByTensorrt } from '../../../src/runtimes/tensorrt/support.ts';
import { resolveTarget } from '../../../src/targets/load.ts';
import { builder, randomSamples, smallNetwork } from '../../quantize/small-network.ts';

const orin = resolveTarget('jetson-orin-nano/tensorrt');
const estimateOf = (graph: Graph, target = orin) =>
  tensorrt.estimate({ format: 'onnx', bytes: writeOnnx(graph), graph }, target);
const quantized = async (): Promise<Graph> =>
  inferShapes((await quantizeOnnx(smallNetwork(), randomSamples([1, 2, 8, 8], 12))).graph);

describe('tensorrt', () => {
  test('a float network runs on the GPU as a whole', () => {
    const { deployable, layers, latency, peakRam, unavailable } = estimateOf(smallNetwork());
    expect(deployable).toBe(true);
    expect(new Set(layers.map(({ unit }) => unit))).toEqual(new Set(['gpu']));
    expect(latency?.value).toBeGreaterThan(0);
    expect([peakRam, unavailable.peakRam]).toEqual([null, expect.stringContaining('CUDA')]);
  });

  test('an asymmetric QDQ network with integer biases is refused, and told why', async () => {
    const { deployable, findings } = estimateOf(await quantized());
    expect(deployable).toBe(false);
    const messages = findings.map(({ message }) => message).join('\n');
    expect(messages).toContain('keep the bias in floating point');
    expect(messages).toMatch(/zero point that is not 0|quantise to int8/);
  });

  test('what is quantised by its own rules is taken, and every layer runs in int8', async () => {
    const rules = tensorrt.qdqRules?.(orin);
    const { graph } = await quantizeOnnx(smallNetwork(), randomSamples([1, 2, 8, 8], 12), rules && { rules });
    const types = graph.operators.map(({ type }) => type);
    // Integers from -128 on do not cut at 0 by themselves.
    expect(types).toContain('Relu');
    const { deployable, findings, layers } = estimateOf(inferShapes(graph));
    expect([deployable, findings.map(({ code }) => code)]).toEqual([true, ['compiler-missing']]);
    expect(layers.map(({ type }) => type)).not.toContain('Relu');
  });

  test('a GPU without int8 says that integers gain nothing', async () => {
    const { findings } = estimateOf(await quantized(), resolveTarget('jetson-nano/tensorrt'));
    expect(findings.map(({ code }) => code)).toContain('no-int8');
  });
});

describe('refusedByTensorrt', () => {
  test.each([
    ['Relu', undefined],
    ['Frobnicate', 'no operator Frobnicate'],
    ['QLinearConv', 'QuantizeLinear and DequantizeLinear'],
    ['DynamicQuantizeLinear', 'QuantizeLinear and DequantizeLinear'],
    ['Unique', 'no operator Unique'],
  ])('%s: %s', (type, reason) => {
    const g = builder(13);
    const [x, y] = [g.tensor('x', [1, 4]), g.tensor('y', [1, 4])];
    g.operator(type, [x], [y]);
    const messages = refusedByTensorrt(g.graph([x], [y])).map(({ message }) => message);
    expect(messages).toEqual(reason === undefined ? [] : [expect.stringContaining(reason)]);
  });
});
