import { describe, expect, it } from 'vitest';
import type { Attribute, Graph, TensorId } from '../../src/graph/graph.ts';
import { float, type GraphBuilder, int, ints, noise, onnxGraph, text } from '../support/onnx-graphs.ts';
import { expectLowered, loweredTypes } from './lowered.ts';

type Attributes = Readonly<Record<string, Attribute>>;
type Build = (graph: GraphBuilder) => TensorId | readonly TensorId[];

/** A small graph, and the operators that it becomes. */
interface Rule {
  readonly name: string;
  readonly build: Build;
  readonly becomes: readonly string[];
  readonly opset?: number;
}

const rule = (name: string, build: Build, becomes: string, opset = 17): Rule => ({
  name,
  build,
  becomes: becomes.split(' '),
  opset,
});

const count = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
const constant = (graph: GraphBuilder, name: string, shape: readonly number[], seed = 5) =>
  graph.constant(name, shape, noise(count(shape), seed));
const whole = (graph: GraphBuilder, name: string, ...values: number[]) =>
  graph.constant(name, [values.length], values, 'int64');
const image = (graph: GraphBuilder, channels = 4, height = 6, width = 5) =>
  graph.input('x', [1, channels, height, width]);

/** x ─▶ Conv, 1×1 ─▶: what follows reads an image that lies channels-last. */
function pixels(graph: GraphBuilder, channels = 4, height = 6, width = 5): TensorId {
  return graph.op('Conv', [image(graph, 3, height, width), constant(graph, 'w', [channels, 3, 1, 1])]);
}

const one =
  (type: string, attributes: Attributes = {}): Build =>
  (graph) =>
    graph.op(type, [pixels(graph)], { attributes });

const conv =
  (weights: readonly number[], attributes: Attributes, input: readonly number[]): Build =>
  (graph) =>
    graph.op(
      'Conv',
      [graph.input('x', input), constant(graph, 'w', weights), constant(graph, 'b', [weights[0] as number], 9)],
      {
        attributes,
      },
    );

const transposedConv =
  (weights: readonly number[], attributes: Attributes, input: readonly number[], channels: number): Build =>
  (graph) =>
    graph.op(
      'ConvTranspose',
      [graph.input('x', input), constant(graph, 'w', weights), constant(graph, 'b', [channels], 9)],
      {
        attributes,
      },
    );

/** x, y [1, 4, 6, 5] or what broadcasts to it. */
const two =
  (type: string, second: readonly number[], isFirst = false): Build =>
  (graph) => {
    const x = pixels(graph);
    const y = constant(graph, 'y', second, 4);
    return graph.op(type, isFirst ? [y, x] : [x, y]);
  };

const resize =
  (mode: string, transformation: string, scales: readonly number[], more: Attributes = {}): Build =>
  (graph) =>
    graph.op('Resize', [pixels(graph), null, graph.constant('scales', [4], [1, 1, ...scales])], {
      attributes: { mode: text(mode), coordinate_transformation_mode: text(transformation), ...more },
    });

const reduce =
  (type: string, axes: readonly number[], keep: 0 | 1): Build =>
  (graph) =>
    graph.op(type, [pixels(graph)], { attributes: { axes: ints(...axes), keepdims: int(keep) } });

const recurrent =
  (type: 'LSTM' | 'GRU' | 'RNN', direction: string, more: Attributes = {}, state = false): Build =>
  (graph) => {
    const [steps, batch, depth, units] = [3, 2, 4, 5];
    const gates = { LSTM: 4, GRU: 3, RNN: 1 }[type];
    const directions = direction === 'bidirectional' ? 2 : 1;
    const x = graph.input('x', [steps, batch, depth]);
    const inputs: (TensorId | null)[] = [
      x,
      constant(graph, 'w', [directions, gates * units, depth], 2),
      constant(graph, 'r', [directions, gates * units, units], 3),
      constant(graph, 'b', [directions, 2 * gates * units], 4),
    ];
    if (state) inputs.push(null, constant(graph, 'h', [directions, batch, units], 6));
    const names = type === 'LSTM' ? ['y', 'h_last', 'c_last'] : ['y', 'h_last'];
    graph.op(type, inputs, {
      outputs: names,
      attributes: { hidden_size: int(units), direction: text(direction), ...more },
    });
    return names.map(graph.id);
  };

