import { describe, expect, it } from 'vitest';
import { evaluateOnnx } from '../../../src/accuracy/evaluate-onnx.ts';
import { observers } from '../../../src/calibrate/range.ts';
import { folderSource } from '../../../src/data/folder-source.ts';
import { readDataSet } from '../../../src/data/read-data-set.ts';
import { withOpset } from '../../../src/formats/onnx/opset.ts';
import { readOnnx } from '../../../src/formats/onnx/read.ts';
import { writeOnnx } from '../../../src/formats/onnx/write.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { loadOnnxRuntime } from '../../../src/onnx-runtime/load.ts';
import type { SessionOptions } from '../../../src/onnx-runtime/session.ts';
import { isQuantized } from '../../../src/quantize/is-quantized.ts';
import {
  observedOnnxTensors,
  prepareOnnx,
  quantizeOnnx,
  quantizeOnnxGraph,
} from '../../../src/quantize/onnx/quantize-onnx.ts';
import { raiseOpset } from '../../../src/quantize/onnx/raise-opset.ts';
import { runtimeOf } from '../../../src/runtimes/registry.ts';
import { resolveTarget } from '../../../src/targets/load.ts';
import { describeWithReference, referenceDirectory } from '../../support/reference.ts';
import { builder, int, ints, randomSamples, smallNetwork } from '../small-network.ts';

const runtime = await loadOnnxRuntime();

/** The first output of a graph for a sample of its one input. */
async function run(graph: Graph, x: Float32Array, options?: SessionOptions): Promise<readonly number[]> {
  const session = await runtime.open(writeOnnx(graph), options);
  try {
    const [input] = session.inputs;
    const shape = input?.shape.map((extent) => (typeof extent === 'number' ? extent : 1)) ?? [];
    const results = await session.run({ [input?.name ?? '']: { dtype: 'float32', shape, data: x } });
    return Array.from(Object.values(results)[0]?.data ?? [], Number);
  } finally {
    await session.close();
  }
}

/** Signal to quantisation noise, in dB. */
function signalToNoise(wanted: readonly number[], actual: readonly number[]): number {
  const signal = wanted.reduce((sum, value) => sum + value ** 2, 0);
  const noise = wanted.reduce((sum, value, index) => sum + (value - (actual[index] ?? Number.NaN)) ** 2, 0);
  return 10 * Math.log10(signal / noise);
}

const types = (graph: Graph): readonly string[] => graph.operators.map((operator) => operator.type);
const samples = randomSamples([1, 2, 8, 8], 16);
const firstSample = async (): Promise<Float32Array> => (await samples.sample(0)).x?.data as Float32Array;

