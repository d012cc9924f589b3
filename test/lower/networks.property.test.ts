import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph, TensorId } from '../../src/graph/graph.ts';
import { float, type GraphBuilder, int, ints, noise, onnxGraph } from '../support/onnx-graphs.ts';
import { differenceToOnnxRuntime, lowered, loweredTypes, tolerance } from './lowered.ts';

/** One layer of a random network; what does not fit the image that it gets is left out. */
type Layer =
  | {
      readonly kind: 'conv';
      readonly kernel: number;
      readonly stride: number;
      readonly dilation: number;
      readonly pads: readonly [number, number, number, number];
      readonly grouping: 'one' | 'two' | 'depthwise';
      readonly channels: number;
      readonly bias: boolean;
    }
  | {
      readonly kind: 'pool';
      readonly type: 'MaxPool' | 'AveragePool';
      readonly kernel: number;
      readonly stride: number;
      readonly pad: number;
      readonly ceil: boolean;
      readonly counts: boolean;
    }
  | { readonly kind: 'activation'; readonly type: string }
  | { readonly kind: 'residual' }
  | { readonly kind: 'concat' }
  | { readonly kind: 'scale' }
  | { readonly kind: 'shuffle' };

const pad = fc.integer({ min: 0, max: 2 });
const layer: fc.Arbitrary<Layer> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('conv' as const),
      kernel: fc.integer({ min: 1, max: 4 }),
      stride: fc.integer({ min: 1, max: 3 }),
      dilation: fc.integer({ min: 1, max: 2 }),
      pads: fc.tuple(pad, pad, pad, pad),
      grouping: fc.constantFrom('one' as const, 'two' as const, 'depthwise' as const),
      channels: fc.constantFrom(2, 4, 6),
      bias: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pool' as const),
      type: fc.constantFrom('MaxPool' as const, 'AveragePool' as const),
      kernel: fc.integer({ min: 2, max: 3 }),
      stride: fc.integer({ min: 1, max: 3 }),
      pad: fc.integer({ min: 0, max: 1 }),
      ceil: fc.boolean(),
      counts: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('activation' as const),
      type: fc.constantFrom('Relu', 'Clip', 'Sigmoid', 'LeakyRelu', 'HardSwish', 'Tanh'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      { kind: 'residual' as const },
      { kind: 'concat' as const },
      { kind: 'scale' as const },
      { kind: 'shuffle' as const },
    ),
  },
);

const network = fc.record({
  size: fc.tuple(fc.integer({ min: 5, max: 9 }), fc.integer({ min: 5, max: 9 })),
  channels: fc.constantFrom(2, 3, 4),
  layers: fc.array(layer, { minLength: 1, maxLength: 6 }),
  tail: fc.constantFrom('none', 'dense', 'global'),
  seed: fc.integer({ min: 1, max: 1000 }),
});

type Network = typeof network extends fc.Arbitrary<infer T> ? T : never;

/** x [1, C, H, W] ─▶ layers ─▶ (Flatten ─▶ Gemm | GlobalAveragePool ─▶ Flatten ─▶ Gemm) ─▶ y */
function build({ size, channels, layers, tail, seed }: Network): Graph {
  const graph = onnxGraph(17);
  let shape = [1, channels, ...size];
  let current = graph.input('x', shape);
  layers.forEach((one, index) => {
    const [next, nextShape] = apply(graph, one, current, shape, seed + 10 * index, `l${index}`);
    current = next;
    shape = nextShape;
  });
  if (tail === 'none') return graph.build(graph.op('Neg', [current]));
  const pooled = tail === 'global' ? graph.op('GlobalAveragePool', [current]) : current;
  const depth = tail === 'global' ? (shape[1] as number) : shape.reduce((product, extent) => product * extent, 1);
  const flat = graph.op('Flatten', [pooled]);
  const weights = graph.constant('dense', [depth, 3], noise(depth * 3, seed + 7));
  return graph.build(graph.op('Gemm', [flat, weights, graph.constant('offset', [3], noise(3, seed + 8))]));
}

