import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { int, ints, noise, onnxGraph } from '../support/onnx-graphs.ts';
import { differenceToOnnxRuntime, lowered, tolerance } from './lowered.ts';

/** Along one spatial axis. */
const axis = fc.record({
  extent: fc.integer({ min: 5, max: 12 }),
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  before: fc.integer({ min: 0, max: 3 }),
  after: fc.integer({ min: 0, max: 3 }),
  extra: fc.integer({ min: 0, max: 2 }),
});

const layer = fc
  .record({
    axes: fc.oneof(fc.tuple(axis), fc.tuple(axis, axis)),
    batch: fc.constantFrom(1, 1, 2),
    inputs: fc.integer({ min: 1, max: 3 }),
    outputs: fc.integer({ min: 1, max: 3 }),
    groups: fc.constantFrom(1, 1, 2, 3),
    padding: fc.constantFrom('NOTSET', 'NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'),
    hasBias: fc.boolean(),
    seed: fc.integer({ min: 1, max: 1000 }),
  })
  .map((chosen) => ({
    ...chosen,
    // With SAME, ONNX Runtime refuses dilated windows, and gives transposed ones that are shorter than the stride less than input · stride elements, which the specification has.
    axes: chosen.axes.map((each) =>
      chosen.padding.startsWith('SAME') ? { ...each, dilation: 1, kernel: Math.max(each.kernel, each.stride) } : each,
    ),
  }));

type Layer = typeof layer extends fc.Arbitrary<infer T> ? T : never;

/** x [N, groups · inputs, …] ── Conv or ConvTranspose ── Relu ── y */
function graphOf(type: 'Conv' | 'ConvTranspose', chosen: Layer) {
  const { axes, batch, inputs, outputs, groups, padding, hasBias, seed } = chosen;
  const g = onnxGraph(17);
  const each = (of: (axis: Layer['axes'][number]) => number) => ints(...axes.map(of));
  const [made, read] = [outputs * groups, inputs * groups];
  const kernel = axes.map((one) => one.kernel);
  const shape = type === 'Conv' ? [made, inputs, ...kernel] : [read, outputs, ...kernel];
  const x = g.input('x', [batch, read, ...axes.map((one) => one.extent)]);
  const weights = g.constant(
    'w',
    shape,
    noise(
      shape.reduce((product, extent) => product * extent, 1),
      seed,
    ),
  );
  const attributes: Record<string, Attribute> = {
    strides: each((one) => one.stride),
    dilations: each((one) => one.dilation),
    group: int(groups),
    kernel_shape: ints(...kernel),
    ...(padding === 'NOTSET'
      ? { pads: ints(...axes.map((one) => one.before), ...axes.map((one) => one.after)) }
      : { auto_pad: { kind: 'string', value: padding } }),
    ...(type === 'ConvTranspose' ? { output_padding: each((one) => Math.min(one.extra, one.stride - 1)) } : {}),
  };
  const conv = g.op(type, [x, weights, ...(hasBias ? [g.constant('b', [made], noise(made, seed + 1))] : [])], {
    attributes,
  });
  return g.build(g.op('Relu', [conv], { outputs: ['y'] }));
}

describe.each(['Conv', 'ConvTranspose'] as const)('%s of one and two axes', (type) => {
  it('computes in TensorFlow Lite what ONNX Runtime does', async () => {
    await fc.assert(
      fc.asyncProperty(layer, async (chosen) => {
        const graph = graphOf(type, chosen);
        const shape = inferShapes(graph).tensors.find(({ name }) => name === 'y')?.shape ?? [];
        // Windows larger than the padded input, and edges cut off that reach over the whole output, are no model.
        fc.pre(shape.every((extent) => typeof extent === 'number' && extent > 0));
        expect(await differenceToOnnxRuntime(graph, lowered(graph), chosen.seed)).toBeLessThanOrEqual(tolerance);
      }),
      { numRuns: 150 },
    );
  });
});
