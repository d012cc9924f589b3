import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import type { Operand } from './run-operator.ts';
import { constant, given, runOperator } from './run-operator.ts';

const same = { padding: 'SAME', stride_h: 1, stride_w: 1 };
const valid = { padding: 'VALID', stride_h: 1, stride_w: 1 };

describe('CONV_2D', () => {
  it('in float: padding, bias and a fused activation', () => {
    // Windows of [1 2; 3 4] padded below and right, weights of 1: 10, 6, 7, 4; twice and less 15.
    const result = runOperator(
      'CONV_2D',
      { ...same, fused_activation_function: 'RELU' },
      [
        given('float32', [1, 2, 2, 1], [1, 2, 3, 4]),
        constant('float32', [2, 2, 2, 1], [1, 1, 1, 1, 2, 2, 2, 2]),
        constant('float32', [2], [0.5, -15]),
      ],
      { dtype: 'float32', shape: [1, 2, 2, 2] },
    );
    expect(result).toEqual([10.5, 5, 6.5, 0, 7.5, 0, 4.5, 0]);
  });

  it('in int8: a factor per channel, zero points, padding counts as zero', () => {
    // Less the zero point 1: [0 1; 2 3]. Sums with weights 1: 6, 4, 5, 3; times 1/2, or plus 4 and times 1/4; zero point -2.
    // Rounding twice makes 9/4 a 3: 9/2 is first 5, and 5/2 then 3.
    const result = runOperator(
      'CONV_2D',
      same,
      [
        given('int8', [1, 2, 2, 1], [1, 2, 3, 4], { scale: 1, zeroPoint: 1 }),
        constant('int8', [2, 2, 2, 1], [1, 1, 1, 1, 1, 1, 1, 1], { scale: [0.5, 0.25] }),
        constant('int32', [2], [0, 4]),
      ],
      { dtype: 'int8', shape: [1, 2, 2, 2], scale: 1, zeroPoint: -2 },
    );
    expect(result).toEqual([1, 1, 0, 0, 1, 1, 0, 0]);
  });

  it('clamps to the range of the fused activation', () => {
    const run = (activation: string) =>
      runOperator(
        'CONV_2D',
        { ...valid, fused_activation_function: activation },
        [
          given('int8', [1, 1, 3, 1], [-60, 20, 100], { scale: 0.1 }),
          constant('int8', [1, 1, 1, 1], [1], { scale: 1 }),
        ],
        { dtype: 'int8', shape: [1, 1, 3, 1], scale: 0.1, zeroPoint: 10 },
      );
    expect(run('NONE')).toEqual([-50, 30, 110]);
    expect(run('RELU')).toEqual([10, 30, 110]);
    expect(run('RELU6')).toEqual([10, 30, 70]);
    expect(run('RELU_N1_TO_1')).toEqual([0, 20, 20]);
  });

  it('with strides, dilation and groups', () => {
    const strided = runOperator(
      'CONV_2D',
      { padding: 'SAME', stride_h: 1, stride_w: 2 },
      [given('float32', [1, 1, 4, 1], [1, 2, 3, 4]), constant('float32', [1, 1, 3, 1], [1, 10, 100])],
      { dtype: 'float32', shape: [1, 1, 2, 1] },
    );
    // Padding goes behind: nothing is before the first element.
    expect(strided).toEqual([321, 43]);
    const dilated = runOperator(
      'CONV_2D',
      { ...valid, dilation_h_factor: 1, dilation_w_factor: 2 },
      [
        given('int8', [1, 1, 5, 1], [1, 2, 3, 4, 5], { scale: 1 }),
        constant('int8', [1, 1, 2, 1], [10, 1], { scale: 1 }),
      ],
      { dtype: 'int8', shape: [1, 1, 3, 1], scale: 1 },
    );
    expect(dilated).toEqual([13, 24, 35]);
    const grouped = runOperator(
      'CONV_2D',
      valid,
      [
        given('int8', [1, 1, 1, 4], [1, 2, 3, 4], { scale: 1 }),
        constant('int8', [2, 1, 1, 2], [1, 10, 1, 10], { scale: 1 }),
      ],
      { dtype: 'int8', shape: [1, 1, 1, 2], scale: 1 },
    );
    expect(grouped).toEqual([21, 43]);
  });

  it('with int4 weights', () => {
    const result = runOperator(
      'CONV_2D',
      valid,
      [given('int8', [1, 1, 1, 3], [1, 2, 3], { scale: 1 }), constant('int4', [1, 1, 1, 3], [-8, 7, -1], { scale: 1 })],
      { dtype: 'int8', shape: [1, 1, 1, 1], scale: 1 },
    );
    expect(result).toEqual([3]);
  });

  it('in int16: a 64-bit bias takes the multiplier of 16 bits, a 32-bit one or none, that of 31', () => {
    const run = (bias: Operand['dtype'] | undefined) =>
      runOperator(
        'CONV_2D',
        valid,
        [
          given('int16', [1, 1, 1, 1], [30000], { scale: 1 }),
          constant('int8', [1, 1, 1, 1], [1], { scale: 1 - 2 ** -18 }),
          ...(bias === undefined ? [] : [constant(bias, [1], [0])]),
        ],
        { dtype: 'int16', shape: [1, 1, 1, 1], scale: 1 },
      );
    // 1 - 2^-18 needs more than 15 bits: the largest multiplier of 16 bits is 1 - 2^-15, which costs 0.9.
    expect(run('int64')).toEqual([29999]);
    expect(run('int32')).toEqual([30000]);
    expect(run(undefined)).toEqual([30000]);
  });

  it('wraps sums at 32 bits', () => {
    const result = runOperator(
      'CONV_2D',
      valid,
      [
        given('int8', [1, 1, 1, 1], [1], { scale: 1 }),
        constant('int8', [1, 1, 1, 1], [1], { scale: 2 ** -28 }),
        constant('int32', [1], [2 ** 31 - 1]),
      ],
      { dtype: 'int8', shape: [1, 1, 1, 1], scale: 1 },
    );
    expect(result).toEqual([-8]);
  });

  it('is the sum over the window, for any window', () => {
    const size = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(
        size,
        size,
        size,
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.integer(),
        (height, width, kernel, stride, isSame, seed) => {
          fc.pre(isSame || (kernel <= height && kernel <= width));
          const out = (extent: number) => Math.ceil((isSame ? extent : extent - kernel + 1) / stride);
          const shape = [1, out(height), out(width), 1];
          const pixels = Array.from({ length: height * width }, (_, index) => ((seed >> (index % 20)) & 3) - 1);
          const taps = Array.from({ length: kernel * kernel }, (_, index) => (seed >> (index % 17)) & 1);
          const attributes = { padding: isSame ? 'SAME' : 'VALID', stride_h: stride, stride_w: stride };
          const result = runOperator(
            'CONV_2D',
            attributes,
            [
              given('int8', [1, height, width, 1], pixels, { scale: 1 }),
              constant('int8', [1, kernel, kernel, 1], taps, { scale: 1 }),
            ],
            { dtype: 'int8', shape, scale: 1 },
          );
          const padded = (extent: number) =>
            isSame ? Math.floor(Math.max(0, (out(extent) - 1) * stride + kernel - extent) / 2) : 0;
          const expected: number[] = [];
          for (let y = 0; y < out(height); y++) {
            for (let x = 0; x < out(width); x++) {
              let sum = 0;
              for (let row = 0; row < kernel; row++) {
                for (let column = 0; column < kernel; column++) {
                  const fromY = y * stride - padded(height) + row;
                  const fromX = x * stride - padded(width) + column;
                  const inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
                  if (inside) sum += (pixels[fromY * width + fromX] ?? 0) * (taps[row * kernel + column] ?? 0);
                }
              }
              expected.push(sum);
            }
          }
          expect(result.map((value) => value + 0)).toEqual(expected.map((value) => value + 0));
        },
      ),
    );
  });

  it.each([
    ['hybrid', given('float32', [1, 1, 1, 1], [1]), constant('int8', [1, 1, 1, 1], [1], { scale: 1 })],
    ['uint8', given('uint8', [1, 1, 1, 1], [1], { scale: 1 }), constant('uint8', [1, 1, 1, 1], [1], { scale: 1 })],
    [
      'groups of int4',
      given('int8', [1, 1, 1, 2], [1, 2], { scale: 1 }),
      constant('int4', [1, 1, 1, 1], [1], { scale: 1 }),
    ],
    ['rank 3', given('float32', [1, 1, 1], [1]), constant('float32', [1, 1, 1, 1], [1])],
  ])('refuses %s and says where', (_, from, kernel) => {
    const run = () =>
      runOperator('CONV_2D', valid, [from, kernel], { dtype: from.dtype, shape: [1, 1, 1, 1], scale: 1 });
    expect(run).toThrow(UserError);
    expect(run).toThrow(/^operator 0 \(CONV_2D\): /);
  });
});

