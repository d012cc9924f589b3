import { describe, expect, it } from 'vitest';
import { readDimensions } from '../../src/commands/dimension-options.ts';
import { writeOnnx } from '../../src/formats/onnx/write.ts';
import type { Attribute, Graph, Shape } from '../../src/graph/graph.ts';
import { dimensionNames, inferShapes, withDimensions } from '../../src/graph/infer-shapes.ts';
import type { Model } from '../../src/optimize/model.ts';
import { type OptimizeOptions, optimize } from '../../src/optimize/optimize.ts';
import type { AppliedRecipe } from '../../src/optimize/recipe.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { randomSamples } from '../quantize/small-network.ts';
import { int, ints, nested, noise, onnxGraph, typesOf } from '../support/onnx-graphs.ts';

/** x [N,2,H,8] ─▶ Conv ─▶ Reshape(Shape's first, −1) ─▶ Gemm, as exporters write a flatten. */
function network(shape: Shape): Graph {
  const g = onnxGraph(17);
  const x = g.input('x', shape);
  const conv = g.op('Conv', [x, g.constant('w', [4, 2, 3, 3], noise(72))], { attributes: { pads: ints(1, 1, 1, 1) } });
  const first = g.op('Gather', [g.op('Shape', [conv]), g.constant('first', [], [0], 'int64')], {
    attributes: { axis: int(0) },
  });
  const batch = g.op('Unsqueeze', [first, g.constant('axes', [1], [0], 'int64')]);
  const wanted = g.op('Concat', [batch, g.constant('rest', [1], [-1], 'int64')], { attributes: { axis: int(0) } });
  const flat = g.op('Reshape', [conv, wanted]);
  const y = g.op('Gemm', [flat, g.constant('v', [256, 3], noise(768, 2))], { dtype: 'float32', shape: ['N', 3] });
  return g.build(y);
}

async function optimized(graph: Graph, target: string, numbers: AppliedRecipe['numbers'], options: OptimizeOptions) {
  const model: Model = { path: 'm.onnx', format: 'onnx', bytes: writeOnnx(graph), graph };
  return (await optimize(model, { numbers, levers: 'none' }, resolveTarget(target), options)).artifact.graph;
}

const inputShape = (graph: Graph) => graph.tensors[graph.inputs[0] ?? -1]?.shape;
const calibration = randomSamples([2, 8, 8], 12);

describe('open dimensions', () => {
  it('are known by their names or places, and fixed by either', () => {
    expect(dimensionNames(network(['N', 2, 'H', 8]))).toEqual(['N', 'H']);
    expect(dimensionNames(network(['?', 2, '?', 8]))).toEqual(['x[0]', 'x[2]']);
    expect(inputShape(withDimensions(network(['N', 2, 'H', 8]), { H: 8 }))).toEqual(['N', 2, 8, 8]);
    expect(inputShape(withDimensions(network(['?', 2, '?', 8]), { 'x[2]': 8 }))).toEqual(['?', 2, 8, 8]);
    expect(inputShape(inferShapes(network(['?', 2, '?', 8]), { 'x[2]': 8 }))).toEqual([1, 2, 8, 8]);
    const closed = network([1, 2, 8, 8]);
    expect(withDimensions(closed, { H: 8 })).toBe(closed);
  });

  it.each([
    ['N', 'H', { H: 8 }],
    ['?', '?', { 'x[2]': 8 }],
  ] as const)(
    '%s and %s are fixed for a target that needs every extent, and what follows from shapes is gone',
    async (n, h, dimensions) => {
      const graph = await optimized(network([n, 2, h, 8]), 'nucleo-l4r5zi/tflm', 'int8', { calibration, dimensions });
      expect(typesOf(graph)).toEqual(['CONV_2D', 'FULLY_CONNECTED']);
      expect(inputShape(graph)).toEqual([1, 8, 8, 2]);
    },
  );

  it('stay open in .onnx, in integers too, but for those that are named', async () => {
    const target = 'raspberry-pi-4/onnxruntime';
    const graph = network(['N', 2, 'H', 8]);
    expect(inputShape(await optimized(graph, target, 'lossless', {}))).toEqual(['N', 2, 'H', 8]);
    expect(inputShape(await optimized(graph, target, 'int8', { calibration }))).toEqual(['N', 2, 'H', 8]);
    const fixed = await optimized(graph, target, 'lossless', { dimensions: { N: 1, H: 8 } });
    expect(inputShape(fixed)).toEqual([1, 2, 8, 8]);
    expect(typesOf(fixed)).toEqual(['Conv', 'Reshape', 'Gemm']);
  });

  it('of other names are refused on the command line', () => {
    const graph = network(['N', 2, 'height', 8]);
    expect(readDimensions(['height=8', 'N=2'], graph)).toEqual({ height: 8, N: 2 });
    expect(() => readDimensions(['heigth=8'], graph)).toThrow(
      'no open dimension and no input of one whole number "heigth"; did you mean "height"?',
    );
  });

  it('are named in the finding of a target that needs every extent', async () => {
    await expect(optimized(network(['N', 2, 'H', 8]), 'nucleo-l4r5zi/tflm', 'lossless', {})).rejects.toThrow(
      'Say what "H" is: with "dimensions:" in edge-ready.yml, or --dimension "H=…".',
    );
  });
});

