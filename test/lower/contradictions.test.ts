import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { lowerToTflite } from '../../src/lower/lower.ts';
import { type GraphBuilder, int, ints, noise, onnxGraph } from '../support/onnx-graphs.ts';

type Build = (b: GraphBuilder) => number;

const float = { dtype: 'float32' } as const;
const image = (b: GraphBuilder): number => b.input('x', [1, 4, 6, 6]);

/** Graphs whose parts do not fit together, and what is said of each. */
const cases: Readonly<Record<string, readonly [Build, RegExp]>> = {
  'weights of other channels': [
    (b) => b.op('Conv', [image(b), b.constant('w', [2, 3, 1, 1], noise(6))], { ...float, shape: [1, 2, 6, 6] }),
    /Conv "Conv_0" .*weights \[2, 3, 1, 1\] are none for an input of \[1, 4, 6, 6\]/,
  ],
  'a window over a vector': [
    (b) => b.op('MaxPool', [b.input('x', [1, 4])], { ...float, shape: [1, 4], attributes: { kernel_shape: ints(2) } }),
    /its input 0 has 2 dimensions and needs 3/,
  ],
  'statistics of other channels': [
    (b) => {
      const statistics = ['g', 'b', 'm', 'v'].map((name) => b.constant(name, [3], [1, 1, 1]));
      return b.op('BatchNormalization', [image(b), ...statistics], { ...float, shape: [1, 4, 6, 6] });
    },
    /its input 1 has the shape \[3\] for 4 channels/,
  ],
  'an order of other axes': [
    (b) => b.op('Transpose', [image(b)], { ...float, shape: [1, 6, 4, 6], attributes: { perm: ints(0, 2, -1, 3) } }),
    /\[0, 2, -1, 3\] is no order of 4 axes/,
  ],
  'an axis that is not there': [
    (b) => b.op('Softmax', [image(b)], { ...float, shape: [1, 4, 6, 6], attributes: { axis: int(4) } }),
    /a tensor of 4 dimensions has no axis 4/,
  ],
  'operands that do not broadcast': [
    (b) => b.op('Add', [image(b), b.constant('c', [5], noise(5))], { ...float, shape: [1, 4, 6, 6] }),
    /an input of the shape \[5\] is no part of a result of \[1, 4, 6, 6\]/,
  ],
  'rows of another length': [
    (b) => b.op('MatMul', [b.input('x', [2, 3]), b.constant('w', [4, 5], noise(20))], { ...float, shape: [2, 5] }),
    /it multiplies 3 columns with 4 rows/,
  ],
  'parts of another height': [
    (b) =>
      b.op('Concat', [image(b), b.input('y', [1, 2, 5, 6])], {
        ...float,
        shape: [1, 6, 6, 6],
        attributes: { axis: int(1) },
      }),
    /\[1, 2, 5, 6\] can't be joined with \[1, 4, 6, 6\] along axis 1/,
  ],
  'a shape of other elements': [
    (b) => b.op('Reshape', [image(b), b.constant('s', [2], [1, 100], 'int64')], { ...float, shape: [1, 100] }),
    /other elements than the result's \[1, 100\]/,
  ],
  'indexes beyond the end': [
    (b) =>
      b.op('Gather', [image(b), b.constant('i', [2], [0, 4], 'int64')], {
        ...float,
        shape: [1, 2, 6, 6],
        attributes: { axis: int(1) },
      }),
    /its indexes go beyond the 4 elements of axis 1/,
  ],
  'what nothing computes': [
    (b) => b.op('Relu', [b.capture('nowhere', [1, 4], 'float32')], { ...float, shape: [1, 4] }),
    /"nowhere" is used, and nothing computes it/,
  ],
};

const graphOf = (build: Build): Graph => {
  const b = onnxGraph(17);
  return b.build(build(b));
};

describe('a model that contradicts itself', () => {
  it.each(Object.entries(cases))('is refused in words: %s', (_name, [build, message]) => {
    const lowered = () => lowerToTflite(inferShapes(graphOf(build)));
    expect(lowered).toThrow(message);
    expect(lowered).toThrow(UserError);
  });

  it('is told from a bug, which is thrown as it is', () => {
    const graph = graphOf((b) => b.op('Relu', [image(b)], { ...float, shape: [1, 4, 6, 6] }));
    expect(() => lowerToTflite({ ...graph, outputs: [99] })).toThrow(RangeError);
  });
});
