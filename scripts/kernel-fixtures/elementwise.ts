import type { DataType } from '../../src/graph/data-type.ts';
import type { Fixture, Options, Part, Step } from './fixture.ts';
import { noise, numbers, part, step } from './fixture.ts';

const shape = [1, 7, 5];

/** A tensor with the usual quantisation of its type, wider or narrower by a factor. */
export function usual(dtype: DataType, extents: readonly number[] = shape, factor = 1, zeroPoint = 3): Part {
  if (dtype === 'int8') return part('int8', extents, 0.05 * factor, zeroPoint);
  if (dtype === 'int16') return part('int16', extents, (0.05 / 256) * factor);
  return part(dtype, extents);
}

const named = (type: string, dtype: DataType) => `${type.toLowerCase().replaceAll('_', '-')}-${dtype}`;

/** Two tensors, a column and a row, a tensor and a constant; then with an activation each. */
function pairs(
  type: string,
  dtype: DataType,
  { output = dtype, factor = 1.5, activations = [] as readonly string[], right = undefined as Part | undefined } = {},
): Fixture {
  const out = (extents: readonly number[] = shape) => usual(output, extents, factor, -6);
  const [left, other] = [usual(dtype), right ?? usual(dtype, shape, 0.7, -9)];
  const plain: Options = activations.length === 0 ? {} : { fused_activation_function: 'NONE' };
  const steps: Step[] = [step(type, [left, other], [out()], plain)];
  if (right === undefined) {
    steps.push(
      step(type, [usual(dtype, [2, 4, 1]), usual(dtype, [1, 1, 3], 0.7, -9)], [out([2, 4, 3])], plain),
      step(type, [left, scaledNoise(dtype, [1])], [out()], plain),
    );
  }
  for (const activation of activations)
    steps.push(step(type, [left, other], [out()], { fused_activation_function: activation }));
  return { name: named(type, dtype), steps };
}

function scaledNoise(dtype: DataType, extents: readonly number[]): Part {
  const { scale = [], zeroPoint: [zeroPoint] = [] } = usual(dtype, extents);
  return noise(dtype, extents, scale, 0, zeroPoint);
}

const unary = (type: string, dtype: DataType, output: Part, input = usual(dtype), options: Options = {}): Fixture => ({
  name: named(type, dtype),
  steps: [step(type, [input], [output], options)],
});

/** Of numbers that are not negative. */
function positive(type: string): Fixture {
  const squared = part('float32', shape);
  return {
    name: named(type, 'float32'),
    steps: [step('SQUARE', [part('float32', shape)], [squared]), step(type, [squared], [part('float32', shape)])],
  };
}

const activations = ['RELU', 'RELU6', 'RELU_N1_TO_1'];
const dividends = (dtype: DataType): Part => {
  const values = Array.from({ length: 35 }, (_, index) => (index % 2 === 0 ? 1 : -1) * (7 + index));
  return { ...usual(dtype, shape, 1, 0), ...numbers(dtype, values, shape) };
};
const anyTypes = ['float32', 'int8', 'int32', 'int64'] as const;

