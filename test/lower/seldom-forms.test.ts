import { describe, expect, it } from 'vitest';
import type { TensorId } from '../../src/graph/graph.ts';
import { type GraphBuilder, int, ints, noise, onnxGraph, text } from '../support/onnx-graphs.ts';
import { differenceToOnnxRuntime, expectLowered, lowered, loweredTypes, tolerance } from './lowered.ts';

type Build = (graph: GraphBuilder) => TensorId;

const cast = (graph: GraphBuilder, id: TensorId, to: number): TensorId =>
  graph.op('Cast', [id], { attributes: { to: int(to) } });
const [asFloat, asInt8, asInt32] = [1, 3, 6];

/** x ─▶ Mul 300 ─▶ Cast to `narrow` ─▶ Cast to `wide` ─▶ type, twice ─▶ Cast to `narrow` ─▶ Cast to float ─▶ y */
const integers =
  (type: string, narrow: number, wide = narrow): Build =>
  (graph) => {
    const x = graph.op('Mul', [graph.input('x', [1, 4, 6, 5]), graph.constant('size', [], [100])]);
    const whole = cast(graph, cast(graph, x, narrow), wide);
    return cast(graph, cast(graph, graph.op(type, [graph.op(type, [whole, whole]), whole]), narrow), asFloat);
  };

/** Attention with the attributes, or with a mask that says the same. */
const attention =
  (attributes: Readonly<Record<string, number>>, sees?: (query: number, key: number) => boolean): Build =>
  (graph) => {
    const inputs = [graph.input('q', [1, 2, 5, 4]), graph.input('k', [1, 2, 7, 4]), graph.input('v', [1, 2, 7, 4])];
    if (sees === undefined) {
      const given = Object.entries(attributes).map(([name, value]) => [name, int(value)] as const);
      return graph.op('Attention', inputs, { attributes: Object.fromEntries(given) });
    }
    const mask = Array.from({ length: 35 }, (_, index) => (sees(Math.floor(index / 7), index % 7) ? 0 : -1e9));
    return graph.op('Attention', [...inputs, graph.constant('mask', [5, 7], mask)]);
  };

/** Pairs of a form that ONNX Runtime does not know, or in other integers, and one that says the same. */
const alike: Readonly<Record<string, readonly [opset: number, form: Build, same: Build]>> = {
  'SpaceToDepth, mode CRD': [
    28,
    (graph) =>
      graph.op('SpaceToDepth', [graph.input('x', [1, 3, 4, 6])], {
        attributes: { blocksize: int(2), mode: text('CRD') },
      }),
    (graph) => {
      const shape = (name: string, ...extents: number[]) => graph.constant(name, [extents.length], extents, 'int64');
      const blocks = graph.op('Reshape', [graph.input('x', [1, 3, 4, 6]), shape('s', 1, 3, 2, 2, 3, 2)]);
      const ordered = graph.op('Transpose', [blocks], { attributes: { perm: ints(0, 1, 3, 5, 2, 4) } });
      return graph.op('Reshape', [ordered, shape('t', 1, 12, 2, 3)]);
    },
  ],
  'attention to two positions before': [
    25,
    attention({ left_window_size: 2 }),
    attention({}, (query, key) => key >= query - 2),
  ],
  'attention to one before and two after': [
    25,
    attention({ left_window_size: 1, right_window_size: 2 }),
    attention({}, (query, key) => key >= query - 1 && key <= query + 2),
  ],
  'causal attention to three before': [
    25,
    attention({ left_window_size: 3, right_window_size: 5, is_causal: 1 }),
    attention({}, (query, key) => key >= query - 3 && key <= query),
  ],
  'sums of int8 that wrap around': [17, integers('Add', asInt8), integers('Add', asInt8, asInt32)],
  'products of int8 that wrap around': [17, integers('Mul', asInt8), integers('Mul', asInt8, asInt32)],
};

describe('forms that models seldom have', () => {
  it.each(Object.entries(alike))('%s', async (_, [opset, form, same]) => {
    const graphs = [form, same].map((build) => {
      const graph = onnxGraph(Math.min(opset, build === same ? 23 : opset));
      return graph.build(build(graph));
    });
    const [result, original] = [lowered(graphs[0] as never), graphs[1] as never];
    expect(await differenceToOnnxRuntime(original, result, 5)).toBeLessThanOrEqual(tolerance);
  });

  // Division by a norm of 0 gives 0.
  it.each([1, 2])('LpNormalization of nothing but zeros, p = %i', async (p) => {
    await expectLowered((graph) => {
      const some = graph.constant('some', [4, 1, 1], [1, 0, 1, 1]);
      const x = graph.op('Mul', [graph.input('x', [1, 4, 3, 3]), some]);
      return graph.build(graph.op('LpNormalization', [x], { attributes: { axis: int(3), p: int(p) } }));
    }, onnxGraph(17));
  });

  // x ─▶ Add −∞ where masked ─▶ ReduceMax ─▶ Equal −∞ ─▶ Where ─▶ y: kernels limit sums to finite floats.
  it('rows of a mask of infinities', async () => {
    const infinity = Number.NEGATIVE_INFINITY;
    const result = await expectLowered((graph) => {
      const mask = graph.constant('mask', [3, 2], [0, infinity, infinity, infinity, 0, 0]);
      const scores = graph.op('Add', [graph.input('x', [2, 3, 2]), mask]);
      const largest = graph.op('ReduceMax', [scores], { attributes: { axes: ints(2), keepdims: int(1) } });
      const isHidden = graph.op('Equal', [largest, graph.constant('least', [], [infinity])]);
      const weights = graph.op('Softmax', [scores], { attributes: { axis: int(2) } });
      return graph.build(graph.op('Where', [isHidden, graph.constant('zero', [], [0]), weights]));
    }, onnxGraph(17));
    expect(loweredTypes(result)).toContain('EQUAL');
  });

  it('an Expand has the first version that LiteRT registers (tflite/core/kernels/register.cc)', () => {
    const graph = onnxGraph(17);
    const shape = graph.constant('shape', [3], [4, 2, 3], 'int64');
    const { operators } = lowered(graph.build(graph.op('Expand', [graph.input('x', [2, 3]), shape]))).graph;
    expect(operators.map(({ type, version }) => [type, version])).toEqual([['BROADCAST_TO', 2]]);
  });

  it('a Resize whose scales the model computes is refused', () => {
    const graph = onnxGraph(13);
    const scales = graph.op('Abs', [graph.input('scales', [4])]);
    const resized = graph.op('Resize', [graph.input('x', [1, 1, 4, 4]), null, scales], {
      attributes: { mode: text('linear') },
    });
    const stated = graph.build(graph.op('Add', [resized, graph.constant('y', [1, 1, 2, 2], noise(4))]));
    const tensors = stated.tensors.map((tensor, id) => (id === resized ? { ...tensor, shape: [1, 1, 2, 2] } : tensor));
    expect(() => lowered({ ...stated, tensors })).toThrow(/its scales are computed by the model/);
  });
});
