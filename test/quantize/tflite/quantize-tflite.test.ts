import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import { writeModel } from '../../../src/formats/write-model.ts';
import type { Graph, Tensor } from '../../../src/graph/graph.ts';
import { dequantizeWeights } from '../../../src/quantize/tflite/dequantize-weights.ts';
import { observedTensors } from '../../../src/quantize/tflite/observed.ts';
import { quantizeTflite } from '../../../src/quantize/tflite/quantize-tflite.ts';
import { unsupported } from '../../../src/runtimes/tflm/support/unsupported.ts';
import { floatGraph, quantizeAndJudge, rangesOf, samplesOf, tensorBy, typesOf } from './float-graph.ts';

const image = [1, 6, 6, 4];
const same = { padding: 'SAME', stride_h: 1, stride_w: 1, dilation_h_factor: 1, dilation_w_factor: 1 };

/** CONV_2D → RELU6 fused → MEAN → FULLY_CONNECTED → SOFTMAX. */
function classifier(): Graph {
  const g = floatGraph(3);
  const [conv = 0] = g.apply('CONV_2D', [g.input(image), g.constant([8, 3, 3, 4]), g.constant([8])], [[1, 6, 6, 8]], {
    ...same,
    fused_activation_function: 'RELU6',
  });
  const [mean = 0] = g.apply('MEAN', [conv, g.integers([1, 2])], [[1, 8]], { keep_dims: false });
  const [dense = 0] = g.apply('FULLY_CONNECTED', [mean, g.constant([5, 8]), g.constant([5])], [[1, 5]]);
  return g.build(g.apply('SOFTMAX', [dense], [[1, 5]], { beta: { float: 1 } }));
}

const scaleOf = (tensor: Tensor): readonly [number, number] => [
  tensor.quantization?.scale[0] ?? 0,
  tensor.quantization?.zeroPoint[0] ?? 0,
];