const convolutions: readonly Rule[] = [
  // x ─▶ Conv, pads 1 ─▶ y            x ─▶ CONV_2D SAME ─▶ y
  rule('padding as SAME has it', conv([4, 3, 3, 3], { pads: ints(1, 1, 1, 1) }, [1, 3, 6, 5]), 'CONV_2D'),
  // An even image under stride 2: SAME would pad behind only.
  rule(
    'padding in front under stride 2',
    conv([4, 3, 3, 3], { pads: ints(1, 1, 1, 1), strides: ints(2, 2) }, [1, 3, 6, 6]),
    'PAD CONV_2D',
  ),
  rule(
    'an odd image under stride 2',
    conv([4, 3, 3, 3], { pads: ints(1, 1, 1, 1), strides: ints(2, 2) }, [1, 3, 7, 7]),
    'CONV_2D',
  ),
  rule(
    'auto_pad SAME_UPPER',
    conv([4, 3, 3, 3], { auto_pad: text('SAME_UPPER'), strides: ints(2, 2) }, [1, 3, 6, 6]),
    'CONV_2D',
  ),
  rule('auto_pad SAME_LOWER', conv([4, 3, 2, 2], { auto_pad: text('SAME_LOWER') }, [1, 3, 6, 6]), 'PAD CONV_2D'),
  rule('dilation', conv([4, 3, 3, 3], { dilations: ints(2, 1) }, [1, 3, 6, 6]), 'CONV_2D'),
  rule('groups', conv([4, 2, 3, 3], { group: int(2) }, [1, 4, 6, 6]), 'CONV_2D'),
  rule('depthwise', conv([8, 1, 3, 3], { group: int(4) }, [1, 4, 6, 6]), 'DEPTHWISE_CONV_2D'),
  // x [N, C, L] ─▶ Conv ─▶ y          x [N, L, C] ─▶ RESHAPE [N, 1, L, C] ─▶ CONV_2D ─▶ RESHAPE ─▶ TRANSPOSE ─▶ y [N, M, L]
  rule('one spatial axis', conv([4, 3, 3], { pads: ints(1, 1) }, [1, 3, 8]), 'RESHAPE CONV_2D RESHAPE TRANSPOSE'),
  // Between convolutions nothing is reshaped.
  rule(
    'two of one spatial axis',
    (graph) => {
      const first = graph.op('Conv', [graph.input('x', [1, 3, 8]), constant(graph, 'w', [4, 3, 3])]);
      const second = graph.op('Conv', [graph.op('Relu', [first]), constant(graph, 'v', [2, 4, 3])]);
      return graph.op('GlobalAveragePool', [second]);
    },
    'RESHAPE CONV_2D CONV_2D AVERAGE_POOL_2D RESHAPE',
  ),
  rule('transposed', transposedConv([3, 4, 3, 3], { strides: ints(2, 2) }, [1, 3, 4, 5], 4), 'TRANSPOSE_CONV'),
  rule(
    'transposed, cut as SAME does',
    transposedConv([3, 4, 3, 3], { strides: ints(2, 2), pads: ints(0, 0, 1, 1) }, [1, 3, 4, 5], 4),
    'TRANSPOSE_CONV',
  ),
  rule(
    'transposed, cut in front and behind',
    transposedConv([3, 4, 3, 3], { strides: ints(2, 2), pads: ints(1, 1, 1, 1) }, [1, 3, 4, 5], 4),
    'TRANSPOSE_CONV',
  ),
  rule(
    'transposed, output_padding',
    transposedConv(
      [3, 4, 3, 3],
      { strides: ints(2, 2), pads: ints(1, 1, 1, 1), output_padding: ints(1, 1) },
      [1, 3, 4, 5],
      4,
    ),
    'TRANSPOSE_CONV SLICE',
  ),
  rule(
    'transposed, dilated',
    transposedConv([3, 4, 2, 2], { dilations: ints(2, 2) }, [1, 3, 4, 5], 4),
    'TRANSPOSE_CONV',
  ),
  rule(
    'transposed, one spatial axis',
    transposedConv([3, 4, 4], { strides: ints(2), pads: ints(1, 1) }, [1, 3, 6], 4),
    'RESHAPE TRANSPOSE_CONV RESHAPE TRANSPOSE',
  ),
  rule(
    'transposed, groups',
    transposedConv([4, 2, 3, 3], { group: int(2) }, [1, 4, 4, 5], 4),
    'SLICE TRANSPOSE_CONV SLICE TRANSPOSE_CONV CONCATENATION ADD',
  ),
  // x ─▶ Conv ─▶ Relu ─▶ y            x ─▶ CONV_2D, RELU ─▶ y
  rule('an activation that is taken in', (graph) => graph.op('Relu', [pixels(graph)]), 'CONV_2D'),
  // x ─▶ Conv ─▶ Relu ─▶ DepthToSpace CRD: the convolution writes its channels in the order DCR.
  rule(
    'channels for a pixel shuffle',
    (graph) =>
      graph.op('DepthToSpace', [graph.op('Relu', [pixels(graph, 8)])], {
        attributes: { blocksize: int(2), mode: text('CRD') },
      }),
    'CONV_2D DEPTH_TO_SPACE',
  ),
];

