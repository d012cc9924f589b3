import { describe, expect, it } from 'vitest';
import type { Attribute, Graph, Shape } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { float, int, ints, nested, onnxGraph, text } from '../support/onnx-graphs.ts';

type Given = Shape | { readonly ints: readonly number[] } | { readonly floats: readonly number[] } | null;

interface Row {
  readonly type: string;
  readonly inputs: readonly Given[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly opset?: number;
  readonly outputs?: number;
  readonly domain?: string;
  readonly shapes: readonly (Shape | undefined)[];
}

/** Shapes as ONNX's operator documentation computes them. */
const rows: readonly Row[] = [
  {
    type: 'Conv',
    inputs: [
      [1, 3, 9, 9],
      [8, 3, 3, 3],
    ],
    attributes: { strides: ints(2, 2), pads: ints(1, 1, 1, 1) },
    shapes: [[1, 8, 5, 5]],
  },
  {
    type: 'Conv',
    inputs: [
      [1, 3, 9, 9],
      [8, 3, 3, 3],
    ],
    attributes: { strides: ints(2, 2), auto_pad: text('SAME_LOWER') },
    shapes: [[1, 8, 5, 5]],
  },
  {
    type: 'Conv',
    inputs: [
      [1, 3, 9, 9],
      [8, 3, 3, 3],
    ],
    attributes: { auto_pad: text('VALID') },
    shapes: [[1, 8, 7, 7]],
  },
  {
    type: 'Conv',
    inputs: [
      [1, 3, 9],
      [8, 3, 3],
    ],
    attributes: { dilations: ints(2) },
    shapes: [[1, 8, 5]],
  },
  {
    type: 'Conv',
    inputs: [
      [1, 3, '?', 9],
      [8, 3, 1, 3],
    ],
    shapes: [[1, 8, '?', 7]],
  },
  {
    type: 'ConvTranspose',
    inputs: [
      [1, 4, 5, 5],
      [4, 3, 3, 3],
    ],
    attributes: { strides: ints(2, 2), group: int(2), output_padding: ints(1, 1) },
    shapes: [[1, 6, 12, 12]],
  },
  {
    type: 'ConvTranspose',
    inputs: [
      [1, 4, 5, 5],
      [4, 3, 3, 3],
    ],
    attributes: { output_shape: ints(11, 11) },
    shapes: [[1, 3, 11, 11]],
  },
  {
    type: 'MaxPool',
    inputs: [[1, 2, 7, 7]],
    attributes: { kernel_shape: ints(2, 2), strides: ints(2, 2) },
    outputs: 2,
    shapes: [
      [1, 2, 3, 3],
      [1, 2, 3, 3],
    ],
  },
  {
    type: 'MaxPool',
    inputs: [[1, 2, 7, 7]],
    attributes: { kernel_shape: ints(2, 2), strides: ints(2, 2), ceil_mode: int(1) },
    shapes: [[1, 2, 4, 4]],
  },
  // A last window that would start in the end padding is left out.
  {
    type: 'AveragePool',
    inputs: [[1, 1, 2, 2]],
    attributes: { kernel_shape: ints(1, 1), strides: ints(2, 2), ceil_mode: int(1), pads: ints(0, 0, 1, 1) },
    shapes: [[1, 1, 1, 1]],
  },
  { type: 'GlobalAveragePool', inputs: [[2, 8, 5, 5]], shapes: [[2, 8, 1, 1]] },
  {
    type: 'Gemm',
    inputs: [
      [10, 3],
      [7, 10],
    ],
    attributes: { transA: int(1), transB: int(1) },
    shapes: [[3, 7]],
  },
  {
    type: 'MatMul',
    inputs: [
      [5, 1, 3, 4],
      [2, 4, 6],
    ],
    shapes: [[5, 2, 3, 6]],
  },
  { type: 'MatMul', inputs: [[4], [2, 4, 6]], shapes: [[2, 6]] },
  {
    type: 'Einsum',
    inputs: [
      [2, 3, 4],
      [2, 4, 5],
    ],
    attributes: { equation: text('bij, bjk -> bik') },
    shapes: [[2, 3, 5]],
  },
  {
    type: 'Add',
    inputs: [
      [3, 1, 5],
      [4, 1],
    ],
    shapes: [[3, 4, 5]],
  },
  { type: 'Where', inputs: [[4, 1], [1, 5], []], shapes: [[4, 5]] },
  {
    type: 'ReduceMean',
    inputs: [[2, 3, 4]],
    attributes: { axes: ints(-1), keepdims: int(0) },
    opset: 13,
    shapes: [[2, 3]],
  },
  { type: 'ReduceMean', inputs: [[2, 3, 4], { ints: [1] }], opset: 18, shapes: [[2, 1, 4]] },
  {
    type: 'ReduceSum',
    inputs: [[2, 3, 4]],
    attributes: { noop_with_empty_axes: int(1) },
    opset: 13,
    shapes: [[2, 3, 4]],
  },
  { type: 'ArgMax', inputs: [[2, 3, 4]], attributes: { axis: int(1), keepdims: int(0) }, shapes: [[2, 4]] },
  { type: 'Reshape', inputs: [[2, 3, 4], { ints: [0, -1] }], shapes: [[2, 12]] },
  { type: 'Reshape', inputs: [['N', 3, 4], { ints: [-1, 12] }], shapes: [[1, 12]] },
  { type: 'Flatten', inputs: [[2, 3, 4]], attributes: { axis: int(2) }, shapes: [[6, 4]] },
  { type: 'Squeeze', inputs: [[1, 3, 1]], attributes: { axes: ints(0) }, opset: 11, shapes: [[3, 1]] },
  { type: 'Squeeze', inputs: [[1, 3, 1], { ints: [-1] }], opset: 13, shapes: [[1, 3]] },
  { type: 'Unsqueeze', inputs: [[3], { ints: [0, -1] }], shapes: [[1, 3, 1]] },
  { type: 'Expand', inputs: [[3, 1], { ints: [2, 1, 6] }], shapes: [[2, 3, 6]] },
  { type: 'Tile', inputs: [[2, 3], { ints: [1, 4] }], shapes: [[2, 12]] },
  {
    type: 'Concat',
    inputs: [
      [2, 3],
      [2, 5],
    ],
    attributes: { axis: int(-1) },
    shapes: [[2, 8]],
  },
  {
    type: 'Split',
    inputs: [[2, 7]],
    attributes: { axis: int(1), num_outputs: int(3) },
    opset: 18,
    outputs: 3,
    shapes: [
      [2, 3],
      [2, 3],
      [2, 1],
    ],
  },
  {
    type: 'Split',
    inputs: [[2, 7]],
    attributes: { axis: int(1), split: ints(5, 2) },
    opset: 11,
    outputs: 2,
    shapes: [
      [2, 5],
      [2, 2],
    ],
  },
  { type: 'Slice', inputs: [[5, 9], { ints: [8] }, { ints: [-100] }, { ints: [1] }, { ints: [-3] }], shapes: [[5, 3]] },
  { type: 'Slice', inputs: [[5, 9]], attributes: { starts: ints(1), ends: ints(1000) }, opset: 9, shapes: [[4, 9]] },
  { type: 'Gather', inputs: [[5, 9], { ints: [1, 2, 3] }], attributes: { axis: int(1) }, shapes: [[5, 3]] },
  { type: 'GatherND', inputs: [[2, 3, 4], { ints: [1, 0] }], shapes: [[4]] },
  { type: 'Transpose', inputs: [[2, 3, 4]], shapes: [[4, 3, 2]] },
  { type: 'Transpose', inputs: [[2, 3, 4]], attributes: { perm: ints(0, 2, 1) }, shapes: [[2, 4, 3]] },
  { type: 'Pad', inputs: [[1, 2, 3]], attributes: { pads: ints(0, 0, 1, 0, 0, 2) }, opset: 10, shapes: [[1, 2, 6]] },
  { type: 'Pad', inputs: [[1, 2, 3], { ints: [1, 2] }, null, { ints: [-1] }], opset: 18, shapes: [[1, 2, 6]] },
  { type: 'Resize', inputs: [[1, 2, 4, 4], null, { floats: [1, 1, 2, 1.5] }], shapes: [[1, 2, 8, 6]] },
  { type: 'Resize', inputs: [[1, 2, 4, 4], null, null, { ints: [1, 2, 7, 9] }], shapes: [[1, 2, 7, 9]] },
  { type: 'Upsample', inputs: [[1, 2, 4, 4], { floats: [1, 1, 2, 2] }], opset: 9, shapes: [[1, 2, 8, 8]] },
  { type: 'DepthToSpace', inputs: [[1, 8, 2, 3]], attributes: { blocksize: int(2) }, shapes: [[1, 2, 4, 6]] },
  {
    type: 'LSTM',
    inputs: [
      [5, 2, 3],
      [2, 16, 3],
      [2, 16, 4],
    ],
    attributes: { hidden_size: int(4), direction: text('bidirectional') },
    outputs: 3,
    shapes: [
      [5, 2, 2, 4],
      [2, 2, 4],
      [2, 2, 4],
    ],
  },
  {
    type: 'GRU',
    inputs: [
      [2, 5, 3],
      [1, 12, 3],
      [1, 12, 4],
    ],
    attributes: { hidden_size: int(4), layout: int(1) },
    outputs: 2,
    shapes: [
      [2, 5, 1, 4],
      [2, 1, 4],
    ],
  },
  {
    type: 'TopK',
    inputs: [[2, 9], { ints: [4] }],
    outputs: 2,
    shapes: [
      [2, 4],
      [2, 4],
    ],
  },
  { type: 'NonZero', inputs: [[2, 9]], shapes: [[2, '?']] },
  { type: 'STFT', inputs: [[2, 100, 1], { ints: [10] }, null, { ints: [20] }], shapes: [[2, 9, 11, 2]] },
  {
    type: 'Attention',
    inputs: [
      [1, 8, 5, 64],
      [1, 8, 7, 64],
      [1, 8, 7, 32],
    ],
    opset: 23,
    shapes: [[1, 8, 5, 32]],
  },
  { type: 'QLinearAdd', domain: 'com.microsoft', inputs: [[3, 1], [], [], [1, 4], [], [], [], []], shapes: [[3, 4]] },
  { type: 'QLinearConv', inputs: [[1, 3, 9, 9], [], [], [8, 3, 3, 3], [], [], [], []], shapes: [[1, 8, 7, 7]] },
];

function graphOf(row: Row): Graph {
  const builder = onnxGraph(row.opset ?? 17);
  const inputs = row.inputs.map((given, position) => {
    const name = `i${position}`;
    if (given === null) return null;
    if ('ints' in given) return builder.constant(name, [given.ints.length], given.ints, 'int64');
    if ('floats' in given) return builder.constant(name, [given.floats.length], given.floats);
    return builder.input(name, given);
  });
  const outputs = Array.from({ length: row.outputs ?? 1 }, (_, position) => `o${position}`);
  const options = { outputs, attributes: row.attributes ?? {}, ...(row.domain ? { domain: row.domain } : {}) };
  builder.op(row.type, inputs, options);
  return builder.build(...outputs.map(builder.id));
}

const shapesOf = (graph: Graph) => graph.outputs.map((id) => graph.tensors[id]?.shape);

describe('inferShapes', () => {
  it.each(rows.map((row) => [`${row.type} of ${JSON.stringify(row.inputs)}`, row] as const))('%s', (_, row) => {
    expect(shapesOf(inferShapes(graphOf(row)))).toEqual(row.shapes);
  });

  it.each([
    ['Equal', 'bool'],
    ['Shape', 'int64'],
    ['ArgMax', 'int64'],
    ['Relu', 'float32'],
  ])('%s gives %s', (type, dtype) => {
    const builder = onnxGraph();
    const x = builder.input('x', [2, 2]);
    const graph = inferShapes(builder.build(builder.op(type, type === 'Equal' ? [x, x] : [x])));
    expect(graph.tensors[graph.outputs[0] as number]?.dtype).toBe(dtype);
  });

  const named = (shape: Shape, dimensions?: Record<string, number>): Shape | undefined => {
    const builder = onnxGraph();
    const x = builder.input('x', shape);
    return shapesOf(inferShapes(builder.build(builder.op('Relu', [x])), dimensions))[0];
  };

  it.each([
    ['an unlisted batch is 1', ['N', 3], undefined, [1, 3]],
    ['an unnamed batch is 1', ['?', 3], undefined, [1, 3]],
    ['a batch of 0 or less is open', [-1, 3], undefined, [1, 3]],
    ['a listed batch is what the list says', ['N', 3], { N: 4 }, [4, 3]],
    ['a listed extent too', ['N', 'T'], { T: 9 }, [1, 9]],
    ['other names stay', ['N', 'T'], undefined, [1, 'T']],
    ['a name that is a batch somewhere is one everywhere', ['N', 'N'], undefined, [1, 1]],
  ] as const)('%s', (_, shape, dimensions, expected) => {
    expect(named(shape as Shape, dimensions)).toEqual(expected);
  });

  it('follows a shape through integer arithmetic into a reshape', () => {
    const builder = onnxGraph();
    const x = builder.input('x', ['N', 'T', 4, 6]);
    const shape = builder.op('Shape', [x]);
    const axis = builder.constant('axis', [], [1], 'int64');
    const width = builder.constant('width', [], [3], 'int64');
    const zero = builder.constant('zero', [1], [0], 'int64');
    const height = builder.op('Gather', [shape, width]);
    const doubled = builder.op('Mul', [height, builder.constant('two', [], [2], 'int64')]);
    const parts = [builder.op('Gather', [shape, axis]), doubled].map((part) =>
      builder.op('Unsqueeze', [part, zero], { outputs: [`u${part}`] }),
    );
    const wanted = builder.op('Concat', [...parts, builder.constant('rest', [1], [-1], 'int64')], {
      attributes: { axis: int(0) },
    });
    const graph = builder.build(builder.op('Reshape', [x, wanted]));
    // The name cancels out: 1 · T · 4 · 6 over T · 12.
    expect(shapesOf(inferShapes(graph))).toEqual([['T', 12, 2]]);
    expect(shapesOf(inferShapes(graph, { T: 5, N: 3 }))).toEqual([[5, 12, 6]]);
  });

  it('takes what is inferred over a leftover statement of the file, and the statement where nothing is inferred', () => {
    const builder = onnxGraph();
    const x = builder.input('x', [2, 3]);
    const y = builder.op('Relu', [x], { shape: [1, 3], dtype: 'float32' });
    const z = builder.op('Unheard', [y], { shape: [7], dtype: 'int8', domain: 'example' });
    expect(shapesOf(inferShapes(builder.build(y, z)))).toEqual([[2, 3], [7]]);
  });

  it('goes into branches, and keeps what holds in both', () => {
    const branch = (rows: number) => {
      const inner = onnxGraph();
      const x = inner.capture('x');
      const shape = inner.constant('s', [2], [rows, -1], 'int64');
      return inner.build(inner.op('Reshape', [x, shape], { outputs: [`b${rows}`] }));
    };
    const outer = onnxGraph();
    outer.input('x', [2, 12]);
    const condition = outer.input('c', [], 'bool');
    const attributes = { then_branch: nested(branch(4)), else_branch: nested(branch(4)) };
    const same = outer.op('If', [condition], { attributes, outputs: ['same'] });
    const other = outer.op('If', [condition], {
      attributes: { ...attributes, else_branch: nested(branch(8)) },
      outputs: ['other'],
    });
    const graph = inferShapes(outer.build(same, other));
    expect(shapesOf(graph)).toEqual([
      [4, 6],
      ['?', '?'],
    ]);
    const inside = graph.operators[1]?.attributes.else_branch;
    expect(inside?.kind === 'graph' ? shapesOf(inside.value) : undefined).toEqual([[8, 3]]);
  });

  it('forgets an extent that a loop changes, and stacks what it collects', () => {
    const body = onnxGraph();
    body.input('i', [], 'int64');
    const c = body.input('c', [], 'bool');
    const state = body.input('s', undefined);
    const grown = body.op('Concat', [state, body.constant('k', [1, 2], [0, 0])], { attributes: { axis: int(0) } });
    const keep = body.op('Identity', [c]);
    const outer = onnxGraph();
    const x = outer.input('x', [3, 2]);
    const count = outer.constant('n', [], [4], 'int64');
    const inner = body.build(keep, grown, body.op('Neg', [body.id('k')]));
    outer.op('Loop', [count, null, x], { attributes: { body: nested(inner) }, outputs: ['last', 'all'] });
    expect(shapesOf(inferShapes(outer.build(outer.id('last'), outer.id('all'))))).toEqual([
      ['?', 2],
      ['?', 1, 2],
    ]);
  });

  it('closes what a TensorFlow Lite signature leaves open', () => {
    const builder = onnxGraph();
    const x = builder.input('x', ['?', 'T', 3]);
    const graph: Graph = { ...builder.build(x), dialect: 'tflite' };
    expect(shapesOf(inferShapes(graph, { T: 8 }))).toEqual([[1, 8, 3]]);
  });

  it('does not change its argument', () => {
    const graph = graphOf({ type: 'Clip', inputs: [['N', 3]], attributes: { max: float(6) }, opset: 9, shapes: [] });
    const before = JSON.stringify(graph);
    inferShapes(graph);
    expect(JSON.stringify(graph)).toBe(before);
  });
});