describe('quantizeTflite', () => {
  it('follows the specification: types, axes, scales of biases, fixed results', () => {
    const { graph, findings } = quantizeAndJudge(classifier());
    expect(findings).toEqual([]);
    const input = tensorBy(graph, 'CONV_2D', 0);
    const weights = tensorBy(graph, 'CONV_2D', 1);
    const bias = tensorBy(graph, 'CONV_2D', 2);
    expect([input.dtype, weights.dtype, bias.dtype]).toEqual(['int8', 'int8', 'int32']);
    expect(weights.quantization).toMatchObject({ axis: 0, zeroPoint: new Array(8).fill(0) });
    expect(weights.quantization?.scale).toHaveLength(8);
    expect(Math.min(...new Int8Array(weights.data?.buffer ?? new ArrayBuffer(0)))).toBeGreaterThanOrEqual(-127);
    weights.quantization?.scale.forEach((scale, channel) => {
      expect(bias.quantization?.scale[channel]).toBeCloseTo(scale * scaleOf(input)[0], 10);
    });
    expect(scaleOf(tensorBy(graph, 'SOFTMAX', 0, 'outputs'))).toEqual([1 / 256, -128]);
    // The fused RELU6 leaves nothing below 0.
    const [scale, zeroPoint] = scaleOf(tensorBy(graph, 'CONV_2D', 0, 'outputs'));
    expect(zeroPoint).toBe(-128);
    expect(scale * 255).toBeLessThanOrEqual(6.05);
    expect(graph.operators.find(({ type }) => type === 'CONV_2D')?.version).toBe(3);
  });

  it('makes int16 activations symmetric, with int64 biases where there was none too, and one scale for dense weights', () => {
    const g = floatGraph();
    const [conv = 0] = g.apply('CONV_2D', [g.input(image), g.constant([8, 1, 1, 4])], [[1, 6, 6, 8]], same);
    const [flat = 0] = g.apply('RESHAPE', [conv, g.integers([1, 288])], [[1, 288]]);
    const graph = g.build(g.apply('FULLY_CONNECTED', [flat, g.constant([5, 288], 0.1), null], [[1, 5]]));
    const { graph: integer, decibels } = quantizeAndJudge(graph, { activations: 'int16' });
    expect(tensorBy(integer, 'CONV_2D', 2)).toMatchObject({ dtype: 'int64', shape: [8] });
    expect(scaleOf(tensorBy(integer, 'CONV_2D', 0))[1]).toBe(0);
    expect(tensorBy(integer, 'FULLY_CONNECTED', 1).quantization?.scale).toHaveLength(1);
    expect(unsupported(integer)).toEqual([]);
    expect(decibels).toBeGreaterThan(34);
  });

  it('gives what moves data the parameters of its operand, and joined tensors one scale', () => {
    const g = floatGraph();
    const x = g.input(image);
    const [doubled = 0] = g.apply('MUL', [x, g.constant([1], [2])], [image]);
    const [joined = 0] = g.apply('CONCATENATION', [x, doubled], [[1, 6, 6, 8]], { axis: 3 });
    const outputs = g.apply('MAX_POOL_2D', [joined], [[1, 3, 3, 8]], {
      padding: 'VALID',
      stride_h: 2,
      stride_w: 2,
      filter_height: 2,
      filter_width: 2,
    });
    const { graph } = quantizeAndJudge(g.build(outputs));
    expect(typesOf(graph)).toEqual(['MUL', 'CONCATENATION', 'MAX_POOL_2D']);
    const wanted = scaleOf(tensorBy(graph, 'MUL', 0, 'outputs'));
    expect(scaleOf(tensorBy(graph, 'CONCATENATION', 0))).toEqual(wanted);
    expect(scaleOf(tensorBy(graph, 'CONCATENATION', 1))).toEqual(wanted);
    expect(scaleOf(tensorBy(graph, 'MAX_POOL_2D', 0, 'outputs'))).toEqual(wanted);
  });

  it('converts a result whose scale is fixed before it is joined with others', () => {
    const g = floatGraph();
    const x = g.input(image);
    const [gate = 0] = g.apply('LOGISTIC', [x], [image]);
    const graph = g.build(g.apply('CONCATENATION', [gate, x], [[1, 6, 6, 8]], { axis: 3 }));
    const { graph: integer, decibels } = quantizeAndJudge(graph);
    expect(typesOf(integer)).toEqual(['LOGISTIC', 'QUANTIZE', 'CONCATENATION']);
    expect(scaleOf(tensorBy(integer, 'LOGISTIC', 0, 'outputs'))).toEqual([1 / 256, -128]);
    expect(unsupported(integer)).toEqual([]);
    expect(decibels).toBeGreaterThan(34);
  });

  it('spends no integers on what is cut off afterwards', () => {
    const g = floatGraph();
    const [sum = 0] = g.apply('ADD', [g.input(image), g.input(image)], [image]);
    const [low = 0] = g.apply('MINIMUM', [sum, g.constant([1], [0.5])], [image]);
    const graph = g.build(g.apply('MAXIMUM', [low, g.constant([1], [0])], [image]));
    const { graph: integer } = quantizeAndJudge(graph);
    const [scale, zeroPoint] = scaleOf(tensorBy(integer, 'ADD', 0, 'outputs'));
    expect([scale * 255, zeroPoint]).toEqual([expect.closeTo(0.5, 3), -128]);
  });

  it('leaves in float what has no integer kernel, with conversions around it, and says so', () => {
    const g = floatGraph();
    const [square = 0] = g.apply('MUL', [g.input(image), g.constant([1], [0.5])], [image]);
    const [power = 0] = g.apply('EXP', [square], [image]);
    const graph = g.build(g.apply('CONV_2D', [power, g.constant([8, 1, 1, 4]), g.constant([8])], [[1, 6, 6, 8]], same));
    const { graph: integer, findings } = quantizeAndJudge(graph);
    expect(typesOf(integer)).toEqual(['MUL', 'DEQUANTIZE', 'EXP', 'QUANTIZE', 'CONV_2D']);
    expect(findings).toMatchObject([
      {
        code: 'left-in-float',
        severity: 'info',
        message: 'EXP has no integer kernel on microcontrollers and stays in float.',
      },
    ]);
    expect(unsupported(integer)).toEqual([]);
  });

  it('keeps float or int16 where it is asked to', () => {
    const graph = classifier();
    const float = quantizeAndJudge(graph, { keepFloat: new Set([1]) });
    expect(typesOf(float.graph)).toEqual(['CONV_2D', 'DEQUANTIZE', 'MEAN', 'QUANTIZE', 'FULLY_CONNECTED', 'SOFTMAX']);
    expect(float.findings[0]?.message).toContain('MEAN was asked to stay in float');
    const wide = quantizeAndJudge(graph, { keepInt16: new Set([0]) });
    expect(typesOf(wide.graph)).toEqual(['CONV_2D', 'QUANTIZE', 'MEAN', 'FULLY_CONNECTED', 'SOFTMAX']);
    expect(tensorBy(wide.graph, 'CONV_2D', 0).dtype).toBe('int16');
    for (const { graph: each } of [float, wide]) expect(unsupported(each)).toEqual([]);
  });

  it('leaves arithmetic between floats alone', () => {
    const g = floatGraph();
    const [power = 0] = g.apply('EXP', [g.input(image)], [image]);
    const [flat = 0] = g.apply('RESHAPE', [power, g.integers([1, 144])], [[1, 144]]);
    const [scaled = 0] = g.apply('MUL', [flat, g.constant([1], [0.5])], [[1, 144]]);
    const graph = g.build(g.apply('LOG', [scaled], [[1, 144]]));
    const { graph: integer } = quantizeTflite(graph, rangesOf(graph, samplesOf(graph)));
    expect(integer).toBe(graph);
  });

  it('keeps floats at the ends where it is asked to, under the same ids', () => {
    const graph = classifier();
    const { graph: integer, decibels } = quantizeAndJudge(graph, { ends: 'float' });
    expect(typesOf(integer)).toEqual(['QUANTIZE', ...typesOf(graph), 'DEQUANTIZE']);
    expect([...integer.inputs, ...integer.outputs].map((id) => integer.tensors[id]?.dtype)).toEqual([
      'float32',
      'float32',
    ]);
    expect(integer.outputs.map((id) => integer.tensors[id]?.name)).toEqual(
      graph.outputs.map((id) => graph.tensors[id]?.name),
    );
    expect(decibels).toBeGreaterThan(25);
  });

  it('keeps the bias of a channel whose weights are all but zero', () => {
    const g = floatGraph();
    const weights = g.constant([2, 1, 1, 4], [1e-12, 0, 0, 0, 1, -1, 0.5, 0.25]);
    const graph = g.build(
      g.apply('CONV_2D', [g.input(image), weights, g.constant([2], [3, -2])], [[1, 6, 6, 2]], same),
    );
    const { graph: integer, decibels } = quantizeAndJudge(graph);
    const bias = new Int32Array(tensorBy(integer, 'CONV_2D', 2).data?.slice().buffer ?? new ArrayBuffer(0));
    expect(Math.abs(bias[0] ?? 0)).toBeLessThan(2 ** 30 * 1.001);
    expect(decibels).toBeGreaterThan(34);
  });

  it.each([
    ['auto', 1, 1],
    ['auto', 20, 16],
    ['per-channel', 1, 16],
    ['per-tensor', 20, 1],
  ] as const)('dense weights %s, one row %i times the others: %i scales', (denseWeights, loud, scales) => {
    const g = floatGraph();
    const weights = Array.from({ length: 128 }, (_, index) => Math.cos(index) * (index < 8 ? loud : 1));
    const graph = g.build(
      g.apply('FULLY_CONNECTED', [g.input([1, 8]), g.constant([16, 8], weights), g.constant([16])], [[1, 16]]),
    );
    const { graph: integer } = quantizeAndJudge(graph, { denseWeights });
    expect(tensorBy(integer, 'FULLY_CONNECTED', 1).quantization?.scale).toHaveLength(scales);
    expect(tensorBy(integer, 'FULLY_CONNECTED', 2).quantization?.scale).toHaveLength(scales);
    expect(unsupported(integer)).toEqual([]);
  });

  it('keeps a model that is quantised already', () => {
    const { graph } = quantizeAndJudge(classifier());
    expect(observedTensors(graph)).toEqual([]);
    const again = quantizeTflite(graph, new Map());
    expect(again.graph).toBe(graph);
    expect(again.findings).toMatchObject([{ code: 'already-quantized' }]);
  });

  it('leaves in float what calibration gave no finite range', () => {
    const graph = classifier();
    const ranges = new Map(rangesOf(graph, samplesOf(graph)));
    const output = graph.operators[1]?.outputs[0] ?? 0;
    ranges.set(output, { min: 0, max: Number.POSITIVE_INFINITY });
    const { findings } = quantizeTflite(graph, ranges);
    expect(findings[0]?.message).toBe('MEAN has no finite range from calibration and stays in float.');
  });

  it('gives a file that reads back as the same graph', () => {
    const { graph } = quantizeAndJudge(classifier());
    const again = readTflite(writeModel(graph), 'again');
    expect(typesOf(again)).toEqual(typesOf(graph));
    expect(again.tensors.map(({ dtype, quantization }) => [dtype, quantization?.scale])).toEqual(
      graph.tensors.map(({ dtype, quantization }) => [dtype, quantization?.scale]),
    );
  });
});