describe('inputs of one whole number', () => {
  it.each<readonly [string, Shape]>([
    ['a scalar', []],
    ['one element', [1]],
  ])(
    'that are always the same, as %s, are inputs no longer, and only the branch that they lead to is left',
    async (_, shape) => {
      const graph = byRate(shape);
      expect(dimensionNames(graph)).toEqual(['rate']);
      const closed = withDimensions(graph, { rate: 16000 });
      expect(closed.inputs).toEqual(graph.inputs.slice(0, 1));
      const options = { dimensions: { rate: 16000 } };
      expect(typesOf(await optimized(graph, 'raspberry-pi-4/onnxruntime', 'lossless', options))).toEqual([
        'MatMul',
        'Relu',
      ]);
      expect(typesOf(await optimized(graph, 'nucleo-l4r5zi/tflm', 'lossless', options))).toEqual(['FULLY_CONNECTED']);
      const other = await optimized(graph, 'raspberry-pi-4/onnxruntime', 'lossless', { dimensions: { rate: 8000 } });
      expect(typesOf(other)).toEqual(['MatMul', 'RandomNormalLike']);
    },
  );

  it('let shapes decide the branches of branches, in .onnx too', async () => {
    const g = onnxGraph(17);
    const isWide = g.op('Equal', [g.input('rate', [], 'int64'), g.constant('wide', [], [16000], 'int64')]);
    g.op('Relu', [g.input('x', [1, 4])], { outputs: ['positive'] });
    const inner = onnxGraph(17);
    const positive = inner.capture('positive');
    const extent = inner.op('Gather', [inner.op('Shape', [positive]), inner.constant('one', [], [1], 'int64')]);
    const isFour = inner.op('Equal', [extent, inner.constant('four', [], [4], 'int64')]);
    const choices = { then_branch: unary('Neg', 'positive'), else_branch: unary('Abs', 'positive') };
    const branch = nested(inner.build(inner.op('If', [isFour], { attributes: choices })));
    const attributes = { then_branch: branch, else_branch: unary('Exp', 'positive') };
    const graph = g.build(g.op('If', [isWide], { attributes, dtype: 'float32', shape: [1, 4] }));
    const options = { dimensions: { rate: 16000 } };
    expect(typesOf(await optimized(graph, 'raspberry-pi-4/onnxruntime', 'lossless', options))).toEqual(['Relu', 'Neg']);
  });

  it('are what the finding asks for where a branch can’t run', async () => {
    await expect(optimized(byRate([]), 'nucleo-l4r5zi/tflm', 'lossless', {})).rejects.toThrow('Say what "rate" is: ');
  });

  it.each<readonly [string, Graph]>([
    ['a real number', byRate([], 'float32')],
    ['several numbers', byRate([2])],
  ])('stay inputs as %s', (_, graph) => {
    expect(dimensionNames(graph)).toEqual([]);
    expect(withDimensions(graph, { rate: 16000 })).toBe(graph);
  });
});

/** rate == 16000 ? Relu(x @ w) : noise like x @ w, which TensorFlow Lite has not. */
function byRate(rate: Shape = [], dtype: 'int64' | 'float32' = 'int64'): Graph {
  const g = onnxGraph(17);
  const x = g.input('x', [1, 4]);
  g.op('MatMul', [x, g.constant('w', [4, 3], noise(12))], { outputs: ['product'] });
  const isWide = g.op('Equal', [g.input('rate', rate, dtype), g.constant('wide', [], [16000], dtype)]);
  const attributes = { then_branch: unary('Relu', 'product'), else_branch: unary('RandomNormalLike', 'product') };
  return g.build(g.op('If', [isWide], { attributes, dtype: 'float32', shape: [1, 3] }));
}

/** A branch of one operator on a tensor around it. */
function unary(type: string, name: string): Attribute {
  const branch = onnxGraph(17);
  return nested(branch.build(branch.op(type, [branch.capture(name)])));
}
