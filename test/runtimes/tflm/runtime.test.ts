import { describe, expect, test } from 'vitest';
import type { DataType } from '../../../src/graph/data-type.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { runtimeOf } from '../../../src/runtimes/registry.ts';
import { tflm } from '../../../src/runtimes/tflm/runtime.ts';
import { resolveTarget } from '../../../src/targets/load.ts';
import { computed, constant, graphOf, operator } from '../../support/tensor-graphs.ts';

const quantization = { scale: [1], zeroPoint: [0], axis: 0 };

function convolution(data: DataType = 'int8', weights: DataType = 'int8', filters = 16): Graph {
  return graphOf(
    'tflite',
    [
      { ...computed('in', [1, 8, 8, 3], data), quantization },
      constant('w', [filters, 3, 3, 3], weights, filters),
      { ...computed('out', [1, 8, 8, filters], data), quantization },
    ],
    [operator('CONV_2D', [0, 1, null], [2], { padding: 'SAME', stride_h: 1, stride_w: 1 })],
    [0],
    [2],
  );
}
const artifact = (graph: Graph, bytes = 1000) => ({ format: 'tflite' as const, bytes: new Uint8Array(bytes), graph });
const board = resolveTarget('nucleo-l4r5zi');

describe('tflm', () => {
  test('parts sum to their metrics, layers to the latency', () => {
    const estimate = tflm.estimate(artifact(convolution()), board);
    const sum = (parts: readonly { readonly bytes: number }[]) => parts.reduce((all, { bytes }) => all + bytes, 0);
    expect(sum(estimate.parts.peakRam)).toBe(estimate.peakRam?.value);
    expect(sum(estimate.parts.flash)).toBe(estimate.flash?.value);
    expect(estimate.layers[0]).toMatchObject({
      index: 0,
      type: 'CONV_2D',
      macs: 8 * 8 * 16 * 27,
      flash: 432,
      outputShape: [1, 8, 8, 16],
      outputType: 'int8',
      weightShape: [16, 3, 3, 3],
    });
    expect(estimate.layers[0]?.latency).toBeCloseTo(estimate.latency?.value ?? Number.NaN, 9);
    expect(estimate.layers[0]?.instructions).toBeGreaterThan(0);
    expect(estimate).toMatchObject({ deployable: true, findings: [], unavailable: {} });
  });

  test('an unverified arena states more error than a verified one, and says so', () => {
    const verified = tflm.estimate(artifact(convolution()), board).peakRam;
    const single = (type: string) =>
      graphOf('tflite', [computed('x', [8]), computed('y', [8])], [operator(type, [0], [1])], [0], [1]);
    const variable = tflm.estimate(artifact(single('ASSIGN_VARIABLE')), board).peakRam;
    expect(verified).toMatchObject({ basis: 'modelled', source: expect.stringContaining('to the byte') });
    expect(variable?.source).toMatch(/not verified/);
    const logistic = tflm.estimate(artifact(single('LOGISTIC')), board).peakRam;
    expect(variable?.error).toBeGreaterThan(logistic?.error ?? Number.NaN);
    const other = tflm.estimate(artifact(convolution()), resolveTarget('esp32-s3')).peakRam;
    expect(other?.source).toMatch(/not verified/);
  });

  test('every estimate states its error, and a metric that cannot be had its reason', () => {
    const estimate = tflm.estimate(artifact(convolution()), resolveTarget('generic-cortex-m55'));
    expect(estimate.latency?.error).toBeGreaterThan(0);
    expect(estimate.flash?.error).toBeGreaterThan(0);
    expect(estimate.energy).toBeNull();
    expect(estimate.unavailable.energy).toMatch(/active power of Generic Cortex-M55/);
  });

  test('more channels cost more of everything', () => {
    const [small, large] = [16, 32].map((filters) =>
      tflm.estimate(artifact(convolution('int8', 'int8', filters)), board),
    );
    for (const metric of ['peakRam', 'latency', 'energy'] as const) {
      expect(large?.[metric]?.value).toBeGreaterThan(small?.[metric]?.value ?? Number.NaN);
    }
  });

  test.each([
    ['ram', { ramBytes: 4096 }, 1000],
    ['flash', { flashBytes: 20_000 }, 1000],
  ] as const)('what does not fit into %s is not deployable', (where, available, bytes) => {
    const estimate = tflm.estimate(artifact(convolution(), bytes), resolveTarget('nucleo-l4r5zi', 'small', available));
    expect(estimate.deployable).toBe(false);
    expect(estimate.findings).toMatchObject([{ code: 'does-not-fit', severity: 'error', where }]);
  });

  test('integer models are judged as they are, float ones are not', () => {
    expect(tflm.takesAsIs(convolution(), board)).toBe(true);
    expect(tflm.takesAsIs(convolution('float32', 'float32'), board)).toBe(false);
    expect(tflm.loads).toEqual(['tflite']);
  });

  test('a graph as large as the readers let through is measured within what a Measurement holds', () => {
    const count = 120_000;
    const tensors = Array.from({ length: count + 1 }, () => computed('', [1]));
    const operators = Array.from({ length: count }, (_, index) => operator('MyOp', [index], [index + 1], {}, 'custom'));
    const estimate = tflm.estimate(artifact(graphOf('tflite', tensors, operators, [0], [count])), board);
    expect(estimate.deployable).toBe(false);
    expect(estimate.findings.length).toBeLessThanOrEqual(1000);
    expect(estimate.memory?.buffers.length).toBeLessThanOrEqual(100_000);
    expect(estimate.layers.length).toBeLessThanOrEqual(100_000);
    expect(estimate.peakRam?.source).toMatch(/not verified/);
  }, 20_000);

  test('is registered', () => {
    expect(runtimeOf('tflm')).toBe(tflm);
    expect(() => runtimeOf('tfml')).toThrow('Did you mean "tflm"?');
  });
});
