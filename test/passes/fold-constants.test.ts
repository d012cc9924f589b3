import { describe, expect, it } from 'vitest';
import { contentOf, numbersOf } from '../../src/graph/evaluate/constant-value.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { foldConstants } from '../../src/passes/fold-constants.ts';
import { float, int, ints, nested, onnxGraph, text, typesOf } from '../support/onnx-graphs.ts';
import { expectSameResults } from './same-results.ts';

/** Numbers of the constant that the graph's last operator has as its last input. */
function lastConstant(graph: Graph): readonly number[] | undefined {
  const id = graph.operators.at(-1)?.inputs.at(-1);
  const tensor = graph.tensors[id as number];
  const content = tensor && contentOf(tensor);
  return content && numbersOf(content);
}

/** `Add(x, f(constants))` for one operator on constants. */
function onConstants(
  type: string,
  operands: readonly (readonly [
    shape: readonly number[],
    numbers: readonly number[],
    dtype?: 'int64' | 'float32' | 'bool',
  ])[],
  attributes = {},
) {
  const builder = onnxGraph();
  const constants = operands.map(([shape, numbers, dtype], i) => builder.constant(`k${i}`, shape, numbers, dtype));
  const made = builder.op(type, constants, { attributes });
  return builder.build(builder.op('Identity', [made]));
}

