import { describe, expect, it } from 'vitest';
import type { Attribute, Graph } from '../../src/graph/graph.ts';
import { foldBatchNorm } from '../../src/passes/fold-batch-norm.ts';
import { foldChannelArithmetic } from '../../src/passes/fold-channel-arithmetic.ts';
import { float, type GraphBuilder, int, noise, onnxGraph, typesOf } from '../support/onnx-graphs.ts';
import { expectSameResults } from './same-results.ts';

/** The parameters of a batch normalisation over `channels`, none of them trivial. */
function statistics(builder: GraphBuilder, channels: number) {
  const positive = noise(channels, 5).map((value) => Math.abs(value) + 0.1);
  return [
    builder.constant('gamma', [channels], noise(channels, 2)),
    builder.constant('beta', [channels], noise(channels, 3)),
    builder.constant('mean', [channels], noise(channels, 4)),
    builder.constant('variance', [channels], positive),
  ];
}

interface Layer {
  readonly type: string;
  readonly input: readonly number[];
  readonly weights: readonly number[];
  readonly channels: number;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly bias?: boolean;
}

const layers: readonly Layer[] = [
  { type: 'Conv', input: [1, 3, 6, 6], weights: [4, 3, 3, 3], channels: 4 },
  { type: 'Conv', input: [1, 3, 6, 6], weights: [4, 3, 3, 3], channels: 4, bias: true },
  { type: 'Conv', input: [1, 4, 6, 6], weights: [4, 1, 3, 3], channels: 4, attributes: { group: int(4) }, bias: true },
  { type: 'Conv', input: [1, 3, 9], weights: [5, 3, 2], channels: 5 },
  { type: 'ConvTranspose', input: [1, 4, 5, 5], weights: [4, 3, 2, 2], channels: 3, bias: true },
  { type: 'ConvTranspose', input: [1, 4, 5, 5], weights: [4, 3, 2, 2], channels: 6, attributes: { group: int(2) } },
  {
    type: 'Gemm',
    input: [2, 6],
    weights: [6, 5],
    channels: 5,
    bias: true,
    attributes: { alpha: float(0.5), beta: float(2) },
  },
  { type: 'Gemm', input: [2, 6], weights: [5, 6], channels: 5, attributes: { transB: int(1) } },
];

function build(layer: Layer, after: (builder: GraphBuilder, output: number) => number): Graph {
  const builder = onnxGraph(15);
  const x = builder.input('x', layer.input);
  const count = layer.weights.reduce((product, extent) => product * extent, 1);
  const w = builder.constant('w', layer.weights, noise(count, 9));
  const inputs = layer.bias ? [x, w, builder.constant('b', [layer.channels], noise(layer.channels, 8))] : [x, w];
  return builder.build(after(builder, builder.op(layer.type, inputs, { attributes: layer.attributes ?? {} })));
}

const named = layers.map(
  (layer) => [`${layer.type} ${JSON.stringify(layer.attributes ?? {})} bias ${!!layer.bias}`, layer] as const,
);

