import type { DataSet } from '../../src/data/data-set.ts';
import { constantOf, tensorOf } from '../../src/graph/evaluate/constant-value.ts';
import type { Attribute, Graph, Operator, Tensor, TensorId } from '../../src/graph/graph.ts';
import { graphOf } from '../support/tensor-graphs.ts';

/** A repeatable stream of numbers in [-1, 1). */
export function numbers(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** A graph that is written down operator by operator. */
export function builder(version: number) {
  const tensors: Tensor[] = [];
  const operators: Operator[] = [];
  const next = numbers(7);
  const tensor = (name: string, shape: readonly number[]): TensorId =>
    tensors.push({ name, dtype: 'float32', shape }) - 1;
  return {
    tensor,
    constant: (
      name: string,
      shape: readonly number[],
      values?: readonly number[],
      dtype: 'float32' | 'int64' = 'float32',
    ): TensorId => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const content = values ?? Array.from({ length: size }, next);
      return tensors.push(tensorOf(name, constantOf(dtype, shape, content))) - 1;
    },
    operator: (
      type: string,
      inputs: readonly (TensorId | null)[],
      outputs: readonly TensorId[],
      attributes: Readonly<Record<string, Attribute>> = {},
    ): void => {
      operators.push({ name: `${type}_${operators.length}`, type, domain: '', version, inputs, outputs, attributes });
    },
    graph: (inputs: readonly TensorId[], outputs: readonly TensorId[]): Graph =>
      graphOf('onnx', tensors, operators, inputs, outputs),
  };
}

export const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
export const int = (value: number): Attribute => ({ kind: 'int', value });

/**
 * x [1,2,8,8] ── Conv 3×3 ── Relu ── MaxPool ── depthwise Conv ── Add ── GlobalAveragePool ── Flatten ── Gemm ── scores [1,3]
 *                                      └──────────────────────────┘
 */
export function smallNetwork(version = 13): Graph {
  const g = builder(version);
  const x = g.tensor('x', [1, 2, 8, 8]);
  const conv = g.tensor('conv', [1, 4, 8, 8]);
  const relu = g.tensor('relu', [1, 4, 8, 8]);
  const pool = g.tensor('pool', [1, 4, 4, 4]);
  const depthwise = g.tensor('depthwise', [1, 4, 4, 4]);
  const sum = g.tensor('sum', [1, 4, 4, 4]);
  const mean = g.tensor('mean', [1, 4, 1, 1]);
  const flat = g.tensor('flat', [1, 4]);
  const scores = g.tensor('scores', [1, 3]);
  const pads = { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) };
  g.operator('Conv', [x, g.constant('w1', [4, 2, 3, 3]), g.constant('b1', [4])], [conv], pads);
  g.operator('Relu', [conv], [relu]);
  g.operator('MaxPool', [relu], [pool], { kernel_shape: ints(2, 2), strides: ints(2, 2) });
  g.operator('Conv', [pool, g.constant('w2', [4, 1, 3, 3]), g.constant('b2', [4])], [depthwise], {
    ...pads,
    group: int(4),
  });
  g.operator('Add', [depthwise, pool], [sum]);
  g.operator('GlobalAveragePool', [sum], [mean]);
  g.operator('Flatten', [mean], [flat]);
  g.operator('Gemm', [flat, g.constant('w3', [3, 4]), g.constant('b3', [1, 3])], [scores], { transB: int(1) });
  return g.graph([x], [scores]);
}

/** Random samples of one input `x`. */
export function randomSamples(shape: readonly number[], count: number, seed = 3): DataSet {
  const next = numbers(seed);
  const size = shape.reduce((product, extent) => product * extent, 1);
  const samples = Array.from({ length: count }, () => ({
    dtype: 'float32' as const,
    shape,
    data: Float32Array.from({ length: size }, next),
  }));
  return {
    path: 'random.npz',
    sha256: '0'.repeat(64),
    count,
    names: ['x'],
    labels: undefined,
    sample: async (index) => {
      const x = samples[index];
      if (x === undefined) throw new RangeError(`no sample ${index}`);
      return { x };
    },
  };
}