describe('models that only store their weights as something else', () => {
  it('hybrid: int8 weights beside float activations become floats under ids that stay', () => {
    const graph = classifier();
    const tensors = [...graph.tensors];
    const id = graph.operators[0]?.inputs[1] ?? 0;
    const data = Int8Array.from({ length: 288 }, (_, index) => (index % 255) - 127);
    const scale = Array.from({ length: 8 }, (_, channel) => 0.01 * (channel + 1));
    tensors[id] = {
      ...(tensors[id] as Tensor),
      dtype: 'int8',
      data: new Uint8Array(data.buffer),
      quantization: { scale, zeroPoint: scale.map(() => 0), axis: 0 },
    };
    const float = dequantizeWeights({ ...graph, tensors });
    const weights = new Float32Array(tensorBy(float, 'CONV_2D', 1).data?.slice().buffer ?? new ArrayBuffer(0));
    expect(weights[40]).toBeCloseTo((40 - 127) * 0.02, 6);
    expect(float.operators).toHaveLength(graph.operators.length);
    expect(observedTensors({ ...graph, tensors })).toEqual(observedTensors(float));
    expect(typesOf(quantizeAndJudge(float).graph)).toEqual(typesOf(graph));
  });

  it('float16: constants behind DEQUANTIZE become floats', () => {
    const g = floatGraph();
    const half = g.tensor({
      name: 'half',
      dtype: 'float16',
      shape: [2, 4],
      data: new Uint8Array(new Uint16Array([0x3c00, 0xc000, 0x3800, 0, 0x3c00, 0, 0x3400, 0xbc00]).buffer),
    });
    const [weights = 0] = g.apply('DEQUANTIZE', [half], [[2, 4]]);
    const graph = g.build(g.apply('FULLY_CONNECTED', [g.input([1, 4]), weights, g.constant([2])], [[1, 2]]));
    const float = dequantizeWeights(graph);
    expect(typesOf(float)).toEqual(['FULLY_CONNECTED']);
    const values = new Float32Array(tensorBy(float, 'FULLY_CONNECTED', 1).data?.slice().buffer ?? new ArrayBuffer(0));
    expect([...values]).toEqual([1, -2, 0.5, 0, 1, 0, 0.25, -1]);
    expect(dequantizeWeights(float)).toBe(float);
  });
});

