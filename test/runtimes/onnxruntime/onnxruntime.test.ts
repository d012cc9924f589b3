import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../src/formats/onnx/read.ts';
import { writeOnnx } from '../../../src/formats/onnx/write.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { inferShapes } from '../../../src/graph/infer-shapes.ts';
import { loadOnnxRuntime } from '../../../src/onnx-runtime/load.ts';
import { quantizeOnnx } from '../../../src/quantize/onnx/quantize-onnx.ts';
import { executedGraph } from '../../../src/runtimes/onnxruntime/executed-graph.ts';
import { isSupported } from '../../../src/runtimes/onnxruntime/operator-support.ts';
import { onnxruntime } from '../../../src/runtimes/onnxruntime/runtime.ts';
import type { Artifact, Estimate, Part } from '../../../src/runtimes/runtime.ts';
import { resolveTarget } from '../../../src/targets/load.ts';
import { builder, randomSamples, smallNetwork } from '../../quantize/small-network.ts';
import { describeWithReference, referenceBytes, referenceModels } from '../../support/reference.ts';

const target = resolveTarget('raspberry-pi-4/onnxruntime');
const artifactOf = (graph: Graph): Artifact => ({ format: 'onnx', bytes: writeOnnx(graph), graph });
const total = (parts: readonly Part[]): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);
const quantized = async (): Promise<Graph> =>
  inferShapes((await quantizeOnnx(smallNetwork(), randomSamples([1, 2, 8, 8], 12))).graph);

/** What must hold of any estimate. */
function expectSound(estimate: Estimate): void {
  for (const metric of ['peakRam', 'flash', 'latency', 'energy'] as const) {
    const value = estimate[metric];
    if (value === null) expect(estimate.unavailable[metric]).toBeTruthy();
    else {
      expect(value.value).toBeGreaterThanOrEqual(0);
      if (value.basis === 'modelled') expect(value.error).toBeGreaterThan(0);
    }
  }
  expect(total(estimate.parts.peakRam)).toBe(estimate.peakRam?.value);
  expect(total(estimate.parts.flash)).toBe(estimate.flash?.value);
  const latency = estimate.layers.reduce((sum, layer) => sum + (layer.latency ?? 0), 0);
  expect(latency).toBeCloseTo(estimate.latency?.value ?? 0, 6);
  const energy = estimate.layers.reduce((sum, layer) => sum + (layer.energy ?? 0), 0);
  expect(energy).toBeCloseTo(estimate.energy?.value ?? 0, 6);
  expect(estimate.memory?.arenaUsed).toBeGreaterThanOrEqual(estimate.memory?.lowerBound ?? 0);
}