const pools: readonly Rule[] = [
  rule('maximum', one('MaxPool', { kernel_shape: ints(2, 2), strides: ints(2, 2) }), 'CONV_2D MAX_POOL_2D'),
  rule(
    'maximum, padded in front',
    one('MaxPool', { kernel_shape: ints(3, 3), strides: ints(2, 2), pads: ints(1, 1, 1, 1) }),
    'CONV_2D PADV2 MAX_POOL_2D',
  ),
  // Zeros do where nothing is negative.
  rule(
    'maximum of what is not negative',
    (graph) =>
      graph.op('MaxPool', [graph.op('Relu', [pixels(graph)])], {
        attributes: { kernel_shape: ints(3, 3), strides: ints(2, 2), pads: ints(1, 1, 1, 1) },
      }),
    'CONV_2D PAD MAX_POOL_2D',
  ),
  rule('average', one('AveragePool', { kernel_shape: ints(2, 3) }), 'CONV_2D AVERAGE_POOL_2D'),
  rule(
    'average, padding does not count',
    one('AveragePool', { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) }),
    'CONV_2D AVERAGE_POOL_2D',
  ),
  rule(
    'average, padding counts',
    one('AveragePool', { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1), count_include_pad: int(1) }),
    'CONV_2D PAD AVERAGE_POOL_2D',
  ),
  rule(
    'average, padded in front, which does not count',
    one('AveragePool', { kernel_shape: ints(3, 3), strides: ints(2, 2), pads: ints(1, 1, 0, 0) }),
    'CONV_2D PAD AVERAGE_POOL_2D MUL',
  ),
  rule(
    'average, ceil_mode',
    one('AveragePool', { kernel_shape: ints(3, 3), strides: ints(2, 2), ceil_mode: int(1) }),
    'CONV_2D PAD AVERAGE_POOL_2D MUL',
  ),
  rule('global', one('GlobalAveragePool'), 'CONV_2D AVERAGE_POOL_2D'),
  rule('global maximum', one('GlobalMaxPool'), 'CONV_2D MAX_POOL_2D'),
  rule('mean of height and width', reduce('ReduceMean', [2, 3], 1), 'CONV_2D AVERAGE_POOL_2D'),
  rule('mean of channels', reduce('ReduceMean', [1], 1), 'CONV_2D MEAN'),
  rule('sum, axes dropped', reduce('ReduceSum', [2, 3], 0), 'CONV_2D SUM RESHAPE', 11),
  rule('maximum of a row', reduce('ReduceMax', [-1], 0), 'CONV_2D MAX_POOL_2D RESHAPE TRANSPOSE'),
  rule('least of channels and rows', reduce('ReduceMin', [1, 2], 0), 'CONV_2D REDUCE_MIN RESHAPE'),
  rule(
    'norms',
    (graph) => [
      graph.op('ReduceL1', [pixels(graph)], { attributes: { axes: ints(1) } }),
      graph.op('ReduceL2', [graph.id('Conv_0')], { attributes: { axes: ints(1) } }),
    ],
    'CONV_2D ABS SUM SQUARE SUM SQRT',
  ),
  rule('logarithm of a sum of exponentials', reduce('ReduceLogSumExp', [1], 1), 'CONV_2D EXP SUM LOG'),
  rule(
    'place of the greatest',
    (graph) => graph.op('ArgMax', [pixels(graph)], { attributes: { axis: int(1), keepdims: int(0) } }),
    'CONV_2D ARG_MAX',
  ),
  rule(
    'cumulative sum',
    (graph) => graph.op('CumSum', [pixels(graph), graph.constant('axis', [], [2], 'int64')]),
    'CONV_2D CUMSUM',
  ),
];

