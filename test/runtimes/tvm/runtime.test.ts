import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inferShapes } from '../../../src/graph/infer-shapes.ts';
import { openModel } from '../../../src/measuring/measure.ts';
import type { Artifact } from '../../../src/runtimes/runtime.ts';
import { parseTvmReport } from '../../../src/runtimes/tvm/report.ts';
import { tvmRuntime } from '../../../src/runtimes/tvm/runtime.ts';
import { refusedByTvm } from '../../../src/runtimes/tvm/support.ts';
import { resolveTarget } from '../../../src/targets/load.ts';

function artifactOf(file: string): Artifact {
  const bytes = readFileSync(`fixtures/${file}`);
  const { format, graph } = openModel(bytes, file);
  return { format, bytes, graph: inferShapes(graph) };
}
const [onnx, int8, float] = ['digits.onnx', 'digits-int8.tflite', 'digits-float.tflite'].map((file) =>
  artifactOf(`digits/base/${file}`),
) as [Artifact, Artifact, Artifact];
const linux = resolveTarget('raspberry-pi-4/tvm');
const micro = resolveTarget('nucleo-l4r5zi/tvm');

describe('tvm on Linux', () => {
  test('integers are told to be computed in floating point, and take no less memory for constants', () => {
    const [one, other] = [tvmRuntime.estimate(int8, linux), tvmRuntime.estimate(float, linux)];
    expect(one.findings.map(({ code }) => code)).toContain('computed-in-float');
    expect(other.findings.map(({ code }) => code)).not.toContain('computed-in-float');
    const constants = (estimate: typeof one) =>
      estimate.parts.flash.find(({ name }) => name.startsWith('constants'))?.bytes ?? 0;
    expect(constants(one)).toBeGreaterThan(0.95 * constants(other));
  });

  test('a float model is taken as it is, other than on a microcontroller', () => {
    expect([tvmRuntime.takesAsIs(onnx.graph, linux), tvmRuntime.takesAsIs(float.graph, micro)]).toEqual([true, false]);
  });

  test.each([
    ['Conv', '', []],
    ['Loop', '', ['does not import Loop']],
    ['FusedConv', 'com.microsoft', ['does not import com.microsoft.FusedConv']],
  ])('ONNX operator %s of %s', (type, domain, messages) => {
    const graph = {
      ...onnx.graph,
      operators: onnx.graph.operators.map((each, index) => (index === 0 ? { ...each, type, domain } : each)),
    };
    expect(refusedByTvm(graph).map(({ message }) => message)).toEqual(
      messages.map((text) => expect.stringContaining(text)),
    );
  });

  test.each([
    ['CONV_2D', '', []],
    ['CUMSUM', '', ['floating point only']],
    ['HARD_MATMUL', '', ['does not import HARD_MATMUL']],
    ['Mine', 'custom', ['custom operator Mine']],
  ])('TensorFlow Lite operator %s %s', (type, domain, messages) => {
    const graph = {
      ...int8.graph,
      operators: int8.graph.operators.map((each, index) => (index === 0 ? { ...each, type, domain } : each)),
    };
    expect(refusedByTvm(graph).map(({ message }) => message)).toEqual(
      messages.map((text) => expect.stringContaining(text)),
    );
  });
});

describe('microTVM', () => {
  test('is estimated, never compiled, and said to be retired', async () => {
    const estimate = tvmRuntime.estimate(int8, micro);
    expect(estimate.deployable).toBe(true);
    expect(estimate.latency).toMatchObject({ basis: 'modelled', error: 0.05 });
    expect(estimate.findings[0]).toMatchObject({ code: 'retired-runtime', message: expect.stringContaining('tflm') });
    expect(estimate.memory?.buffers.map(({ tensor }) => tensor)).not.toContain('image');
    expect(await tvmRuntime.compile?.(int8, micro)).toBeUndefined();
  });

  test('has no interpreter to keep and no arena for inputs: less RAM than TensorFlow Lite Micro', async () => {
    const { tflm } = await import('../../../src/runtimes/tflm/runtime.ts');
    const own = tvmRuntime.estimate(int8, micro).peakRam?.value ?? Number.POSITIVE_INFINITY;
    expect(own).toBeLessThan(tflm.estimate(int8, resolveTarget('nucleo-l4r5zi/tflm')).peakRam?.value ?? 0);
  });

  test('refuses ONNX in words', () => {
    expect(tvmRuntime.estimate(onnx, micro)).toMatchObject({
      deployable: false,
      peakRam: null,
      unavailable: { peakRam: expect.stringContaining('.tflite') },
    });
  });
});

describe('parseTvmReport', () => {
  const report = {
    version: '0.27.0.post1',
    storages: [8192, 4096],
    unplannedBytes: 40,
    openSizes: 0,
    kernels: ['fused_conv2d_add', 'softmax'],
    objects: [
      { name: 'devc.o', code: 0, constants: 21422, data: 0 },
      { name: 'lib0.o', code: 54820, constants: 7655, data: 16 },
    ],
  };

  test('sums', () => {
    expect(parseTvmReport(JSON.stringify(report))).toMatchObject({
      storageBytes: 12288,
      codeBytes: 62491,
      constantBytes: 21422,
    });
  });

  test.each([
    ['a negative size', { ...report, storages: [-1] }],
    ['no objects', { ...report, objects: undefined }],
    ['another thing', []],
  ])('throws at %s', (_, other) => {
    expect(() => parseTvmReport(JSON.stringify(other))).toThrow();
  });
});
