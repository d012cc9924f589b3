import { readFileSync } from 'node:fs';
import { encode } from '../../../src/formats/onnx/encode.ts';
import { writeOnnx } from '../../../src/formats/onnx/write.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { float, int, ints, nested, noise, onnxGraph, text } from '../../support/onnx-graphs.ts';

/** Small ONNX models that together reach every pass, most rules of shape inference and every kind of message. */
export function onnxSeeds(): readonly Uint8Array[] {
  return [...Object.values(runnableSeeds()), oddities()];
}

/** Those of them that ONNX Runtime loads. */
export function runnableSeeds(): Readonly<Record<string, Uint8Array>> {
  const makers = { convolutions, attention, shapes, branches, loops, quantized, recurrent, activations };
  return {
    ...Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, writeOnnx(make())])),
    digits: new Uint8Array(readFileSync('fixtures/digits/base/digits.onnx')),
  };
}

function convolutions(): Graph {
  const g = onnxGraph(17);
  const x = g.input('x', ['batch', 3, 8, 8]);
  const weights = g.constant('w', [4, 3, 3, 3], noise(108));
  const padded = g.op('Pad', [x, g.constant('pads', [8], [0, 0, 1, 1, 0, 0, 1, 1], 'int64')]);
  const conv = g.op('Conv', [padded, weights], { attributes: { kernel_shape: ints(3, 3), strides: ints(1, 1) } });
  const normal = g.op('BatchNormalization', [
    conv,
    ...['scale', 'bias', 'mean', 'variance'].map((name) => g.constant(name, [4], [1, 2, 3, 4])),
  ]);
  const clipped = g.op('Clip', [normal, g.constant('low', [], [0]), g.constant('high', [], [6])]);
  const depth = g.op('Conv', [clipped, g.constant('d', [4, 1, 3, 3], noise(36))], {
    attributes: { group: int(4), pads: ints(1, 1, 1, 1), dilations: ints(1, 1) },
  });
  const pooled = g.op('MaxPool', [depth], { attributes: { kernel_shape: ints(2, 2), strides: ints(2, 2) } });
  const up = g.op('Resize', [pooled, null, g.constant('scales', [4], [1, 1, 2, 2])], {
    attributes: { mode: text('nearest') },
  });
  const joined = g.op('Concat', [up, depth], { attributes: { axis: int(1) } });
  const mean = g.op('GlobalAveragePool', [joined]);
  const flat = g.op('Flatten', [mean], { attributes: { axis: int(1) } });
  const dense = g.op('Gemm', [flat, g.constant('dw', [8, 5], noise(40)), g.constant('db', [5], noise(5))], {
    attributes: { alpha: float(1), transB: int(0) },
  });
  return g.build(g.op('Softmax', [dense], { attributes: { axis: int(1) } }));
}

function attention(): Graph {
  const g = onnxGraph(17);
  const x = g.input('x', [1, 6, 8]);
  const project = (name: string) =>
    g.op('Add', [
      g.op('MatMul', [x, g.constant(`${name}w`, [8, 8], noise(64))]),
      g.constant(`${name}b`, [8], noise(8)),
    ]);
  const heads = (id: number, perm: readonly number[], name: string) =>
    g.op('Transpose', [g.op('Reshape', [id, g.constant(name, [4], [0, 0, 2, 4], 'int64')])], {
      attributes: { perm: ints(...perm) },
    });
  const query = heads(project('q'), [0, 2, 1, 3], 'sq');
  const key = heads(project('k'), [0, 2, 3, 1], 'sk');
  const value = heads(project('v'), [0, 2, 1, 3], 'sv');
  const scores = g.op('Div', [g.op('MatMul', [query, key]), g.constant('root', [], [2])]);
  const mixed = g.op('MatMul', [g.op('Softmax', [scores], { attributes: { axis: int(-1) } }), value]);
  const back = g.op('Reshape', [
    g.op('Transpose', [mixed], { attributes: { perm: ints(0, 2, 1, 3) } }),
    g.constant('out', [3], [1, 6, 8], 'int64'),
  ]);
  const sum = g.op('Add', [back, x]);
  const mean = g.op('ReduceMean', [sum], { attributes: { axes: ints(-1), keepdims: int(1) } });
  const centred = g.op('Sub', [sum, mean]);
  const variance = g.op('ReduceMean', [g.op('Pow', [centred, g.constant('two', [], [2])])], {
    attributes: { axes: ints(-1), keepdims: int(1) },
  });
  const deviation = g.op('Sqrt', [g.op('Add', [variance, g.constant('eps', [], [1e-5])])]);
  const normal = g.op('Mul', [g.op('Div', [centred, deviation]), g.constant('gain', [8], noise(8))]);
  const erf = g.op('Erf', [g.op('Div', [normal, g.constant('r2', [], [Math.SQRT2])])]);
  const gelu = g.op('Mul', [
    g.op('Mul', [normal, g.op('Add', [erf, g.constant('one', [], [1])])]),
    g.constant('half', [], [0.5]),
  ]);
  return g.build(gelu);
}