describe('foldConstants', () => {
  it.each([
    [
      'Add',
      onConstants('Add', [
        [[2], [1, 2]],
        [
          [2, 1],
          [10, 20],
        ],
      ]),
      [11, 12, 21, 22],
    ],
    [
      'Div of integers',
      onConstants('Div', [
        [[2], [-7, 7], 'int64'],
        [[], [2], 'int64'],
      ]),
      [-3, 3],
    ],
    [
      'Mod of integers',
      onConstants('Mod', [
        [[2], [-7, 7], 'int64'],
        [[], [3], 'int64'],
      ]),
      [2, 1],
    ],
    [
      'Gather',
      onConstants('Gather', [
        [[3], [5, 6, 7]],
        [[2], [-1, 0], 'int64'],
      ]),
      [7, 5],
    ],
    [
      'Slice backwards',
      onConstants('Slice', [
        [[4], [1, 2, 3, 4]],
        [[1], [-1], 'int64'],
        [[1], [-9], 'int64'],
        [[1], [0], 'int64'],
        [[1], [-2], 'int64'],
      ]),
      [4, 2],
    ],
    [
      'Slice to INT64_MAX',
      onConstants('Slice', [
        [[3], [1, 2, 3]],
        [[1], [1], 'int64'],
        [[1], [2 ** 63], 'int64'],
      ]),
      [2, 3],
    ],
    [
      'Concat',
      onConstants(
        'Concat',
        [
          [
            [2, 1],
            [1, 2],
          ],
          [
            [2, 2],
            [3, 4, 5, 6],
          ],
        ],
        { axis: int(1) },
      ),
      [1, 3, 4, 2, 5, 6],
    ],
    [
      'Transpose',
      onConstants('Transpose', [
        [
          [2, 3],
          [1, 2, 3, 4, 5, 6],
        ],
      ]),
      [1, 4, 2, 5, 3, 6],
    ],
    [
      'Tile',
      onConstants('Tile', [
        [
          [1, 2],
          [1, 2],
        ],
        [[2], [2, 2], 'int64'],
      ]),
      [1, 2, 1, 2, 1, 2, 1, 2],
    ],
    [
      'Expand',
      onConstants('Expand', [
        [
          [2, 1],
          [1, 2],
        ],
        [[2], [1, 2], 'int64'],
      ]),
      [1, 1, 2, 2],
    ],
    [
      'Where',
      onConstants('Where', [
        [[2], [1, 0], 'bool'],
        [[], [8]],
        [[2], [1, 2]],
      ]),
      [8, 2],
    ],
    [
      'Range',
      onConstants('Range', [
        [[], [5], 'int64'],
        [[], [0], 'int64'],
        [[], [-2], 'int64'],
      ]),
      [5, 3, 1],
    ],
    ['Round half to even', onConstants('Round', [[[4], [0.5, 1.5, -0.5, -2.5]]]), [0, 2, -0, -2]],
    [
      'ReduceSum',
      onConstants('ReduceSum', [
        [
          [2, 2],
          [1, 2, 3, 4],
        ],
        [[1], [0], 'int64'],
      ]),
      [4, 6],
    ],
    ['Cast', onConstants('Cast', [[[2], [1.9, -1.9]]], { to: int(7) }), [1, -1]],
    [
      'QuantizeLinear',
      onConstants('QuantizeLinear', [
        [[4], [0.5, 1.5, -9, 900]],
        [[], [1]],
      ]),
      [0, 2, 0, 255],
    ],
  ])('computes %s ahead, as ONNX Runtime does', async (_, graph, expected) => {
    const folded = foldConstants(graph);
    expect(typesOf(folded)).toEqual(['Identity']);
    expect(lastConstant(folded)).toEqual(expected);
    await expectSameResults(graph, folded, 0);
  });

  it('turns Constant nodes of every form into constants', () => {
    const builder = onnxGraph();
    const made = [{ value_int: int(3) }, { value_float: float(0.5) }, { value_ints: ints(1, 2) }].map((attributes, i) =>
      builder.op('Identity', [builder.op('Constant', [], { attributes, outputs: [`c${i}`] })], { outputs: [`o${i}`] }),
    );
    expect(typesOf(foldConstants(builder.build(...made)))).toEqual(['Identity', 'Identity', 'Identity']);
  });

  it('follows shapes, but not those that depend on the input', () => {
    const withBatch = (batch: number | string) => {
      const builder = onnxGraph();
      const x = builder.input('x', [batch, 4]);
      const size = builder.op('Gather', [builder.op('Shape', [x]), builder.constant('zero', [1], [0], 'int64')]);
      return builder.build(builder.op('Tile', [builder.constant('k', [1], [1]), size]));
    };
    expect(typesOf(foldConstants(withBatch(3)))).toEqual(['Tile']);
    expect(typesOf(foldConstants(withBatch('N')))).toEqual(['Shape', 'Gather', 'Tile']);
  });

  const filled = (...extents: number[]) => {
    const builder = onnxGraph();
    const shape = builder.constant('s', [extents.length], extents, 'int64');
    return { builder, value: builder.op('ConstantOfShape', [shape]) };
  };

  it('adds a little to a file', () => {
    const { builder, value } = filled(1024);
    const graph = builder.build(builder.op('Add', [builder.input('x', [1024]), value]));
    expect(typesOf(foldConstants(graph))).toEqual(['Add']);
  });

  it.each([[1100], [1 << 12], [1 << 22]])('does not add %i floats that are no weights', (count) => {
    const { builder, value } = filled(count);
    const graph = builder.build(builder.op('Add', [builder.input('x', [count]), value]));
    expect(foldConstants(graph)).toBe(graph);
  });

  it('makes weights, which runtimes want as constants', () => {
    const { builder, value } = filled(64, 64);
    const turned = builder.op('Transpose', [builder.op('Mul', [value, builder.constant('k', [1], [2])])]);
    const graph = builder.build(builder.op('Gemm', [builder.input('x', [1, 64]), turned]));
    expect(typesOf(foldConstants(graph))).toEqual(['Gemm']);
  });

  it('does not make weights that somebody else needs for something large', () => {
    const { builder, value } = filled(64, 64);
    const product = builder.op('MatMul', [builder.input('x', [64, 64]), value]);
    const graph = builder.build(product, builder.op('Add', [builder.input('y', [64, 64]), value]));
    expect(foldConstants(graph)).toBe(graph);
  });

  it('does not take what is computed from an input for weights', () => {
    const { builder, value } = filled(64, 64);
    const product = builder.op('Mul', [builder.input('x', [64, 64]), value]);
    const graph = builder.build(builder.op('MatMul', [product, builder.input('y', [64, 64])]));
    expect(foldConstants(graph)).toBe(graph);
  });

  it('goes through what is large to what is small', () => {
    const { builder, value } = filled(1 << 16);
    const sum = builder.op('ReduceSum', [builder.op('Neg', [value])]);
    const graph = builder.build(builder.op('Add', [builder.input('x', [1]), sum]));
    expect(typesOf(foldConstants(graph))).toEqual(['Add']);
    const same = builder.build(builder.op('Add', [builder.input('x2', [1 << 16]), builder.op('Neg', [value])]));
    expect(typesOf(foldConstants(same))).toContain('ConstantOfShape');
  });

  it('fills no memory with weights either', () => {
    const { builder, value } = filled(1 << 15, 1 << 15);
    const large = builder.build(builder.op('MatMul', [builder.input('x', [1, 1 << 15]), value]));
    expect(foldConstants(large)).toBe(large);
    const many = onnxGraph();
    const shapes = Array.from({ length: 8 }, (_, i) => many.constant(`s${i}`, [2], [1 << 12, (1 << 12) - i], 'int64'));
    const x = many.input('x', [1, 1 << 12]);
    const products = shapes.map((shape) => many.op('MatMul', [x, many.op('ConstantOfShape', [shape])]));
    const kept = typesOf(foldConstants(many.build(...products))).filter((type) => type === 'ConstantOfShape');
    expect(kept).toHaveLength(4);
  });

  it('computes a transposition of large weights, which makes nothing larger', () => {
    const builder = onnxGraph();
    const weights = builder.constant('w', [100, 100], new Float32Array(10_000));
    const x = builder.input('x', [1, 100]);
    const graph = builder.build(builder.op('MatMul', [x, builder.op('Transpose', [weights])]));
    expect(typesOf(foldConstants(graph))).toEqual(['MatMul']);
  });

  it('keeps a quantised model’s weights integers', () => {
    const builder = onnxGraph();
    const quantised = [builder.constant('w', [2], [1, 2], 'int8'), builder.constant('s', [], [0.5])];
    const x = builder.input('x', [2]);
    const graph = builder.build(builder.op('Mul', [x, builder.op('DequantizeLinear', quantised)]));
    expect(foldConstants(graph)).toBe(graph);
  });

  it('leaves graph outputs, random numbers and divisions by zero alone', () => {
    const builder = onnxGraph();
    const output = builder.op('Neg', [builder.constant('k', [1], [1])]);
    const random = builder.op('RandomNormal', [], { attributes: { shape: ints(2) } });
    const zero = builder.constant('z', [1], [0], 'int64');
    const quotient = builder.op('Identity', [builder.op('Div', [zero, zero])]);
    const graph = builder.build(output, builder.op('Relu', [random]), quotient);
    expect(foldConstants(graph)).toBe(graph);
  });

  it('keeps the name of a constant that a branch uses', async () => {
    const branch = (type: string) => {
      const inner = onnxGraph();
      return inner.build(inner.op(type, [inner.capture('k', [2], 'float32')], { outputs: [type] }));
    };
    const builder = onnxGraph();
    const condition = builder.input('c', [], 'bool');
    builder.op('Neg', [builder.constant('one', [2], [1, -2])], { outputs: ['k'], dtype: 'float32', shape: [2] });
    const y = builder.op('If', [condition], {
      attributes: { then_branch: nested(branch('Relu')), else_branch: nested(branch('Abs')) },
      dtype: 'float32',
      shape: [2],
    });
    const graph = builder.build(y);
    const folded = foldConstants(graph);
    expect(typesOf(folded)).toEqual(['If']);
    await expectSameResults(graph, folded, 0);
  });

  it('does not compute string attributes or unknown operators', () => {
    const builder = onnxGraph();
    const constant = builder.op('Constant', [], {
      attributes: { value_string: text('a') },
      dtype: 'string',
      shape: [],
    });
    const graph = builder.build(builder.op('Identity', [builder.op('Strange', [constant], { domain: 'example' })]));
    expect(foldConstants(graph)).toBe(graph);
  });
});