/** Steps of random graphs on [1, 6, 6, 4], each keeping the shape. */
const steps = {
  convolve: (g, x) => g.apply('CONV_2D', [x, g.constant([4, 3, 3, 4], 0.3), g.constant([4], 0.2)], [image], same),
  depthwise: (g, x) =>
    g.apply('DEPTHWISE_CONV_2D', [x, g.constant([1, 3, 3, 4]), g.constant([4], 0.2)], [image], {
      ...same,
      depth_multiplier: 1,
    }),
  relu: (g, x) =>
    g.apply('CONV_2D', [x, g.constant([4, 1, 1, 4]), null], [image], { ...same, fused_activation_function: 'RELU' }),
  scale: (g, x) => g.apply('MUL', [x, g.constant([4])], [image]),
  shift: (g, x) => g.apply('ADD', [x, g.constant([1, 6, 6, 4])], [image]),
  gate: (g, x) => {
    const [gate = 0] = g.apply('LOGISTIC', [x], [image]);
    return g.apply('MUL', [x, gate], [image]);
  },
  residual: (g, x) => {
    const [branch = 0] = g.apply('CONV_2D', [x, g.constant([4, 1, 1, 4]), g.constant([4])], [image], same);
    return g.apply('ADD', [x, branch], [image]);
  },
  split: (g, x) => {
    const [a = 0, b = 0] = g.apply(
      'SPLIT',
      [g.integers([3], []), x],
      [
        [1, 6, 6, 2],
        [1, 6, 6, 2],
      ],
      { num_splits: 2 },
    );
    return g.apply('CONCATENATION', [b, a], [image], { axis: 3 });
  },
  squash: (g, x) => g.apply('TANH', [x], [image]),
  float: (g, x) => g.apply('SIN', [x], [image]),
  turn: (g, x) => g.apply('TRANSPOSE', [x, g.integers([0, 2, 1, 3])], [image]),
  pool: (g, x) =>
    g.apply('AVERAGE_POOL_2D', [x], [image], {
      padding: 'SAME',
      stride_h: 1,
      stride_w: 1,
      filter_height: 3,
      filter_width: 3,
    }),
} satisfies Record<string, (g: ReturnType<typeof floatGraph>, x: number) => number[]>;
const stepNames = Object.keys(steps) as (keyof typeof steps)[];

describe('random graphs', () => {
  it('run in the kernels as integers with little noise, and deploy', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...stepNames), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 1000 }),
        fc.constantFrom('int8' as const, 'int16' as const),
        fc.constantFrom('integer' as const, 'float' as const),
        fc.uniqueArray(fc.nat(8), { maxLength: 2 }),
        (names, seed, activations, ends, kept) => {
          const g = floatGraph(seed);
          let at = g.input(image);
          for (const name of names) [at = 0] = steps[name](g, at);
          const graph = g.build([at]);
          const { graph: integer, decibels } = quantizeAndJudge(graph, { activations, ends, keepFloat: new Set(kept) });
          expect(unsupported(integer)).toEqual([]);
          expect(decibels).toBeGreaterThan(activations === 'int8' ? 14 : 26);
          expect(readTflite(writeModel(integer), 'again').operators).toHaveLength(integer.operators.length);
        },
      ),
      { numRuns: 150 },
    );
  });
});
