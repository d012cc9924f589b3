import { describe, expect, it } from 'vitest';
import type { Graph, TensorId } from '../../src/graph/graph.ts';
import { type GraphBuilder, int, ints, noise, onnxGraph } from '../support/onnx-graphs.ts';
import { expectLowered, loweredTypes } from './lowered.ts';

type Build = (graph: GraphBuilder) => TensorId | readonly TensorId[];

const image = (graph: GraphBuilder): TensorId => graph.input('x', [1, 4, 6, 5]);
const positive = (graph: GraphBuilder): TensorId =>
  graph.op('Add', [graph.op('Abs', [image(graph)]), graph.constant('half', [], [0.5])]);
const numbers = (graph: GraphBuilder, name: string, ...values: number[]): TensorId =>
  graph.constant(name, [values.length], values, 'int64');
const other = (graph: GraphBuilder): TensorId => graph.constant('y', [4, 1, 1], noise(4, 8));
const asFloat = (graph: GraphBuilder, id: TensorId): TensorId => graph.op('Cast', [id], { attributes: { to: int(1) } });

/** x, c ─▶ type ─▶ Cast ─▶ y */
const compared =
  (type: string): Build =>
  (graph) =>
    asFloat(graph, graph.op(type, [image(graph), other(graph)]));

/** x > 0, x < c ─▶ type ─▶ Cast ─▶ y */
const joined =
  (type: string): Build =>
  (graph) => {
    const x = image(graph);
    const [left, right] = [
      graph.op('Greater', [x, graph.constant('zero', [], [0])]),
      graph.op('Less', [x, other(graph)]),
    ];
    return asFloat(graph, graph.op(type, [left, right]));
  };

const cases: Readonly<Record<string, readonly [Build, string, number?]>> = {
  Tanh: [(graph) => graph.op('Tanh', [image(graph)]), 'TANH'],
  Log: [(graph) => graph.op('Log', [positive(graph)]), 'ABS ADD LOG'],
  Sqrt: [(graph) => graph.op('Sqrt', [positive(graph)]), 'ABS ADD SQRT'],
  Min: [(graph) => graph.op('Min', [image(graph), other(graph)]), 'MINIMUM'],
  Equal: [compared('Equal'), 'EQUAL CAST'],
  GreaterOrEqual: [compared('GreaterOrEqual'), 'GREATER_EQUAL CAST'],
  LessOrEqual: [compared('LessOrEqual'), 'LESS_EQUAL CAST'],
  And: [joined('And'), 'GREATER LESS LOGICAL_AND CAST'],
  Or: [joined('Or'), 'GREATER LESS LOGICAL_OR CAST'],
  Xor: [joined('Xor'), 'GREATER LESS NOT_EQUAL CAST'],
  ReduceSumSquare: [(graph) => graph.op('ReduceSumSquare', [image(graph), numbers(graph, 'a', 1)]), 'SQUARE SUM', 18],
  ReduceLogSum: [(graph) => graph.op('ReduceLogSum', [positive(graph), numbers(graph, 'a', 2)]), 'ABS ADD SUM LOG', 18],
  ReduceL1: [(graph) => graph.op('ReduceL1', [image(graph), numbers(graph, 'a', 3)]), 'ABS SUM', 18],
  ReduceL2: [(graph) => graph.op('ReduceL2', [image(graph), numbers(graph, 'a', 3)]), 'SQUARE SUM SQRT', 18],
  ArgMin: [
    (graph) => asFloat(graph, graph.op('ArgMin', [image(graph)], { attributes: { axis: int(1) } })),
    'ARG_MIN CAST RESHAPE',
  ],
  'Squeeze and Unsqueeze': [
    (graph) => {
      const flat = graph.op('Squeeze', [image(graph), numbers(graph, 'a', 0)]);
      return graph.op('Unsqueeze', [graph.op('Neg', [flat]), numbers(graph, 'b', 1)]);
    },
    'NEG RESHAPE',
  ],
  Dropout: [(graph) => graph.op('Neg', [graph.op('Dropout', [image(graph)])]), 'NEG'],
  GatherND: [
    (graph) => graph.op('GatherND', [image(graph), graph.constant('i', [2, 2], [0, 3, 0, 1], 'int64')]),
    'GATHER_ND',
  ],
  Upsample: [
    (graph) => graph.op('Upsample', [image(graph), graph.constant('s', [4], [1, 1, 2, 2])]),
    'RESIZE_NEAREST_NEIGHBOR',
    9,
  ],
  'Softmax over channels, and over rows of a matrix': [
    (graph) => {
      const x = image(graph);
      return [
        graph.op('Softmax', [x], { attributes: { axis: int(1) } }),
        graph.op('Softmax', [x], { attributes: { axis: int(2) } }),
      ];
    },
    'TRANSPOSE SOFTMAX TRANSPOSE SOFTMAX TRANSPOSE',
  ],
  'a mean over channels and rows': [
    (graph) => graph.op('ReduceMean', [image(graph)], { attributes: { axes: ints(1, 2), keepdims: int(0) } }),
    'AVERAGE_POOL_2D RESHAPE',
  ],
};

describe('lowering', () => {
  it.each(Object.entries(cases))('%s', async (_, [build, becomes, opset = 17]) => {
    const result = await expectLowered((graph): Graph => graph.build(...[build(graph)].flat()), onnxGraph(opset));
    expect(loweredTypes(result)).toEqual(becomes.split(' '));
  });
});