describe('quantizeOnnx', () => {
  it.each(observers)('keeps what a small network computes, ranges by %s', async (observer) => {
    const { graph, findings } = await quantizeOnnx(smallNetwork(), samples, { observer });
    const x = await firstSample();
    const wanted = await run(smallNetwork(), x);
    expect(signalToNoise(wanted, await run(graph, x))).toBeGreaterThan(25);
    expect(signalToNoise(wanted, await run(graph, x, { integerKernels: true }))).toBeGreaterThan(25);
    expect(findings).toEqual([]);
    expect(isQuantized(graph)).toBe(true);
  });

  it('absorbs the Relu, shares parameters through MaxPool and Flatten, and leaves the scores in float', async () => {
    const { graph } = await quantizeOnnx(smallNetwork(), samples, {});
    expect(types(graph)).not.toContain('Relu');
    const scaleOf = (name: string): number | null | undefined => {
      const quantize = graph.operators.find(
        ({ type, outputs: [id] }) => type === 'QuantizeLinear' && graph.tensors[id ?? -1]?.name === `${name}_quantized`,
      );
      return quantize?.inputs[1];
    };
    expect(scaleOf('pool')).toBe(scaleOf('relu'));
    expect(scaleOf('flat')).toBe(scaleOf('mean'));
    expect(scaleOf('mean')).not.toBe(scaleOf('sum'));
    expect(graph.operators.at(-1)?.type).toBe('Gemm');
    expect(graph.outputs.map((id) => graph.tensors[id]?.name)).toEqual(['scores']);
  });

  describe('where a Concat puts results together', () => {
    const shape = [1, 2, 8, 8];
    /** Two Conv with what comes behind each, put together; `extra` reads the first once more. */
    const network = (behind: readonly ['Relu' | 'LeakyRelu', 'Relu' | 'LeakyRelu'], extra = false): Graph => {
      const g = builder(13);
      const x = g.tensor('x', shape);
      const branches = behind.map((type, index) => {
        const [conv, act] = [g.tensor(`conv${index}`, shape), g.tensor(`act${index}`, shape)];
        const weights = g.constant(
          `w${index}`,
          [2, 2, 1, 1],
          [1, -2, 3, -1].map((weight) => weight * 4 ** index),
        );
        g.operator('Conv', [x, weights], [conv], { kernel_shape: ints(1, 1) });
        g.operator(type, [conv], [act]);
        return act;
      });
      const together = g.tensor('together', [1, 4, 8, 8]);
      g.operator('Concat', branches, [together], { axis: int(1) });
      const mean = g.tensor('mean', [1, 4, 1, 1]);
      g.operator('GlobalAveragePool', [together], [mean]);
      if (!extra) return g.graph([x], [mean]);
      const pool = g.tensor('pool', [1, 2, 1, 1]);
      g.operator('GlobalAveragePool', [branches[0] ?? -1], [pool]);
      return g.graph([x], [mean, pool]);
    };
    const scales = (graph: Graph): readonly (number | null | undefined)[] =>
      ['act0', 'act1', 'together'].map(
        (name) =>
          graph.operators.find(
            ({ type, outputs: [id] }) =>
              type === 'QuantizeLinear' && graph.tensors[id ?? -1]?.name === `${name}_quantized`,
          )?.inputs[1],
      );

    it.each([
      ['both limited alike', network(['Relu', 'Relu']), [true, true]],
      ['neither limited', network(['LeakyRelu', 'LeakyRelu']), [true, true]],
      ['the limits left to the integers of one alone', network(['Relu', 'LeakyRelu']), [false, true]],
      ['one that is read elsewhere too', network(['Relu', 'Relu'], true), [false, true]],
    ])('%s: shares its parameters where it may', async (_, graph, shares) => {
      const { graph: integer } = await quantizeOnnx(graph, samples, {});
      const [first, second, together] = scales(integer);
      expect(together).toBeTypeOf('number');
      expect([first === together, second === together]).toEqual(shares);
      const x = await firstSample();
      const wanted = await run(graph, x);
      expect(signalToNoise(wanted, await run(integer, x))).toBeGreaterThan(35);
      expect(signalToNoise(wanted, await run(integer, x, { integerKernels: true }))).toBeGreaterThan(35);
    });
  });

  it('gives the same bytes again', async () => {
    const once = await quantizeOnnx(smallNetwork(), samples, {});
    const again = await quantizeOnnx(smallNetwork(), samples, {});
    expect(writeOnnx(again.graph)).toEqual(writeOnnx(once.graph));
  });

  it('keeps what is quantised already', async () => {
    const { graph } = await quantizeOnnx(smallNetwork(), samples, {});
    const again = await quantizeOnnx(graph, samples, {});
    expect(again.graph).toBe(graph);
    expect(again.findings.map(({ code }) => code)).toEqual(['already-quantized']);
  });

  it('raises the operator set where it must', async () => {
    const { graph } = await quantizeOnnx(smallNetwork(9), samples, {});
    const x = await firstSample();
    expect(signalToNoise(await run(smallNetwork(9), x), await run(graph, x))).toBeGreaterThan(25);
    expect(new Set(graph.operators.map(({ version }) => version))).toEqual(new Set([13]));
  });

  it('leaves operators without integer kernels in float and says which', async () => {
    const g = builder(13);
    const [x, a, b, y] = [g.tensor('x', [1, 4]), g.tensor('a', [1, 4]), g.tensor('b', [1, 4]), g.tensor('y', [1, 2])];
    g.operator('Gemm', [x, g.constant('w', [4, 4])], [a]);
    g.operator('Erf', [a], [b]);
    g.operator('Gemm', [b, g.constant('v', [4, 2]), g.constant('c', [2])], [y], {
      alpha: { kind: 'float', value: 2 },
      beta: { kind: 'float', value: 0.5 },
    });
    const graph = g.graph([x], [y]);
    const data = randomSamples([1, 4], 16);
    const quantized = await quantizeOnnx(graph, data, {});
    expect(quantized.findings).toMatchObject([{ code: 'left-in-float', message: expect.stringContaining('Erf') }]);
    const sample = (await data.sample(2)).x?.data as Float32Array;
    expect(signalToNoise(await run(graph, sample), await run(quantized.graph, sample))).toBeGreaterThan(25);
  });

  it('keeps a model that ONNX Runtime does not load, and says why', async () => {
    const g = builder(13);
    const [x, a, y] = [g.tensor('x', [1, 4]), g.tensor('a', [1, 4]), g.tensor('y', [1, 2])];
    g.operator('Frobnicate', [x], [a]);
    g.operator('Gemm', [a, g.constant('w', [4, 2])], [y]);
    const graph = g.graph([x], [y]);
    const result = await quantizeOnnx(graph, randomSamples([1, 4], 12), {});
    expect(result.graph).toBe(graph);
    expect(result.findings).toMatchObject([{ code: 'not-quantized', message: expect.stringContaining('Frobnicate') }]);
  });

  it('says that few samples are few, and that data does not fit', async () => {
    const few = await quantizeOnnx(smallNetwork(), randomSamples([1, 2, 8, 8], 2), {});
    expect(few.findings.map(({ code }) => code)).toEqual(['few-calibration-samples']);
    await expect(quantizeOnnx(smallNetwork(), randomSamples([5], 2), {})).rejects.toThrow(
      'random.npz: samples of shape [5] do not fit the model\'s input "x" of shape [1, 2, 8, 8].',
    );
  });
});