describe('DEPTHWISE_CONV_2D', () => {
  it('in int8, with two outputs per channel', () => {
    const result = runOperator(
      'DEPTHWISE_CONV_2D',
      valid,
      [
        given('int8', [1, 1, 2, 2], [1, 2, 3, 4], { scale: 1, zeroPoint: 1 }),
        constant('int8', [1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8], {
          scale: [1, 1, 1, 0.5],
          axis: 3,
        }),
        constant('int32', [4], [1, 0, 0, 0]),
      ],
      { dtype: 'int8', shape: [1, 1, 1, 4], scale: 1 },
    );
    // Channels less the zero point: 0, 2 and 1, 3. 0·1+2·5+1, 0·2+2·6, 1·3+3·7, (1·4+3·8)/2.
    expect(result).toEqual([11, 12, 24, 14]);
  });

  it('in float and int16', () => {
    const float = runOperator(
      'DEPTHWISE_CONV_2D',
      valid,
      [
        given('float32', [1, 1, 2, 2], [1, 2, 3, 4]),
        constant('float32', [1, 1, 2, 2], [1, 10, 100, 1000]),
        constant('float32', [2], [0.5, 0]),
      ],
      { dtype: 'float32', shape: [1, 1, 1, 2] },
    );
    expect(float).toEqual([301.5, 4020]);
    const int16 = runOperator(
      'DEPTHWISE_CONV_2D',
      valid,
      [
        given('int16', [1, 1, 1, 1], [1000], { scale: 1 }),
        constant('int8', [1, 1, 1, 1], [100], { scale: 0.25, axis: 3 }),
        constant('int64', [1], [8]),
      ],
      { dtype: 'int16', shape: [1, 1, 1, 1], scale: 1 },
    );
    expect(int16).toEqual([25002]);
  });
});

