import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { tensorAt } from '../../src/graph/access.ts';
import { int, ints, nested, noise, onnxGraph } from '../support/onnx-graphs.ts';
import { differenceToOnnxRuntime, lowered, loweredTypes, tolerance } from './lowered.ts';

describe('lowering control flow', () => {
  // c ─▶ If (x + y, x - y) ─▶ z
  it('makes subgraphs of branches', async () => {
    const graph = onnxGraph(17);
    const x = graph.input('x', [2, 3]);
    graph.input('y', [2, 3]);
    const branch = (type: string) => {
      const inner = onnxGraph(17);
      const both = [inner.capture('x', [2, 3], 'float32'), inner.capture('y', [2, 3], 'float32')];
      return nested(inner.build(inner.op(type, both, { dtype: 'float32', shape: [2, 3] })));
    };
    const sum = graph.op('ReduceSum', [x], { attributes: { keepdims: int(0) } });
    const condition = graph.op('Greater', [sum, graph.constant('zero', [], [0])]);
    const attributes = { then_branch: branch('Add'), else_branch: branch('Sub') };
    const original = graph.build(graph.op('If', [condition], { attributes }));
    const result = lowered(original);
    expect(loweredTypes(result)).toEqual(['SUM', 'GREATER', 'RESHAPE', 'IF']);
    expect(result.graph.subgraphs.map((subgraph) => subgraph.operators.map(({ type }) => type))).toEqual([
      ['ADD'],
      ['SUB'],
    ]);
    for (const seed of [1, 2, 3]) {
      expect(await differenceToOnnxRuntime(original, result, seed)).toBeLessThanOrEqual(tolerance);
    }
  });

  // 70, true, x ─▶ Loop (x · k) ─▶ y        fewer would be unrolled
  it('runs a body again and again', async () => {
    const graph = onnxGraph(17);
    const inner = onnxGraph(17);
    inner.input('i', [], 'int64');
    const goesOn = inner.input('c', [], 'bool');
    const value = inner.input('v', [2, 3]);
    const next = inner.op('Mul', [value, inner.capture('k', [3], 'float32')], { dtype: 'float32', shape: [2, 3] });
    const same = inner.op('Identity', [goesOn], { dtype: 'bool', shape: [] });
    const body = nested(inner.build(same, next));
    graph.constant('k', [3], [1.01, 0.99, -1]);
    const inputs = [
      graph.constant('n', [], [70], 'int64'),
      graph.constant('go', [], [1], 'bool'),
      graph.input('x', [2, 3]),
    ];
    const original = graph.build(graph.op('Loop', inputs, { attributes: { body }, shape: [2, 3], dtype: 'float32' }));
    const result = lowered(original);
    expect(loweredTypes(result)).toEqual(['WHILE']);
    expect(await differenceToOnnxRuntime(original, result, 2)).toBeLessThanOrEqual(tolerance);
  });
});