const dense: readonly Rule[] = [
  // x NHWC ─▶ Flatten ─▶ Gemm: the weights are permuted.
  rule(
    'after an image',
    (graph) =>
      graph.op('Gemm', [
        graph.op('Flatten', [pixels(graph)]),
        constant(graph, 'v', [120, 3]),
        constant(graph, 'b', [3]),
      ]),
    'CONV_2D FULLY_CONNECTED',
  ),
  rule(
    'with factors and transposed weights',
    (graph) =>
      graph.op('Gemm', [graph.input('x', [2, 6]), constant(graph, 'v', [3, 6]), constant(graph, 'b', [3])], {
        attributes: { alpha: float(0.5), beta: float(2), transB: int(1) },
      }),
    'FULLY_CONNECTED',
  ),
  rule(
    'of computed matrices',
    (graph) =>
      graph.op('Gemm', [graph.input('x', [4, 6]), graph.input('y', [4, 3])], { attributes: { transA: int(1) } }),
    'BATCH_MATMUL',
  ),
  rule(
    'of a sequence',
    (graph) => graph.op('MatMul', [graph.input('x', [1, 5, 6]), constant(graph, 'v', [6, 3])]),
    'FULLY_CONNECTED RESHAPE',
  ),
  // q, k ─▶ MatMul with k transposed: the operator reads it transposed.
  rule(
    'by a transposed matrix',
    (graph) => {
      const k = graph.op('Transpose', [graph.input('k', [1, 2, 5, 6])], { attributes: { perm: ints(0, 1, 3, 2) } });
      return graph.op('MatMul', [graph.input('q', [1, 2, 4, 6]), k]);
    },
    'BATCH_MATMUL',
  ),
];