describe('foldBatchNorm', () => {
  it.each(named)('%s', async (_, layer) => {
    const graph = build(layer, (builder, y) =>
      builder.op('BatchNormalization', [y, ...statistics(builder, layer.channels)], {
        outputs: ['y'],
        attributes: { epsilon: float(1e-3) },
      }),
    );
    const folded = foldBatchNorm(graph);
    expect(typesOf(folded)).toEqual([layer.type]);
    expect(folded.outputs.map((id) => folded.tensors[id]?.name)).toEqual(['y']);
    await expectSameResults(graph, folded);
  });

  const [conv] = layers as readonly [Layer];
  const normalise = (builder: GraphBuilder, y: number, attributes = {}, outputs = ['y']) =>
    builder.op('BatchNormalization', [y, ...statistics(builder, 4)], { attributes, outputs });

  it('stays when the layer’s output is used elsewhere', () => {
    const graph = build(conv, (builder, y) => builder.op('Add', [normalise(builder, y), y]));
    expect(foldBatchNorm(graph)).toBe(graph);
  });

  it('stays when the layer’s output is an output of the graph', () => {
    const graph = build(conv, normalise);
    const both = { ...graph, outputs: [...graph.outputs, graph.operators[0]?.outputs[0] as number] };
    expect(foldBatchNorm(both)).toBe(both);
  });

  it('stays when another layer uses the weights', () => {
    const graph = build(conv, (builder, y) => {
      const other = builder.op('Conv', [builder.id('x'), builder.id('w')]);
      return builder.op('Add', [normalise(builder, y), other]);
    });
    expect(foldBatchNorm(graph)).toBe(graph);
  });

  it('stays in training, and when its statistics are asked for', () => {
    const training = build(conv, (builder, y) => normalise(builder, y, { training_mode: int(1) }));
    expect(foldBatchNorm(training)).toBe(training);
    const asked = build(conv, (builder, y) => normalise(builder, y, {}, ['y', 'running_mean']));
    const both = { ...asked, outputs: [...asked.outputs, (asked.outputs[0] as number) + 1] };
    expect(foldBatchNorm(both)).toBe(both);
  });

  it('stays where it would overflow', () => {
    const graph = build(conv, (builder, y) => {
      const huge = builder.constant('huge', [4], new Float32Array(4).fill(3e38));
      const [, ...rest] = statistics(builder, 4);
      const tiny = builder.constant('tiny', [4], new Float32Array(4).fill(1e-30));
      return builder.op('BatchNormalization', [y, huge, ...rest.slice(0, 2), tiny], {
        attributes: { epsilon: float(0) },
      });
    });
    expect(foldBatchNorm(graph)).toBe(graph);
  });
});

describe('foldChannelArithmetic', () => {
  const rows = ['Add', 'Sub', 'Mul', 'Div'].flatMap((type) =>
    [0, 1].map((side) => [type, side, type !== 'Div' || side === 0] as const),
  );
  it.each(rows)('%s with the layer as operand %i folds: %s', async (type, side, folds) => {
    for (const layer of layers) {
      const graph = build(layer, (builder, y) => {
        const shape = [layer.channels, ...layer.weights.slice(2).map(() => 1)];
        const constant = builder.constant(
          'c',
          shape,
          noise(layer.channels, 11).map((value) => value + 2),
        );
        return builder.op(type, side === 0 ? [y, constant] : [constant, y], { outputs: ['y'] });
      });
      const folded = foldChannelArithmetic(graph);
      expect(typesOf(folded)).toEqual(folds ? [layer.type] : [layer.type, type]);
      await expectSameResults(graph, folded);
    }
  });

  it('folds into a normalisation on its own', async () => {
    const builder = onnxGraph(15);
    const x = builder.input('x', [1, 4, 3, 3]);
    const y = builder.op('BatchNormalization', [x, ...statistics(builder, 4)]);
    const scaled = builder.op('Mul', [y, builder.constant('m', [4, 1, 1], noise(4, 12))]);
    const graph = builder.build(builder.op('Add', [scaled, builder.constant('a', [1, 4, 1, 1], noise(4, 13))]));
    const folded = foldChannelArithmetic(foldChannelArithmetic(graph));
    expect(typesOf(folded)).toEqual(['BatchNormalization']);
    await expectSameResults(graph, folded);
  });

  it.each([
    ['a constant per column', [4]],
    ['one that adds an axis', [1, 1, 4, 1, 1]],
    ['one per element', [1, 4, 4, 4]],
  ])('leaves %s', (_, shape) => {
    const [layer] = layers as readonly [Layer];
    const count = shape.reduce((product, extent) => product * extent, 1);
    const graph = build(layer, (builder, y) => builder.op('Add', [y, builder.constant('c', shape, noise(count))]));
    expect(foldChannelArithmetic(graph)).toBe(graph);
  });

  it('adds one number to every channel', async () => {
    const [layer] = layers as readonly [Layer];
    const graph = build(layer, (builder, y) => builder.op('Add', [y, builder.constant('c', [], [3])]));
    const folded = foldChannelArithmetic(graph);
    expect(typesOf(folded)).toEqual(['Conv']);
    await expectSameResults(graph, folded);
  });
});