describe('onnxruntime', () => {
  it('estimates a float network and its int8 version', async () => {
    const float = onnxruntime.estimate(artifactOf(smallNetwork()), target);
    const integer = onnxruntime.estimate(artifactOf(await quantized()), target);
    for (const estimate of [float, integer]) {
      expectSound(estimate);
      expect(estimate).toMatchObject({ deployable: true, findings: [] });
    }
    expect(integer.memory?.lowerBound).toBeLessThan(float.memory?.lowerBound ?? 0);
    expect(onnxruntime.takesAsIs(smallNetwork(), target)).toBe(false);
    expect(onnxruntime.takesAsIs(await quantized(), target)).toBe(true);
  });

  it('executes what it fuses as one operator', async () => {
    const float = executedGraph(smallNetwork());
    expect(float.steps.map(({ operator }) => operator.type)).toEqual(
      'Conv MaxPool Conv Add GlobalAveragePool Flatten Gemm'.split(' '),
    );
    const integer = executedGraph(await quantized());
    expect(integer.steps.map(({ operator }) => operator.type)).toEqual(
      'QuantizeLinear Conv MaxPool Conv Add GlobalAveragePool Flatten Gemm'.split(' '),
    );
    expect(integer.steps.slice(1).every(({ isInteger }) => isInteger)).toBe(true);
  });

  it('counts multiply-accumulates and weights in the layers', () => {
    const { layers } = onnxruntime.estimate(artifactOf(smallNetwork()), target);
    expect(layers.map(({ macs }) => macs)).toEqual([4 * 64 * 18, 0, 4 * 16 * 9, 0, 0, 0, 12]);
    expect(layers[0]).toMatchObject({ index: 0, name: 'Conv_0', flash: (72 + 4) * 4, outputShape: [1, 4, 8, 8] });
    expect(layers[2]).toMatchObject({ index: 3, type: 'Conv' });
  });

  it('refuses what has no kernel', () => {
    const g = builder(13);
    const [x, y] = [g.tensor('x', [1]), g.tensor('y', [1])];
    g.operator('Frobnicate', [x], [y]);
    const estimate = onnxruntime.estimate(artifactOf(g.graph([x], [y])), target);
    expect(estimate.deployable).toBe(false);
    expect(estimate.findings).toMatchObject([
      {
        code: 'unsupported-operator',
        severity: 'error',
        where: 'operator 0 Frobnicate "Frobnicate_0"',
        message: expect.stringContaining('Frobnicate'),
      },
    ]);
  });

  it('says what does not fit', () => {
    const tight = resolveTarget('raspberry-pi-4/onnxruntime', 'tight', { ramBytes: 1024, flashBytes: 2048 });
    const { deployable, findings } = onnxruntime.estimate(artifactOf(smallNetwork()), tight);
    expect(deployable).toBe(false);
    expect(findings.map(({ code, where }) => [code, where])).toEqual([
      ['does-not-fit', 'ram'],
      ['does-not-fit', 'flash'],
    ]);
  });

  it('has no latency for boards without figures', () => {
    const { roofline: _, ...core } = target.board.core;
    const estimate = onnxruntime.estimate(artifactOf(smallNetwork()), { ...target, board: { ...target.board, core } });
    expect(estimate.latency).toBeNull();
    expect(estimate.energy).toBeNull();
    expectSound({ ...estimate, energy: null });
  });
});

describe('isSupported', () => {
  it.each([
    ['', 'Conv', true],
    ['', 'Constant', true],
    ['', 'HardSwish', true],
    ['ai.onnx', 'Relu', true],
    ['com.microsoft', 'QLinearAdd', true],
    ['', 'QLinearAdd', false],
    ['my.domain', 'Conv', false],
    ['', 'constructor', false],
  ])('%s %s: %s', (domain, type, expected) => {
    const operator = { name: '', type, domain, version: 13, inputs: [], outputs: [], attributes: {} };
    expect(isSupported(operator)).toBe(expected);
  });
});

describeWithReference('onnxruntime on real models', () => {
  it.each(referenceModels().filter(({ format }) => format === 'onnx'))('$file', (model) => {
    const bytes = referenceBytes(model);
    const graph = inferShapes(readOnnx(bytes, model.file));
    expectSound(onnxruntime.estimate({ format: 'onnx', bytes, graph }, target));
  });

  it('agrees with ONNX Runtime on which of them can be loaded', async () => {
    const runtime = await loadOnnxRuntime();
    for (const model of referenceModels().filter(({ format, bytes }) => format === 'onnx' && bytes < 700_000)) {
      const graph = inferShapes(readOnnx(referenceBytes(model), model.file));
      const { findings } = onnxruntime.estimate({ format: 'onnx', bytes: referenceBytes(model), graph }, target);
      const unsupported = findings.some(({ code }) => code === 'unsupported-operator');
      const session = await runtime.open(referenceBytes(model), { optimization: 'disabled' }).catch(() => undefined);
      await session?.close();
      // A model may be refused for other reasons; what loads has only operators that exist.
      if (session !== undefined) expect([model.file, unsupported]).toEqual([model.file, false]);
    }
  });
});