describe('raiseOpset', () => {
  const old = (
    version: number,
    type: string,
    shape: readonly number[],
    outputShape: readonly number[],
    attributes = {},
  ): Graph => {
    const g = builder(version);
    const [x, y] = [g.tensor('x', shape), g.tensor('y', outputShape)];
    g.operator(type, [x], [y], attributes);
    return withOpset(g.graph([x], [y]), '', version);
  };
  it.each([
    [9, 'Clip', [1, 4], [1, 4], { min: { kind: 'float', value: -0.25 }, max: { kind: 'float', value: 0.5 } }],
    [9, 'Pad', [1, 4], [1, 6], { pads: ints(0, 1, 0, 1), value: { kind: 'float', value: 3 } }],
    [9, 'Slice', [1, 4], [1, 2], { axes: ints(1), starts: ints(1), ends: ints(3) }],
    [11, 'Squeeze', [1, 4], [4], { axes: ints(0) }],
    [11, 'Unsqueeze', [1, 4], [1, 1, 4], { axes: ints(1) }],
    [11, 'ReduceSum', [1, 4], [1, 1], { axes: ints(1) }],
    [11, 'Softmax', [1, 4], [1, 4], {}],
    [11, 'Softmax', [2, 2, 1], [2, 2, 1], { axis: int(1) }],
    [9, 'Dropout', [1, 4], [1, 4], { ratio: { kind: 'float', value: 0.5 } }],
    [7, 'Upsample', [1, 1, 2, 2], [1, 1, 4, 4], { scales: { kind: 'floats', value: [1, 1, 2, 2] } }],
  ])('%i %s computes the same in set 13', async (version, type, shape, outputShape, attributes) => {
    const graph = old(version, type, shape, outputShape, attributes);
    const raised = withOpset(raiseOpset(graph, 13), '', 13);
    const x = Float32Array.from([0.5, -1, 0.25, 2]);
    expect(await run(raised, x)).toEqual(await run(graph, x));
  });

  it('refuses what means something else', () => {
    expect(() => raiseOpset(old(11, 'Softmax', [1, 2, 2], [1, 2, 2], { axis: int(1) }), 13)).toThrow(
      'Softmax "Softmax_0" of operator set 11',
    );
    expect(() => raiseOpset(old(6, 'Add', [1, 2], [1, 2]), 13)).toThrow('export the model with opset 13');
  });
});

