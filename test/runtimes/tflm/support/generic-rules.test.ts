import { expect, test } from 'vitest';
import { type Case, data, eachOf, ints, one, refusalOf, weights } from './cases.ts';

const image = (dtype: 'int8' | 'int16' | 'uint8' | 'float32', scale?: number, zeroPoint = 0) =>
  data(dtype, [1, 4, 4, 2], scale, zeroPoint);
const bias = { ...ints([0, 0, 0, 0]), quantization: { scale: [0.25], zeroPoint: [0], axis: 0 } };
const outputs = (dtype: 'int8' | 'int16' | 'float32', scale?: number, zeroPoint = 0) =>
  data(dtype, [1, 4, 4, 4], scale, zeroPoint);
const filters = weights('int8', [4, 3, 3, 2], [1, 1, 1, 1]);
const combinations = 'takes (`input`, `weights`) as (float32, float32), (int8, int8/int4) or (int16, int8)';

const cases: readonly Case[] = [
  // Counts
  ['a convolution', one('CONV_2D', [image('int8', 1), filters, bias], [outputs('int8', 1)])],
  ['a convolution whose bias is left out', one('CONV_2D', [image('int8', 1), filters, null], [outputs('int8', 1)])],
  ['a convolution of two inputs', one('CONV_2D', [image('int8', 1), filters], [outputs('int8', 1)])],
  [
    'a convolution of four inputs',
    one('CONV_2D', [image('int8', 1), filters, bias, bias], [outputs('int8', 1)]),
    'takes 2 to 3 inputs: `input`, `weights`, `bias` (optional) | it has 4 inputs',
  ],
  [
    'a convolution without weights',
    one('CONV_2D', [image('int8', 1), null, null], [outputs('int8', 1)]),
    'takes 2 to 3 inputs: `input`, `weights`, `bias` (optional) | `weights` is left out',
  ],
  ['a sum of three', one('ADD_N', [image('float32'), image('float32'), image('float32')], [image('float32')])],
  [
    'a sum of one',
    one('ADD_N', [image('float32')], [image('float32')]),
    'takes 2 or more inputs: `values` … | it has 1 input',
  ],
  [
    'eleven to concatenate',
    one(
      'CONCATENATION',
      Array.from({ length: 11 }, () => data('float32', [1, 1])),
      [data('float32', [1, 11])],
    ),
    'takes 1 to 10 inputs: `values` … | it has 11 inputs',
  ],
  // Types
  ['a logistic in int8', one('LOGISTIC', [data('int8', [4], 1)], [data('int8', [4], 1, -128)])],
  [
    'a logistic in uint8',
    one('LOGISTIC', [data('uint8', [4], 1)], [data('uint8', [4], 1, -128)]),
    'takes float32, int8 or int16 as `input` | `input` is uint8',
  ],
  ['int4 weights', one('CONV_2D', [image('int8', 1), weights('int4', [4, 3, 3, 2], [1])], [outputs('int8', 1)])],
  [
    'a hybrid convolution',
    one('CONV_2D', [image('float32'), filters], [outputs('float32')]),
    `${combinations} | \`input\` is float32 and \`weights\` is int8 (a hybrid model: its activations must be quantised as its weights are)`,
  ],
  [
    'int16 with int16 weights',
    one('FULLY_CONNECTED', [data('int16', [1, 2], 1), weights('int16', [4, 2], [1])], [data('int16', [1, 4], 1)]),
    `${combinations} | \`input\` is int16 and \`weights\` is int16`,
  ],
  [
    'a convolution into another type',
    one('CONV_2D', [image('int8', 1), filters], [outputs('int16', 1)]),
    'takes `input` and `output` of one type | `input` is int8 and `output` is int16',
  ],
  ['int8 quantised to uint8', one('QUANTIZE', [data('int8', [4], 1)], [data('uint8', [4], 1)])],
  [
    'int16 quantised to uint8',
    one('QUANTIZE', [data('int16', [4], 1)], [data('uint8', [4], 1)]),
    'takes (`input`, `output`) as (float32, int8/int16), (int8, int8/uint8/int16/int32), (int16, int8/int16/int32), (int32, int8/int16) or (uint8, int8) | `input` is int16 and `output` is uint8',
  ],
  // Dimensions
  [
    'a convolution of three dimensions',
    one('CONV_2D', [data('int8', [4, 4, 2], 1), filters], [outputs('int8', 1)]),
    'takes `input`, `weights` and `output` of 4 dimensions | `input` has 3',
  ],
  [
    'a transposition of five',
    one('TRANSPOSE', [data('int16', [1, 1, 1, 2, 3]), ints([0, 1, 2, 4, 3])], [data('int16', [1, 1, 1, 3, 2])]),
  ],
  [
    'a transposition of six',
    one('TRANSPOSE', [data('int8', [1, 1, 1, 1, 2, 3]), ints([0, 1, 2, 3, 5, 4])], [data('int8', [1, 1, 1, 1, 3, 2])]),
    'takes `input` of at most 5 dimensions | `input` has 6',
  ],
  [
    'a product of vectors',
    one('BATCH_MATMUL', [data('float32', [4]), data('float32', [4, 2])], [data('float32', [1, 2])]),
    'takes `left` and `right` of 2 to 4 dimensions | `left` has 1',
  ],
  [
    'a softmax of a scalar',
    one('SOFTMAX', [data('float32', [])], [data('float32', [])]),
    'takes `input` of at least 1 dimension | `input` has 0',
  ],
  [
    'a cumulative sum along two axes',
    one('CUMSUM', [data('float32', [2, 2]), ints([0, 1])], [data('float32', [2, 2])]),
    'takes `axis` of one element | its shape is [2]',
  ],
  [
    'rounding into another shape',
    one('ROUND', [data('float32', [2, 2])], [data('float32', [4])]),
    'takes `input` and `output` of one shape | shapes are [2, 2] and [4]',
  ],
  // Constants, variables, variants
  [
    'an order that is computed',
    one('TRANSPOSE', [data('int8', [2, 3]), data('int32', [2])], [data('int8', [3, 2])]),
    'takes `order` in the model, as a constant | `order` is computed on the device',
  ],
  // Options
  [
    'a concatenation with an activation',
    one('CONCATENATION', [data('float32', [2])], [data('float32', [2])], { fused_activation_function: 'RELU' }),
    'takes NONE as fused_activation_function | it is RELU',
  ],
  // Quantisation
  [
    'int8 without a scale',
    one('CONV_2D', [image('int8'), filters], [outputs('int8', 1)]),
    'needs scale and zero point of `input` and `weights` when it computes in int8 or int16 | `input` has none',
  ],
  ['int16 of zero point 0', one('CONV_2D', [image('int16', 1), filters], [outputs('int16', 1)])],
  [
    'int16 of another zero point',
    one('CONV_2D', [image('int16', 1), filters], [outputs('int16', 1, 3)]),
    'needs the zero point 0 of `input` and `output` when it computes in int16 | that of `output` is 3',
  ],
  ['int32 to add', one('ADD', [data('int32', [2]), data('int32', [2])], [data('int32', [2])])],
  [
    'quantised int32 to add',
    one('ADD', [data('int32', [2], 1), data('int32', [2])], [data('int32', [2])]),
    'takes no scale and zero point of `left` and `right` when it computes in int32 | `left` has them',
  ],
  ['a quantised log softmax', one('LOG_SOFTMAX', [data('int8', [2], 1)], [data('int8', [2], 1 / 16, 127)])],
  [
    'a log softmax of another scale',
    one('LOG_SOFTMAX', [data('int8', [2], 1)], [data('int8', [2], 1 / 8, 127)]),
    'needs the scale 1/16 of `output` when it computes in int8 | it is 0.125',
  ],
  [
    'int16 tanh, a scale within rounding',
    one('TANH', [data('int16', [2], 1)], [data('int16', [2], 2 ** -15 * 1.0005)]),
  ],
  [
    'int16 tanh, twice the scale',
    one('TANH', [data('int16', [2], 1)], [data('int16', [2], 2 ** -14)]),
    'needs the scale 1/32768 of `output` when it computes in int16 | it is 0.00006103515625',
  ],
  ['pooling, scales a rounding apart', one('MAX_POOL_2D', [image('int8', 1)], [image('int8', 1 + 5e-7)])],
  [
    'pooling into another scale',
    one('MAX_POOL_2D', [image('int8', 1)], [image('int8', 2)]),
    'needs the same scale and zero point of `input` and `output` when it computes in int8 or int16 | they are 1, 0 and 2, 0',
  ],
];

test.each(eachOf(cases))('$name', ({ graph, refusal }) => expect(refusalOf(graph)).toBe(refusal));
