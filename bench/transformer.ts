import { makeRandom } from '../src/basics/random.ts';
import type { Graph, TensorId } from '../src/graph/graph.ts';
import { int, ints, onnxGraph } from '../test/support/onnx-graphs.ts';

const [rows, features, width, heads, hidden, classes] = [32, 40, 64, 4, 128, 10];
const depth = width / heads;

/**
 * A transformer of two layers over 32 steps of 40 features with 10 classes, causal, as PyTorch exports it: scores divided by a constant, a mask of −∞ added, GELU by the error function,
 * layer norms and all in their parts. Weights are random, so its answers mean nothing, its ranges do.
 */
export function transformer(): Graph {
  const graph = onnxGraph(17);
  const random = makeRandom(2024);
  const uniform = () => (random(2 ** 24) + 0.5) / 2 ** 24;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  let constants = 0;
  const constant = (shape: readonly number[], value: (index: number) => number): TensorId => {
    const elements = shape.reduce((product, extent) => product * extent, 1);
    return graph.constant(
      `constant_${constants++}`,
      shape,
      Array.from({ length: elements }, (_, index) => value(index)),
    );
  };
  const scalar = (value: number) => constant([], () => value);
  const shape = (...extents: number[]) => graph.constant(`shape_${constants++}`, [extents.length], extents, 'int64');
  const linear = (x: TensorId, from: number, to: number): TensorId => {
    const product = graph.op('MatMul', [x, constant([from, to], () => (1.5 * normal()) / Math.sqrt(from))]);
    return graph.op('Add', [product, constant([to], () => normal() / 10)]);
  };
  const mean = (x: TensorId, axis: number, keepdims = 1) =>
    graph.op('ReduceMean', [x], { attributes: { axes: ints(axis), keepdims: int(keepdims) } });
  const layerNorm = (x: TensorId): TensorId => {
    const difference = graph.op('Sub', [x, mean(x, -1)]);
    const variance = mean(graph.op('Pow', [difference, scalar(2)]), -1);
    const deviation = graph.op('Sqrt', [graph.op('Add', [variance, scalar(1e-5)])]);
    const scaled = graph.op('Mul', [
      graph.op('Div', [difference, deviation]),
      constant([width], () => 1 + normal() / 5),
    ]);
    return graph.op('Add', [scaled, constant([width], () => normal() / 10)]);
  };
  const gelu = (x: TensorId): TensorId => {
    const error = graph.op('Erf', [graph.op('Div', [x, scalar(Math.SQRT2)])]);
    return graph.op('Mul', [graph.op('Mul', [x, graph.op('Add', [error, scalar(1)])]), scalar(0.5)]);
  };
  const turn = (x: TensorId, ...perm: number[]) => graph.op('Transpose', [x], { attributes: { perm: ints(...perm) } });
  const attention = (x: TensorId): TensorId => {
    const [query, key, value] = ['q', 'k', 'v'].map(() =>
      turn(graph.op('Reshape', [linear(x, width, width), shape(1, rows, heads, depth)]), 0, 2, 1, 3),
    ) as [TensorId, TensorId, TensorId];
    const scores = graph.op('Div', [graph.op('MatMul', [query, turn(key, 0, 1, 3, 2)]), scalar(Math.sqrt(depth))]);
    const mask = constant([rows, rows], (at) => (at % rows > Math.floor(at / rows) ? Number.NEGATIVE_INFINITY : 0));
    const weights = graph.op('Softmax', [graph.op('Add', [scores, mask])], { attributes: { axis: int(-1) } });
    const together = turn(graph.op('MatMul', [weights, value]), 0, 2, 1, 3);
    return linear(graph.op('Reshape', [together, shape(1, rows, width)]), width, width);
  };
  let x = linear(graph.input('x', [1, rows, features]), features, width);
  x = graph.op('Add', [x, constant([rows, width], () => 0.3 * normal())]);
  for (let layer = 0; layer < 2; layer += 1) {
    x = graph.op('Add', [x, attention(layerNorm(x))]);
    x = graph.op('Add', [x, linear(gelu(linear(layerNorm(x), width, hidden)), hidden, width)]);
  }
  return graph.build(linear(mean(layerNorm(x), 1, 0), width, classes));
}