describeWithReference('quantizeOnnx on keyword spotting', () => {
  it('loses at most 0.3 points of accuracy against float', async () => {
    const file = 'models/mlcommons+tiny_results_v0.7/open/Alibaba/code/kws/sinian/kws_model/model_kws.onnx';
    const source = folderSource(referenceDirectory);
    const bytes = (await source.read(file)) ?? new Uint8Array();
    const float = readOnnx(bytes, file);
    const data = await readDataSet('data/kws01.npz', source);
    const { graph } = await quantizeOnnx(float, data, { samples: 100 });
    const accuracy = async (artifact: Graph, content: Uint8Array): Promise<number> => {
      const result = await evaluateOnnx(
        { format: 'onnx', bytes: content, graph: artifact },
        { data, metric: 'top-1' },
        runtime,
      );
      return result.metric?.value ?? 0;
    };
    const before = await accuracy(float, bytes);
    expect(before).toBeCloseTo(467 / 515, 2);
    expect(await accuracy(graph, writeOnnx(graph))).toBeGreaterThan(before - 0.003);
  });
});

describe('quantizeOnnx by the rules of a runtime', () => {
  it.each(['jetson-orin-nano/tensorrt', 'esp32-p4/esp-dl', 'esp32-s3/esp-dl'])(
    'keeps what a small network computes on %s, without zero points',
    async (id) => {
      const target = resolveTarget(id);
      const rules = runtimeOf(target.runtime).qdqRules?.(target);
      const { graph } = await quantizeOnnx(smallNetwork(), samples, rules && { rules });
      const x = await firstSample();
      expect(signalToNoise(await run(smallNetwork(), x), await run(graph, x))).toBeGreaterThan(18);
      for (const { type, inputs } of graph.operators) {
        if (!/^(Quantize|Dequantize)Linear$/.test(type)) continue;
        const [tensor, scale, zero] = inputs.map((input) => graph.tensors[input ?? -1]);
        expect(zero?.data?.every((byte) => byte === 0)).toBe(true);
        if (rules?.bias === 'float') expect(tensor?.dtype).not.toBe('int32');
        if (rules?.scales !== 'powers-of-two' || scale?.data === undefined) continue;
        for (const value of new Float32Array(scale.data.slice().buffer)) {
          expect(Number.isInteger(Math.log2(value))).toBe(true);
        }
      }
    },
  );
});

describe('quantizeOnnxGraph', () => {
  const graph = prepareOnnx(smallNetwork());
  const ranges = new Map(observedOnnxTensors(graph).map((id) => [id, { min: -1, max: 2 }]));

  it('takes ranges from anywhere and needs all that are asked for', () => {
    expect(isQuantized(quantizeOnnxGraph(graph, ranges).graph)).toBe(true);
    expect(() => quantizeOnnxGraph(graph, new Map())).toThrow(/no range for tensor/);
    expect(prepareOnnx(graph)).toEqual(graph);
  });

  it('keeps operators in float that it is told to keep', () => {
    const depthwise = graph.operators.findIndex(({ outputs: [id] }) => graph.tensors[id ?? -1]?.name === 'depthwise');
    const options = { keepFloat: new Set([depthwise]) };
    const kept = quantizeOnnxGraph(graph, ranges, options).graph;
    const operator = kept.operators.find(({ type, attributes }) => type === 'Conv' && attributes.group !== undefined);
    expect(kept.tensors[operator?.inputs[1] ?? -1]?.name).toBe('w2');
    expect(types(kept).filter((type) => type === 'DequantizeLinear').length).toBeLessThan(
      types(quantizeOnnxGraph(graph, ranges).graph).filter((type) => type === 'DequantizeLinear').length,
    );
  });
});