describe('what a lowered graph keeps', () => {
  it('has images channels-last at its ends, and says so', () => {
    const graph = onnxGraph(17);
    const x = graph.input('image', [1, 3, 4, 5]);
    const y = graph.op('Conv', [x, graph.constant('w', [2, 3, 1, 1], noise(6))], { outputs: ['features'] });
    const result = lowered(graph.build(y));
    expect(result.inputs).toEqual([{ name: 'image', axes: [0, 2, 3, 1] }]);
    expect(result.outputs).toEqual([{ name: 'features', axes: [0, 2, 3, 1] }]);
    const [input = -1] = result.graph.inputs;
    expect(tensorAt(result.graph, input)).toMatchObject({ name: 'image', shape: [1, 4, 5, 3] });
  });

  it('leaves other inputs and outputs as they are', () => {
    const graph = onnxGraph(17);
    const result = lowered(graph.build(graph.op('Softmax', [graph.input('x', [2, 3, 4])])));
    expect(result.inputs).toEqual([{ name: 'x', axes: [0, 1, 2] }]);
    expect(result.outputs[0]?.axes).toEqual([0, 1, 2]);
  });

  it('knows which ONNX tensor a tensor is', () => {
    const graph = onnxGraph(17);
    const x = graph.input('x', [1, 3, 4, 5]);
    const conv = graph.op('Conv', [x, graph.constant('w', [2, 3, 1, 1], noise(6))]);
    const original = graph.build(graph.op('Sigmoid', [conv], { outputs: ['y'] }));
    const { graph: tflite, origins } = lowered(original);
    const names = [...origins].map(([tensor, origin]) => [
      tensorAt(tflite, tensor).name,
      tensorAt(original, origin).name,
    ]);
    expect(names.every(([own, origin]) => own === origin)).toBe(true);
    expect(names.map(([own]) => own)).toEqual(expect.arrayContaining(['x', 'y']));
  });

  it('gives an output that is an input a tensor of its own', async () => {
    const graph = onnxGraph(17);
    const x = graph.input('x', [2, 3]);
    const original = graph.build(
      graph.op('Identity', [x], { outputs: ['y'] }),
      graph.op('Neg', [x], { outputs: ['z'] }),
    );
    const result = lowered(original);
    expect(result.graph.outputs.map((id) => tensorAt(result.graph, id).name)).toEqual(['y', 'z']);
    expect(await differenceToOnnxRuntime(original, result, 1)).toBe(0);
  });
});

describe('attention and transforms', () => {
  // x [N, L] ─▶ STFT ─▶ y [N, frames, bins, 2]
  it('makes a convolution of a Fourier transform', async () => {
    const graph = onnxGraph(17);
    const inputs = [
      graph.input('x', [2, 64]),
      graph.constant('step', [], [8], 'int64'),
      graph.constant('window', [16], noise(16)),
    ];
    const original = graph.build(graph.op('STFT', inputs));
    const result = lowered(original);
    expect(loweredTypes(result)).toEqual(['RESHAPE', 'CONV_2D', 'RESHAPE']);
    expect(await differenceToOnnxRuntime(original, result, 2)).toBeLessThanOrEqual(tolerance);
  });

  it('makes matrix products of attention', async () => {
    const graph = onnxGraph(23);
    const inputs = ['q', 'k', 'v'].map((name) => graph.input(name, [1, 2, 5, 4]));
    const original = graph.build(graph.op('Attention', inputs, { attributes: { is_causal: int(1) } }));
    const result = lowered(original);
    expect(loweredTypes(result)).toEqual(['BATCH_MATMUL', 'MUL', 'ADD', 'SOFTMAX', 'BATCH_MATMUL']);
    expect(await differenceToOnnxRuntime(original, result, 2)).toBeLessThanOrEqual(tolerance);
  });
});

describe('what has no counterpart', () => {
  const message = (build: (graph: ReturnType<typeof onnxGraph>) => number) => {
    const graph = onnxGraph(17);
    try {
      lowered(graph.build(build(graph)));
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
    return 'lowered';
  };

  it('is named, with its place and the reason', () => {
    expect(message((graph) => graph.op('Det', [graph.input('x', [2, 2])], { outputs: ['d'] }))).toBe(
      'Det "d" (operator 0 of the simplified graph): TensorFlow Lite Micro has no counterpart of this operator.',
    );
    expect(
      message((graph) => graph.op('Pow', [graph.input('x', [2]), graph.input('y', [2])], { outputs: ['p'] })),
    ).toMatch(/^Pow "p" .*powers only with one constant exponent/);
    const volume = (graph: ReturnType<typeof onnxGraph>) =>
      graph.op('Conv', [graph.input('x', [1, 1, 3, 3, 3]), graph.constant('w', [1, 1, 1, 1, 1], [1])], {
        attributes: { kernel_shape: ints(1, 1, 1) },
      });
    expect(message(volume)).toMatch(/convolves 3 spatial axes/);
    expect(message((graph) => graph.op('Relu', [graph.input('x', ['batch', 'length'])]))).toMatch(
      /shape of "x" is not fixed/,
    );
  });
});