describe('TRANSPOSE_CONV', () => {
  const shapeOf = (...shape: number[]) => constant('int32', [4], shape);

  it('in float: windows overlap, the fused activation counts', () => {
    const result = runOperator(
      'TRANSPOSE_CONV',
      { padding: 'VALID', stride_h: 1, stride_w: 2, fused_activation_function: 'RELU' },
      [shapeOf(1, 1, 5, 1), constant('float32', [1, 1, 3, 1], [1, 2, 3]), given('float32', [1, 1, 2, 1], [1, -10])],
      { dtype: 'float32', shape: [1, 1, 5, 1] },
    );
    // 1 2 3 0 0 and 0 0 -10 -20 -30.
    expect(result).toEqual([1, 2, 0, 0, 0]);
  });

  it('in int8: SAME cuts the borders, the fused activation does not count', () => {
    const result = runOperator(
      'TRANSPOSE_CONV',
      { padding: 'SAME', stride_h: 1, stride_w: 2, fused_activation_function: 'RELU' },
      [
        shapeOf(1, 1, 4, 1),
        constant('int8', [1, 1, 4, 1], [1, 2, 3, 4], { scale: 1 }),
        given('int8', [1, 1, 2, 1], [2, 0], { scale: 1, zeroPoint: 1 }),
        constant('int32', [1], [10]),
      ],
      { dtype: 'int8', shape: [1, 1, 4, 1], scale: 1, zeroPoint: -20 },
    );
    // From the second element on: (1) 2 3 4 and . 1 2 3 (4), the second window times -1, plus 10, less 20.
    expect(result).toEqual([-8, -8, -8, -13]);
  });

  it('in int16 with a bias of 16 bits', () => {
    const result = runOperator(
      'TRANSPOSE_CONV',
      { padding: 'VALID', stride_h: 1, stride_w: 1 },
      [
        shapeOf(1, 1, 2, 1),
        constant('int8', [1, 1, 2, 1], [3, 5], { scale: 0.5 }),
        given('int16', [1, 1, 1, 1], [1000], { scale: 1 }),
        constant('int16', [1], [4]),
      ],
      { dtype: 'int16', shape: [1, 1, 2, 1], scale: 1 },
    );
    expect(result).toEqual([1502, 2502]);
  });
});