function apply(
  graph: GraphBuilder,
  one: Layer,
  x: TensorId,
  shape: readonly number[],
  seed: number,
  name: string,
): [TensorId, number[]] {
  const [, channels = 1, height = 1, width = 1] = shape;
  const same = [...shape];
  switch (one.kind) {
    case 'conv': {
      const groups = one.grouping === 'depthwise' ? channels : one.grouping === 'two' && channels % 2 === 0 ? 2 : 1;
      const outputs = groups === channels ? channels * (one.channels / 2) : one.channels;
      const reach = (one.kernel - 1) * one.dilation + 1;
      const [top, left, bottom, right] = one.pads;
      const extent = (length: number, padding: number) => Math.floor((length + padding - reach) / one.stride) + 1;
      const result = [1, outputs, extent(height, top + bottom), extent(width, left + right)];
      if (result.some((length) => length < 1)) return [x, same];
      const weightShape = [outputs, channels / groups, one.kernel, one.kernel];
      const count = weightShape.reduce((product, length) => product * length, 1);
      const inputs = [x, graph.constant(`${name}w`, weightShape, noise(count, seed))];
      if (one.bias) inputs.push(graph.constant(`${name}b`, [outputs], noise(outputs, seed + 1)));
      const attributes = {
        pads: ints(...one.pads),
        strides: ints(one.stride, one.stride),
        dilations: ints(one.dilation, one.dilation),
        group: int(groups),
        kernel_shape: ints(one.kernel, one.kernel),
      };
      return [graph.op('Conv', inputs, { attributes }), result];
    }
    case 'pool': {
      const steps = (length: number) => (length + 2 * one.pad - one.kernel) / one.stride;
      // Whether a window that would start in the padding behind counts, ONNX Runtime and ONNX see differently.
      const isClear = [height, width].every((length) => Math.ceil(steps(length)) * one.stride < length + one.pad);
      const ceil = one.ceil && isClear;
      const extent = (length: number) => (ceil ? Math.ceil(steps(length)) : Math.floor(steps(length))) + 1;
      const result = [1, channels, extent(height), extent(width)];
      if (height + 2 * one.pad < one.kernel || width + 2 * one.pad < one.kernel) return [x, same];
      const attributes = {
        kernel_shape: ints(one.kernel, one.kernel),
        strides: ints(one.stride, one.stride),
        pads: ints(one.pad, one.pad, one.pad, one.pad),
        ceil_mode: int(Number(ceil)),
        ...(one.type === 'AveragePool' ? { count_include_pad: int(Number(one.counts)) } : {}),
      };
      return [graph.op(one.type, [x], { attributes }), result];
    }
    case 'activation': {
      if (one.type === 'Clip') {
        const bounds = [graph.constant(`${name}lo`, [], [-1]), graph.constant(`${name}hi`, [], [1])];
        return [graph.op('Clip', [x, ...bounds]), same];
      }
      const attributes = one.type === 'LeakyRelu' ? { alpha: float(0.1) } : {};
      return [graph.op(one.type, [x], { attributes }), same];
    }
    case 'residual':
      return [graph.op('Add', [x, graph.op('Relu', [x])]), same];
    case 'concat':
      return [
        graph.op('Concat', [graph.op('Sigmoid', [x]), x], { attributes: { axis: int(1) } }),
        [1, 2 * channels, height, width],
      ];
    case 'scale': {
      const factor = graph.constant(`${name}f`, [channels, 1, 1], noise(channels, seed));
      return [graph.op('Mul', [factor, x]), same];
    }
    case 'shuffle': {
      if (channels % 2 !== 0) return [x, same];
      const split = graph.constant(`${name}s`, [5], [1, 2, channels / 2, height, width], 'int64');
      const back = graph.constant(`${name}t`, [4], shape, 'int64');
      const apart = graph.op('Reshape', [x, split]);
      const turned = graph.op('Transpose', [apart], { attributes: { perm: ints(0, 2, 1, 3, 4) } });
      return [graph.op('Reshape', [turned, back]), same];
    }
  }
}

describe('random convolutional networks', () => {
  it('compute what ONNX Runtime computes', async () => {
    await fc.assert(
      fc.asyncProperty(network, async (one) => {
        const graph = build(one);
        const result = lowered(graph);
        expect(await differenceToOnnxRuntime(graph, result, one.seed)).toBeLessThanOrEqual(tolerance);
        // A channel shuffle moves channels; nothing else has to move anything.
        if (one.layers.every(({ kind }) => kind !== 'shuffle')) expect(loweredTypes(result)).not.toContain('TRANSPOSE');
      }),
      { numRuns: Number(process.env.RUNS ?? 60) },
    );
  }, 120_000);
});