const activations: readonly Rule[] = [
  rule(
    'Clip 0 … 6',
    (graph) => graph.op('Clip', [image(graph), graph.constant('lo', [], [0]), graph.constant('hi', [], [0.5])]),
    'MAXIMUM MINIMUM',
  ),
  rule(
    'Clip -1 … 1, nothing in front',
    (graph) => graph.op('Clip', [image(graph), graph.constant('lo', [], [-1]), graph.constant('hi', [], [1])]),
    'MAXIMUM MINIMUM',
  ),
  rule(
    'Clip by what the model computes',
    (graph) => {
      const x = image(graph);
      const lowest = graph.op('ReduceMean', [x], { attributes: { keepdims: int(0) } });
      return graph.op('Clip', [x, lowest, graph.op('Add', [lowest, graph.constant('more', [], [0.25])])]);
    },
    'MEAN ADD MAXIMUM MINIMUM',
  ),
  rule(
    'Clip -1 … 1, taken in',
    (graph) => graph.op('Clip', [pixels(graph), graph.constant('lo', [], [-1]), graph.constant('hi', [], [1])]),
    'CONV_2D',
  ),
  rule('LeakyRelu', one('LeakyRelu', { alpha: float(0.2) }), 'CONV_2D LEAKY_RELU'),
  rule('PRelu', (graph) => graph.op('PRelu', [pixels(graph), constant(graph, 's', [4, 1, 1])]), 'CONV_2D PRELU'),
  rule('Elu', one('Elu'), 'CONV_2D ELU'),
  rule('Elu, alpha', one('Elu', { alpha: float(0.5) }), 'CONV_2D MINIMUM EXP SUB MUL RELU ADD'),
  rule('Selu', one('Selu'), 'CONV_2D MINIMUM EXP SUB MUL RELU ADD MUL'),
  rule('Celu', one('Celu', { alpha: float(2) }), 'CONV_2D MUL ELU MUL'),
  rule('HardSigmoid', one('HardSigmoid', { alpha: float(1 / 6) }), 'CONV_2D ADD MUL'),
  rule('HardSigmoid, alpha', one('HardSigmoid'), 'CONV_2D MUL ADD MUL'),
  rule('HardSwish', one('HardSwish'), 'CONV_2D HARD_SWISH'),
  rule('Softplus', one('Softplus'), 'CONV_2D ABS NEG EXP ADD LOG RELU ADD'),
  rule('Softsign', one('Softsign'), 'CONV_2D ABS ADD DIV'),
  rule('Mish', one('Mish'), 'CONV_2D ABS NEG EXP ADD LOG RELU ADD TANH MUL', 18),
  rule('ThresholdedRelu', one('ThresholdedRelu', { alpha: float(0.3) }), 'CONV_2D GREATER SELECT_V2'),
  rule(
    'Erf',
    one('Erf'),
    'CONV_2D ABS MUL ADD DIV MUL ADD MUL ADD MUL ADD MUL ADD MUL MUL NEG EXP MUL SUB MUL MINIMUM MAXIMUM MUL',
  ),
  rule('Gelu by tanh', one('Gelu', { approximate: text('tanh') }), 'CONV_2D MUL MUL ADD MUL MUL MUL TANH ADD MUL', 20),
  rule('Softmax of channels', one('Softmax', { axis: int(1) }), 'CONV_2D SOFTMAX'),
  rule('Softmax of rows', one('Softmax', { axis: int(2) }), 'CONV_2D TRANSPOSE SOFTMAX TRANSPOSE'),
  rule('Softmax before opset 13', one('Softmax'), 'CONV_2D TRANSPOSE RESHAPE SOFTMAX RESHAPE', 11),
  rule('LogSoftmax', one('LogSoftmax', { axis: int(1) }), 'CONV_2D LOG_SOFTMAX'),
];

const arithmetic: readonly Rule[] = [
  rule(
    'a value per channel',
    (graph) => graph.op('Div', [graph.op('Exp', [pixels(graph)]), constant(graph, 'c', [4, 1, 1])]),
    'CONV_2D EXP MUL',
  ),
  rule('a value per column, first', two('Sub', [5], true), 'CONV_2D SUB'),
  rule('a value per pixel', two('Mul', [1, 1, 6, 5]), 'CONV_2D MUL'),
  rule('a number', two('Max', []), 'CONV_2D MAXIMUM'),
  rule(
    'several',
    (graph) =>
      graph.op('Sum', [pixels(graph), graph.op('Neg', [graph.id('Conv_0')]), graph.op('Abs', [graph.id('Conv_0')])]),
    'CONV_2D NEG ABS ADD ADD',
  ),
  rule(
    'a mean of several',
    (graph) =>
      graph.op('Mean', [pixels(graph), graph.op('Neg', [graph.id('Conv_0')]), graph.op('Abs', [graph.id('Conv_0')])]),
    'CONV_2D NEG ABS ADD ADD MUL',
  ),
  // squeeze-and-excite: a gate per channel
  rule(
    'a computed value per channel',
    (graph) =>
      graph.op('Mul', [pixels(graph), graph.op('Sigmoid', [graph.op('GlobalAveragePool', [graph.id('Conv_0')])])]),
    'CONV_2D AVERAGE_POOL_2D LOGISTIC MUL',
  ),
  rule(
    'five axes',
    (graph) => graph.op('Mul', [graph.input('x', [2, 3, 4, 2, 2]), constant(graph, 'c', [3, 1, 1, 1])]),
    'RESHAPE MUL RESHAPE',
  ),
  rule(
    'powers',
    (graph) =>
      [0.5, 2, 3, -1].map((exponent) =>
        graph.op('Pow', [
          exponent === 0.5 ? graph.op('Exp', [pixels(graph)]) : graph.id('Exp_1'),
          graph.constant(`e${exponent}`, [], [exponent]),
        ]),
      ),
    'CONV_2D EXP SQRT MUL MUL MUL DIV',
  ),
  rule(
    'choosing',
    (graph) =>
      graph.op('Where', [
        graph.op('Greater', [pixels(graph), graph.constant('zero', [], [0])]),
        graph.id('Conv_0'),
        constant(graph, 'c', [4, 1, 1]),
      ]),
    'CONV_2D GREATER SELECT_V2',
  ),
  rule(
    'not less',
    (graph) =>
      graph.op('Cast', [graph.op('Not', [graph.op('Less', [pixels(graph), graph.constant('zero', [], [0])])])], {
        attributes: { to: int(1) },
      }),
    'CONV_2D LESS LOGICAL_NOT CAST',
  ),
  rule(
    'functions of one element',
    (graph) =>
      ['Sin', 'Cos', 'Floor', 'Ceil', 'Round', 'Reciprocal', 'Sign', 'Tan'].map((type, index) =>
        graph.op(type, [index === 0 ? image(graph) : graph.id('x')]),
      ),
    'SIN COS FLOOR CEIL ROUND DIV GREATER CAST LESS CAST SUB SIN COS DIV',
  ),
];