/** Operators that compute each element on its own, or of two. */
export const elementwiseFixtures: readonly Fixture[] = [
  ...['ADD', 'SUB', 'MUL'].flatMap((type) =>
    (['float32', 'int8', 'int16'] as const).map((dtype) =>
      pairs(type, dtype, { activations, factor: type === 'MUL' ? 4 : 1.5 }),
    ),
  ),
  ...['ADD', 'SUB', 'MUL'].map((type) => pairs(type, 'int32', { activations: ['NONE'] })),
  ...(['float32', 'int8', 'int32'] as const).map((dtype) =>
    pairs('DIV', dtype, { right: dividends(dtype), factor: 0.1, activations: ['RELU'] }),
  ),
  ...['FLOOR_DIV', 'FLOOR_MOD'].map((type) => pairs(type, 'float32', { right: noise('float32', shape) })),
  ...(['float32', 'int8', 'int16', 'int32'] as const).map((dtype) => pairs('SQUARED_DIFFERENCE', dtype, { factor: 8 })),
  ...['MAXIMUM', 'MINIMUM'].flatMap((type) =>
    (['float32', 'int8', 'int16', 'int32', 'int64'] as const).map((dtype): Fixture => {
      const tensor = (extents: readonly number[]) => usual(dtype, extents);
      return {
        name: named(type, dtype),
        steps: [
          step(type, [tensor(shape), tensor(shape)], [tensor(shape)]),
          step(type, [tensor([2, 4, 1]), tensor([1, 1, 3])], [tensor([2, 4, 3])]),
          step(type, [tensor(shape), scaledNoise(dtype, [])], [tensor(shape)]),
        ],
      };
    }),
  ),
  ...['EQUAL', 'NOT_EQUAL'].flatMap((type) =>
    ([...anyTypes, 'bool'] as const).map((dtype) => pairs(type, dtype, { output: 'bool' })),
  ),
  ...['GREATER', 'GREATER_EQUAL', 'LESS', 'LESS_EQUAL'].flatMap((type) =>
    anyTypes.map((dtype) => pairs(type, dtype, { output: 'bool' })),
  ),
  ...['LOGICAL_AND', 'LOGICAL_OR'].map((type) => pairs(type, 'bool')),
  unary('LOGICAL_NOT', 'bool', part('bool', shape)),
  ...(['float32', 'int8', 'int16'] as const).map((dtype): Fixture => {
    const tensor = (extents: readonly number[]) => usual(dtype, extents);
    return {
      name: named('SELECT_V2', dtype),
      steps: [
        step('SELECT_V2', [part('bool', shape), tensor(shape), tensor(shape)], [tensor(shape)]),
        step('SELECT_V2', [part('bool', [2, 3]), tensor([3]), tensor([2, 1])], [tensor([2, 3])]),
      ],
    };
  }),
  ...(['float32', 'int8', 'int16'] as const).map(
    (dtype): Fixture => ({
      name: named('PRELU', dtype),
      steps: [
        step(
          'PRELU',
          [
            usual(dtype, [1, 2, 3, 4]),
            dtype === 'int16' ? noise('int8', [1, 1, 4], [0.01]) : scaledNoise(dtype, [1, 1, 4]),
          ],
          [usual(dtype, [1, 2, 3, 4], 1.3, 2)],
        ),
      ],
    }),
  ),
  ...(['float32', 'int8'] as const).map(
    (dtype): Fixture => ({
      name: named('ADD_N', dtype),
      steps: [step('ADD_N', [usual(dtype), usual(dtype), usual(dtype)], [usual(dtype, shape, 2, 1)])],
    }),
  ),
  unary('ABS', 'float32', part('float32', shape)),
  {
    name: 'abs-int8',
    steps: [
      step('ABS', [usual('int8')], [usual('int8', shape, 0.9, -20)]),
      step('ABS', [usual('int8')], [usual('int8')]),
    ],
  },
  {
    name: 'abs-int16',
    steps: [
      step('ABS', [usual('int16')], [usual('int16', shape, 0.9)]),
      step('ABS', [part('int16', shape)], [part('int16', shape)]),
    ],
  },
  unary('RSQRT', 'int8', part('int8', shape, 0.02, -100), part('int8', shape, 0.05, -128)),
  ...['RSQRT', 'LOG', 'SQRT'].map(positive),
  ...['COS', 'SIN', 'SQUARE', 'CEIL', 'EXP', 'ROUND', 'FLOOR', 'NEG'].map((type) =>
    unary(type, 'float32', part('float32', shape)),
  ),
  unary('ELU', 'float32', part('float32', shape)),
  unary('ELU', 'int8', usual('int8', shape, 1.1, -30)),
  unary('HARD_SWISH', 'float32', part('float32', shape)),
  unary('HARD_SWISH', 'int8', usual('int8', shape, 0.6, -60)),
  ...(['float32', 'int8', 'int16'] as const).flatMap((dtype): Fixture[] => [
    unary('LEAKY_RELU', dtype, usual(dtype, shape, 0.8, -20), usual(dtype), { alpha: { float: 0.2 } }),
    unary('RELU', dtype, usual(dtype, shape, 0.8, -20)),
    unary('RELU6', dtype, usual(dtype)),
    unary(
      'LOGISTIC',
      dtype,
      dtype === 'float32'
        ? part(dtype, shape)
        : dtype === 'int8'
          ? part(dtype, shape, 1 / 256, -128)
          : part(dtype, shape, 2 ** -15),
    ),
    unary(
      'TANH',
      dtype,
      dtype === 'float32'
        ? part(dtype, shape)
        : dtype === 'int8'
          ? part(dtype, shape, 1 / 128, 0)
          : part(dtype, shape, 2 ** -15),
    ),
  ]),
  {
    name: 'logistic-int16-power-of-two',
    steps: [step('LOGISTIC', [part('int16', shape, 2 ** -12)], [part('int16', shape, 2 ** -15)])],
  },
  {
    name: 'tanh-int16-power-of-two',
    steps: [step('TANH', [part('int16', shape, 2 ** -12)], [part('int16', shape, 2 ** -15)])],
  },
  ...(['float32', 'int8', 'int32', 'int64'] as const).map((dtype) => unary('ZEROS_LIKE', dtype, usual(dtype))),
  {
    name: 'cast',
    steps: (['float32', 'int8', 'int16', 'int32', 'uint32', 'bool'] as const).flatMap((from) =>
      (['float32', 'int8', 'int16', 'int32', 'uint32'] as const)
        .filter((to) => !(from === 'float32' && to === 'uint32'))
        .map((to) => step('CAST', [part(from, [9])], [part(to, [9])])),
    ),
  },
  {
    name: 'quantize',
    steps: [
      ...[part('int8', shape, 0.01, -7), part('int16', shape, 0.0001)].map((to) =>
        step('QUANTIZE', [part('float32', shape)], [to]),
      ),
      ...[
        part('int8', shape, 0.07, -7),
        part('uint8', shape, 0.05, 131),
        part('int16', shape, 0.0003),
        part('int32', shape, 0.002),
      ].map((to) => step('QUANTIZE', [usual('int8')], [to])),
      ...[part('int8', shape, 0.07, -7), part('int16', shape, 0.0003), part('int32', shape, 0.000002)].map((to) =>
        step('QUANTIZE', [usual('int16')], [to]),
      ),
      ...[part('int8', shape, 0.7, 5), part('int16', shape, 0.003)].map((to) =>
        step('QUANTIZE', [part('int32', shape, 0.02)], [to]),
      ),
      step('QUANTIZE', [part('uint8', shape, 0.05, 131)], [usual('int8')]),
    ],
  },
  {
    name: 'dequantize',
    steps: [usual('int8'), usual('int16'), part('uint8', shape, 0.05, 131)].map((from) =>
      step('DEQUANTIZE', [from], [part('float32', shape)]),
    ),
  },
];