function shapes(): Graph {
  const g = onnxGraph(13);
  const x = g.input('x', ['n', 4, 'w']);
  const shape = g.op('Shape', [x]);
  const size = g.op('Gather', [shape, g.constant('i', [1], [2], 'int64')], { attributes: { axis: int(0) } });
  const wanted = g.op('Concat', [g.constant('m', [1], [-1], 'int64'), size], { attributes: { axis: int(0) } });
  const flat = g.op('Reshape', [x, wanted]);
  const cut = g.op('Slice', [
    flat,
    ...(['s', 'e', 'a', 't'] as const).map((name, at) => g.constant(name, [1], [[0, 2 ** 31, 1, 2][at] ?? 0], 'int64')),
  ]);
  const whole = g.op('Unsqueeze', [cut, g.constant('ax', [1], [0], 'int64')]);
  const spread = g.op('Expand', [whole, g.constant('to', [3], [2, 1, 1], 'int64')]);
  const tiled = g.op('Tile', [spread, g.constant('times', [3], [1, 2, 1], 'int64')]);
  const parts = g.op('Split', [tiled], { attributes: { axis: int(0) }, outputs: ['half0', 'half1'] });
  const filled = g.op('ConstantOfShape', [wanted]);
  const range = g.op('Range', [g.constant('r0', [], [0]), g.constant('r1', [], [5]), g.constant('r2', [], [1])]);
  const top = g.op('TopK', [range, g.constant('k', [1], [2], 'int64')], { outputs: ['best', 'places'] });
  const hot = g.op('OneHot', [
    g.id('places'),
    g.constant('depth', [], [4], 'int64'),
    g.constant('values', [2], [0, 1]),
  ]);
  const where = g.op('Where', [g.op('Greater', [top, g.constant('z', [], [1])]), top, g.constant('zz', [], [0])]);
  const squeezed = g.op('Squeeze', [parts, g.constant('sq', [1], [0], 'int64')]);
  return g.build(squeezed, filled, hot, g.op('Cast', [where], { attributes: { to: int(6) } }));
}

function branches(): Graph {
  const inside = (name: string) => {
    const g = onnxGraph(17);
    return g.build(g.op('Mul', [g.capture('t'), g.constant(`c${name}`, [], [2])], { outputs: [name] }));
  };
  const g = onnxGraph(17);
  const condition = g.input('c', [], 'bool');
  g.op('Relu', [g.input('x', [2, 3])], { outputs: ['t'] });
  const choice = g.op('If', [condition], {
    attributes: { then_branch: nested(inside('yes')), else_branch: nested(inside('no')) },
  });
  return g.build(choice, g.id('t'));
}

function loops(): Graph {
  const body = onnxGraph(17);
  body.input('step', [], 'int64');
  const go = body.input('go', [], 'bool');
  const sum = body.op('Add', [body.input('acc', [2]), body.capture('x')]);
  const g = onnxGraph(17);
  const x = g.input('x', [2]);
  const loop = g.op('Loop', [g.constant('n', [], [3], 'int64'), g.constant('yes', [], [1], 'bool'), x], {
    attributes: { body: nested(body.build(body.op('Identity', [go]), sum, sum)) },
    outputs: ['last', 'all'],
  });
  return g.build(loop, g.id('all'));
}