const arranging: readonly Rule[] = [
  rule(
    'Concat of channels',
    (graph) => graph.op('Concat', [pixels(graph), image2(graph)], { attributes: { axis: int(1) } }),
    'CONV_2D CONV_2D CONCATENATION',
  ),
  rule(
    'Concat of a constant',
    (graph) =>
      graph.op('Concat', [pixels(graph), constant(graph, 'c', [1, 4, 2, 5])], { attributes: { axis: int(2) } }),
    'CONV_2D CONCATENATION',
  ),
  rule(
    'Concat of twelve',
    (graph) =>
      graph.op(
        'Concat',
        [
          pixels(graph),
          ...Array.from({ length: 11 }, (_, index) =>
            graph.op('Mul', [graph.id('Conv_0'), graph.constant(`k${index}`, [], [index])]),
          ),
        ],
        { attributes: { axis: int(1) } },
      ),
    `CONV_2D ${'MUL '.repeat(10)}CONCATENATION CONCATENATION`,
  ),
  rule(
    'Split of channels',
    (graph) => {
      graph.op('Split', [pixels(graph)], { attributes: { axis: int(1) }, outputs: ['p', 'q'] });
      return [graph.op('Neg', [graph.id('q')]), graph.op('Abs', [graph.id('p')])];
    },
    'CONV_2D SPLIT NEG ABS',
  ),
  rule(
    'Split into unequal parts',
    (graph) => {
      graph.op('Split', [pixels(graph), whole(graph, 's', 1, 3)], {
        attributes: { axis: int(1) },
        outputs: ['p', 'q'],
      });
      return [graph.id('p'), graph.id('q')];
    },
    'CONV_2D SPLIT_V',
  ),
  rule(
    'Slice of channels',
    (graph) => graph.op('Slice', [pixels(graph), whole(graph, 's', 1), whole(graph, 'e', -1), whole(graph, 'a', 1)]),
    'CONV_2D SLICE',
  ),
  rule(
    'Slice backwards',
    (graph) =>
      graph.op('Slice', [
        pixels(graph),
        whole(graph, 's', -1, 0),
        whole(graph, 'e', -100, 5),
        whole(graph, 'a', 3, 2),
        whole(graph, 't', -1, 2),
      ]),
    'CONV_2D STRIDED_SLICE',
  ),
  rule(
    'Gather of one channel',
    (graph) =>
      graph.op('Gather', [pixels(graph), graph.constant('i', [], [-1], 'int64')], { attributes: { axis: int(1) } }),
    'CONV_2D SLICE RESHAPE',
  ),
  rule(
    'Gather of some channels',
    (graph) => graph.op('Gather', [pixels(graph), whole(graph, 'i', 2, 0, 2)], { attributes: { axis: int(1) } }),
    'CONV_2D GATHER',
  ),
  rule(
    'Gather of computed rows',
    (graph) => graph.op('Gather', [constant(graph, 'table', [7, 3]), graph.input('i', [1, 4], 'int64')]),
    'GATHER',
  ),
  // Image to sequence: NHWC is what the Transpose makes.
  rule(
    'Transpose to channels-last',
    (graph) =>
      graph.op('Reshape', [
        graph.op('Transpose', [pixels(graph)], { attributes: { perm: ints(0, 2, 3, 1) } }),
        whole(graph, 's', 1, 30, 4),
      ]),
    'CONV_2D RESHAPE',
  ),
  rule(
    'Transpose to rows first',
    (graph) => graph.op('Transpose', [graph.input('x', [2, 3, 4])], { attributes: { perm: ints(1, 0, 2) } }),
    'TRANSPOSE',
  ),
  rule(
    'Expand',
    (graph) => graph.op('Expand', [graph.input('x', [1, 3, 1]), whole(graph, 's', 2, 3, 4)]),
    'BROADCAST_TO',
  ),
  rule(
    'Tile',
    (graph) => graph.op('Tile', [pixels(graph), whole(graph, 's', 1, 2, 1, 3)]),
    'CONV_2D CONCATENATION CONCATENATION',
  ),
  rule(
    'Pad with zeros',
    (graph) => graph.op('Pad', [pixels(graph), whole(graph, 'p', 0, 1, 2, 0, 0, 0, 1, 3)]),
    'CONV_2D PAD',
  ),
  rule(
    'Pad with a number',
    (graph) =>
      graph.op('Pad', [pixels(graph), whole(graph, 'p', 0, 0, 2, 0, 0, 0, 1, 3), graph.constant('v', [], [0.5])]),
    'CONV_2D PADV2',
  ),
  rule(
    'Pad, reflect',
    (graph) =>
      graph.op('Pad', [pixels(graph), whole(graph, 'p', 0, 0, 2, 1, 0, 0, 1, 3)], {
        attributes: { mode: text('reflect') },
      }),
    'CONV_2D MIRROR_PAD',
  ),
  rule(
    'Pad, edge',
    (graph) =>
      graph.op('Pad', [pixels(graph), whole(graph, 'p', 0, 0, 2, 0, 0, 0, 1, 3)], {
        attributes: { mode: text('edge') },
      }),
    'CONV_2D MIRROR_PAD MIRROR_PAD MIRROR_PAD',
  ),
  rule(
    'Pad that takes off',
    (graph) => graph.op('Pad', [pixels(graph), whole(graph, 'p', 0, 0, -2, 0, 0, 0, 1, 3)]),
    'CONV_2D SLICE PAD',
  ),
  rule('DepthToSpace', one('DepthToSpace', { blocksize: int(2) }), 'CONV_2D DEPTH_TO_SPACE'),
  rule(
    'SpaceToDepth',
    (graph) => graph.op('SpaceToDepth', [pixels(graph, 3, 4, 6)], { attributes: { blocksize: int(2) } }),
    'CONV_2D SPACE_TO_DEPTH',
  ),
];

