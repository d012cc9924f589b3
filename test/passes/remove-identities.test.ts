import { describe, expect, it } from 'vitest';
import type { Attribute, Shape } from '../../src/graph/graph.ts';
import { removeIdentities } from '../../src/passes/remove-identities.ts';
import { float, int, ints, nested, onnxGraph, typesOf } from '../support/onnx-graphs.ts';
import { expectSameResults } from './same-results.ts';

interface Row {
  readonly type: string;
  readonly constants?: readonly (
    | readonly [shape: readonly number[], numbers: readonly number[], dtype?: 'int64' | 'bool']
    | null
  )[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly opset?: number;
  readonly input?: Shape;
}

/** `Relu ─▶ operator ─▶ Neg`, so that no name of an output is in the way. */
function between({ type, constants = [], attributes = {}, opset = 17, input = [1, 2, 4, 4] }: Row) {
  const builder = onnxGraph(opset);
  const x = builder.op('Relu', [builder.input('x', input)]);
  const others = constants.map((given, i) =>
    given === null ? null : builder.constant(`k${i}`, given[0], given[1], given[2]),
  );
  return builder.build(builder.op('Neg', [builder.op(type, [x, ...others], { attributes })]));
}

const removed: readonly Row[] = [
  { type: 'Identity' },
  { type: 'Dropout' },
  {
    type: 'Dropout',
    constants: [
      [[], [0.5]],
      [[], [0], 'bool'],
    ],
  },
  { type: 'Dropout', opset: 9, attributes: { ratio: float(0.5) } },
  { type: 'Cast', attributes: { to: int(1) } },
  { type: 'Transpose', attributes: { perm: ints(0, 1, 2, 3) } },
  { type: 'Reshape', constants: [[[4], [0, 0, -1, 4], 'int64']] },
  { type: 'Reshape', constants: [[[2], [-1, 12], 'int64']], input: ['N', 12] },
  { type: 'Flatten', input: ['N', 12] },
  { type: 'Expand', constants: [[[1], [1], 'int64']] },
  { type: 'Tile', constants: [[[4], [1, 1, 1, 1], 'int64']] },
  { type: 'Pad', constants: [[[8], [0, 0, 0, 0, 0, 0, 0, 0], 'int64']] },
  { type: 'Pad', opset: 9, attributes: { pads: ints(0, 0, 0, 0, 0, 0, 0, 0) } },
  { type: 'Concat', attributes: { axis: int(1) } },
  { type: 'Sum' },
  {
    type: 'Slice',
    constants: [
      [[1], [0], 'int64'],
      [[1], [99], 'int64'],
      [[1], [2], 'int64'],
    ],
  },
  { type: 'Split', attributes: { axis: int(1) } },
  { type: 'Add', constants: [[[], [0]]] },
  {
    type: 'Mul',
    constants: [
      [
        [2, 1, 1],
        [1, 1],
      ],
    ],
  },
  { type: 'Div', constants: [[[1], [1]]] },
  { type: 'Pow', constants: [[[], [1]]] },
  { type: 'MaxPool', attributes: { kernel_shape: ints(1, 1) } },
  { type: 'Resize', constants: [null, [[4], [1, 1, 1, 1]]] },
];

const kept: readonly Row[] = [
  {
    type: 'Dropout',
    constants: [
      [[], [0.5]],
      [[], [1], 'bool'],
    ],
  },
  { type: 'Cast', attributes: { to: int(11) } },
  { type: 'Transpose', attributes: { perm: ints(0, 1, 3, 2) } },
  { type: 'Reshape', constants: [[[4], [1, 4, 2, 4], 'int64']] },
  { type: 'Flatten', input: ['N', 3, 4] },
  { type: 'Expand', constants: [[[4], [3, 1, 1, 1], 'int64']] },
  { type: 'Pad', constants: [[[8], [0, 0, 1, 0, 0, 0, -1, 0], 'int64']] },
  // The same shape, backwards.
  {
    type: 'Slice',
    constants: [
      [[1], [-1], 'int64'],
      [[1], [-99], 'int64'],
      [[1], [2], 'int64'],
      [[1], [-1], 'int64'],
    ],
  },
  {
    type: 'Add',
    constants: [
      [
        [2, 1, 1, 1],
        [0, 0],
      ],
    ],
  },
  {
    type: 'Mul',
    constants: [
      [
        [2, 1, 1],
        [1, 2],
      ],
    ],
  },
  { type: 'MaxPool', attributes: { kernel_shape: ints(1, 1), strides: ints(2, 2) } },
  { type: 'Resize', constants: [null, [[4], [1, 1, 2, 2]]] },
];

const named = (rows: readonly Row[]) => rows.map((row) => [`${row.type} ${JSON.stringify(row)}`, row] as const);

describe('removeIdentities', () => {
  it.each(named(removed))('removes %s', async (_, row) => {
    const graph = between(row);
    const after = removeIdentities(graph);
    expect(typesOf(after)).toEqual(['Relu', 'Neg']);
    await expectSameResults(graph, after, 0);
  });

  it.each(named(kept))('keeps %s', (_, row) => {
    const graph = between(row);
    expect(removeIdentities(graph)).toBe(graph);
  });

  it('keeps the name of a graph output: what computes its input computes it instead', async () => {
    const builder = onnxGraph();
    const hidden = builder.op('Relu', [builder.input('x', [3])], { outputs: ['hidden'] });
    const y = builder.op('Identity', [hidden], { outputs: ['y'] });
    const graph = builder.build(y, builder.op('Neg', [hidden], { outputs: ['z'] }));
    const after = removeIdentities(graph);
    expect(typesOf(after)).toEqual(['Relu', 'Neg']);
    expect(after.outputs.map((id) => after.tensors[id]?.name)).toEqual(['y', 'z']);
    await expectSameResults(graph, after, 0);
  });

  it('keeps what stands between an input and an output, or between two outputs', () => {
    const builder = onnxGraph();
    const x = builder.input('x', [3]);
    const first = builder.op('Identity', [x]);
    const second = builder.op('Relu', [x]);
    const graph = builder.build(first, second, builder.op('Identity', [second]));
    expect(removeIdentities(graph)).toBe(graph);
  });

  it('keeps a dropout whose mask is used', () => {
    const builder = onnxGraph();
    const x = builder.op('Relu', [builder.input('x', [3])]);
    const y = builder.op('Dropout', [x], { outputs: ['y', 'mask'] });
    const graph = builder.build(builder.op('Neg', [y]), builder.id('mask'));
    expect(removeIdentities(graph)).toBe(graph);
  });

  it('keeps the name that a branch uses', async () => {
    const branch = (type: string) => {
      const inner = onnxGraph();
      return inner.build(inner.op(type, [inner.capture('h', [3], 'float32')], { outputs: [type] }));
    };
    const builder = onnxGraph();
    const condition = builder.input('c', [], 'bool');
    const x = builder.op('Relu', [builder.input('x', [3])], { outputs: ['before'] });
    builder.op('Identity', [x], { outputs: ['h'], dtype: 'float32', shape: [3] });
    const attributes = { then_branch: nested(branch('Neg')), else_branch: nested(branch('Exp')) };
    const graph = builder.build(builder.op('If', [condition], { attributes }));
    const after = removeIdentities(graph);
    expect(typesOf(after)).toEqual(['Relu', 'If']);
    expect(after.operators[0]?.outputs.map((id) => after.tensors[id as number]?.name)).toEqual(['h']);
    await expectSameResults(graph, after, 0);
  });

  it('removes a row of them at once', () => {
    const builder = onnxGraph();
    let x = builder.input('x', [3]);
    for (let i = 0; i < 5; i++) x = builder.op('Identity', [x]);
    expect(typesOf(removeIdentities(builder.build(builder.op('Neg', [x]))))).toEqual(['Neg']);
  });
});