function quantized(): Graph {
  const g = onnxGraph(17);
  const scale = g.constant('scale', [], [0.1]);
  const zero = g.constant('zero', [], [3], 'uint8');
  const x = g.op('DequantizeLinear', [g.op('QuantizeLinear', [g.input('x', [1, 4]), scale, zero]), scale, zero]);
  const scales = g.constant('scales', [2], [0.1, 0.2]);
  const weights = g.op('DequantizeLinear', [g.constant('w', [4, 2], [1, -2, 3, -4, 5, -6, 7, -8], 'int8'), scales], {
    attributes: { axis: int(1) },
  });
  const product = g.op('MatMul', [x, weights]);
  return g.build(g.op('DequantizeLinear', [g.op('QuantizeLinear', [product, scale, zero]), scale, zero]));
}

function recurrent(): Graph {
  const g = onnxGraph(14);
  const x = g.input('x', [3, 1, 2]);
  const of = (name: string, gates: number) => [
    g.constant(`${name}w`, [1, gates * 2, 2], noise(gates * 4)),
    g.constant(`${name}r`, [1, gates * 2, 2], noise(gates * 4)),
  ];
  const lstm = g.op('LSTM', [x, ...of('l', 4)], { attributes: { hidden_size: int(2) }, outputs: ['lstm', 'h', 'c'] });
  const gru = g.op('GRU', [x, ...of('g', 3)], { attributes: { hidden_size: int(2), direction: text('forward') } });
  return g.build(g.op('Add', [lstm, gru]), g.op('RNN', [x, ...of('n', 1)], { attributes: { hidden_size: int(2) } }));
}

function activations(): Graph {
  const g = onnxGraph(17);
  let x = g.input('x', [1, 2, 4, 4]);
  for (const type of [
    'Relu',
    'Sigmoid',
    'Tanh',
    'HardSwish',
    'Elu',
    'Selu',
    'Softplus',
    'Exp',
    'Abs',
    'Neg',
    'Identity',
    'Dropout',
  ]) {
    x = g.op(type, [x]);
  }
  x = g.op('PRelu', [x, g.constant('slope', [2, 1, 1], [0.1, 0.2])]);
  x = g.op('DepthToSpace', [g.op('SpaceToDepth', [x], { attributes: { blocksize: int(2) } })], {
    attributes: { blocksize: int(2) },
  });
  x = g.op('ConvTranspose', [x, g.constant('w', [2, 2, 2, 2], noise(16))], { attributes: { strides: ints(2, 2) } });
  x = g.op('AveragePool', [x], { attributes: { kernel_shape: ints(2, 2), strides: ints(2, 2), ceil_mode: int(1) } });
  x = g.op('InstanceNormalization', [x, g.constant('s', [2], [1, 1]), g.constant('b', [2], [0, 0])]);
  return g.build(g.op('ReduceMax', [x], { attributes: { axes: ints(2, 3), keepdims: int(0) } }), g.op('ArgMax', [x]));
}

/** Messages that graphs of our own have none of: data in another file, sparse constants, functions, metadata. */
function oddities(): Uint8Array {
  const type = (dims: readonly number[]) => ({
    tensorType: { elemType: 1, shape: { dim: dims.map((dimValue) => ({ dimValue })) } },
  });
  return encode('ModelProto', {
    irVersion: 8,
    opsetImport: [
      { domain: '', version: 17 },
      { domain: 'own', version: 1 },
    ],
    metadataProps: [{ key: 'k', value: 'v' }],
    graph: {
      name: 'odd',
      input: [{ name: 'x', type: type([2, 4]) }],
      output: [{ name: 'y', type: type([2, 4]) }],
      initializer: [
        {
          name: 'e',
          dims: [4],
          dataType: 1,
          dataLocation: 1,
          externalData: [
            { key: 'location', value: 'w.bin' },
            { key: 'offset', value: '16' },
            { key: 'length', value: '16' },
          ],
        },
      ],
      sparseInitializer: [
        {
          values: { name: 's', dims: [1], dataType: 1, rawData: new Uint8Array(4) },
          indices: { dims: [1], dataType: 7, rawData: new Uint8Array(8) },
          dims: [4],
        },
      ],
      node: [
        { opType: 'Sum', input: ['x', 'e', 's'], output: ['t'], name: 'sum' },
        { opType: 'Own', domain: 'own', input: ['t'], output: ['u'] },
        { opType: 'Relu', input: ['u'], output: ['y'] },
      ],
      valueInfo: [{ name: 't', type: type([2, 4]) }],
    },
  });
}