function image2(graph: GraphBuilder): TensorId {
  return graph.op('Conv', [graph.id('x'), constant(graph, 'u', [2, 3, 1, 1], 8)]);
}

const resizing: readonly Rule[] = [
  rule(
    'nearest, asymmetric',
    resize('nearest', 'asymmetric', [2, 2], { nearest_mode: text('floor') }),
    'CONV_2D RESIZE_NEAREST_NEIGHBOR',
  ),
  rule('nearest, half pixels', resize('nearest', 'half_pixel', [2, 3]), 'CONV_2D RESIZE_NEAREST_NEIGHBOR'),
  rule(
    'nearest, rounded as no mode does',
    resize('nearest', 'asymmetric', [1.5, 2], { nearest_mode: text('ceil') }),
    'CONV_2D GATHER GATHER',
  ),
  rule('linear, half pixels', resize('linear', 'half_pixel', [2, 1.6]), 'CONV_2D RESIZE_BILINEAR'),
  rule('linear, corners', resize('linear', 'align_corners', [2, 2]), 'CONV_2D RESIZE_BILINEAR'),
  rule('linear, asymmetric', resize('linear', 'asymmetric', [2, 2]), 'CONV_2D RESIZE_BILINEAR'),
  rule('cubic', resize('cubic', 'half_pixel', [2, 2]), 'CONV_2D RESHAPE BATCH_MATMUL RESHAPE BATCH_MATMUL RESHAPE'),
];

const channelVectors = (graph: GraphBuilder, length: number) =>
  ['s', 'o'].map((name, index) => constant(graph, name, [length], 20 + index));

const normalizations: readonly Rule[] = [
  rule(
    'BatchNormalization with nothing to fold into',
    (graph) =>
      graph.op('BatchNormalization', [
        graph.op('Relu', [pixels(graph)]),
        ...channelVectors(graph, 4),
        constant(graph, 'm', [4]),
        graph.constant('v', [4], [1, 2, 3, 4]),
      ]),
    'CONV_2D MUL ADD',
  ),
  rule(
    'InstanceNormalization',
    (graph) => graph.op('InstanceNormalization', [pixels(graph), ...channelVectors(graph, 4)]),
    'CONV_2D AVERAGE_POOL_2D SUB MUL AVERAGE_POOL_2D ADD RSQRT MUL MUL ADD',
  ),
  rule(
    'LayerNormalization',
    (graph) => graph.op('LayerNormalization', [graph.input('x', [1, 5, 8]), ...channelVectors(graph, 8)]),
    'MEAN SUB MUL MEAN ADD RSQRT MUL MUL ADD',
  ),
  rule(
    'GroupNormalization',
    (graph) =>
      graph.op('GroupNormalization', [pixels(graph), ...channelVectors(graph, 4)], {
        attributes: { num_groups: int(2) },
      }),
    'CONV_2D RESHAPE MEAN SUB MUL MEAN ADD RSQRT MUL MUL ADD RESHAPE',
    21,
  ),
  rule('LRN', one('LRN', { size: int(3), alpha: float(0.5) }), 'CONV_2D MUL CONV_2D RSQRT SQRT MUL MUL'),
  rule('LpNormalization', one('LpNormalization', { axis: int(1) }), 'CONV_2D SQUARE SUM SQRT MAXIMUM DIV'),
  rule('MeanVarianceNormalization', one('MeanVarianceNormalization'), 'CONV_2D MEAN SUB MUL MEAN ADD RSQRT MUL'),
];

async function check({ build, becomes, opset }: Rule): Promise<void> {
  const result = await expectLowered((graph): Graph => graph.build(...[build(graph)].flat()), onnxGraph(opset));
  expect(loweredTypes(result)).toEqual(becomes);
}

describe.each([
  ['convolutions', convolutions],
  ['pooling and reductions', pools],
  ['dense layers', dense],
  ['activations', activations],
  ['arithmetic', arithmetic],
  ['arranging', arranging],
  ['resizing', resizing],
  ['normalisations', normalizations],
] as const)('lowering %s', (_, rules) => {
  it.each(rules.map((one) => [one.name, one] as const))('%s', (_name, one) => check(one));
});

describe('lowering recurrent layers', () => {
  it.each([
    ['LSTM', recurrent('LSTM', 'forward')],
    ['LSTM with a state, backwards', recurrent('LSTM', 'reverse', {}, true)],
    ['LSTM in both directions', recurrent('LSTM', 'bidirectional', {}, true)],
    ['GRU', recurrent('GRU', 'forward')],
    ['GRU in both directions, reset after', recurrent('GRU', 'bidirectional', { linear_before_reset: int(1) }, true)],
    ['RNN', recurrent('RNN', 'reverse', {}, true)],
  ] as const)('%s', async (_, build) => {
    const result = await expectLowered((graph): Graph => graph.build(...[build(graph)].flat()), onnxGraph());
    expect(loweredTypes(result).filter((type) => type === 'TRANSPOSE')).toEqual([]);
  });
});
