import { describe, expect, it } from 'vitest';
import type { CaseTensor } from '../support/one-operator.ts';
import { outputsOf } from '../support/one-operator.ts';

const axis = (value: number): CaseTensor => ({ dtype: 'int32', shape: [], values: [value], constant: true });
const matrix: CaseTensor = { dtype: 'float32', shape: [2, 3], values: [1, 5, 5, 2, 0, 3] };

describe('ARG_MAX and ARG_MIN', () => {
  it.each([
    ['ARG_MAX', 1, [1, 2]],
    ['ARG_MAX', 0, [1, 0, 0]],
    ['ARG_MIN', -1, [0, 1]],
  ])('%s along axis %d finds the first of equals', (type, along, expected) => {
    const outputs: CaseTensor[] = [{ dtype: 'int32', shape: [expected.length] }];
    expect(outputsOf({ type, inputs: [matrix, axis(along)], outputs })).toEqual([expected]);
  });
});

describe('CUMSUM', () => {
  it.each([
    [false, false, [1, 6, 11, 2, 2, 5]],
    [true, false, [0, 1, 6, 0, 2, 2]],
    [false, true, [11, 10, 5, 5, 3, 3]],
    [true, true, [10, 5, 0, 3, 3, 0]],
  ])('exclusive %s, reverse %s', (exclusive, reverse, expected) => {
    const one = {
      type: 'CUMSUM',
      attributes: { exclusive, reverse },
      inputs: [matrix, axis(1)],
      outputs: [{ shape: [2, 3] }],
    };
    expect(outputsOf(one)).toEqual([expected]);
  });

  it('carries the device’s offset in int8 with a zero point', () => {
    // Real numbers 1, 2, 3 with zero point 4. The sum starts from -4 where 0 is meant: (-4 + 1) + 4 = 1.
    const inputs: CaseTensor[] = [{ dtype: 'int8', shape: [3], values: [5, 6, 7], scale: 1, zeroPoint: 4 }, axis(0)];
    const outputs: CaseTensor[] = [{ dtype: 'int8', shape: [3], scale: 1, zeroPoint: 4 }];
    expect(outputsOf({ type: 'CUMSUM', inputs, outputs })).toEqual([[1, 3, 6]]);
  });
});

describe('ADD_N', () => {
  it('adds in float32 and in int8', () => {
    const term = (values: readonly number[]): CaseTensor => ({
      dtype: 'int8',
      shape: [2],
      values,
      scale: 0.5,
      zeroPoint: 0,
    });
    const outputs: CaseTensor[] = [{ dtype: 'int8', shape: [2], scale: 1, zeroPoint: 1 }];
    const inputs = [term([2, 4]), term([4, -8]), term([6, 100])];
    // (1 + 2 + 3) + 1 and (2 - 4 + 50) + 1.
    expect(outputsOf({ type: 'ADD_N', inputs, outputs })).toEqual([[7, 49]]);
    expect(outputsOf({ type: 'ADD_N', inputs: [matrix, matrix], outputs: [{ shape: [2, 3] }] })).toEqual([
      [2, 10, 10, 4, 0, 6],
    ]);
  });
});

describe('L2_NORMALIZATION', () => {
  it('gives vectors the length 1', () => {
    const inputs: CaseTensor[] = [{ shape: [2, 2], values: [3, 4, 0, -2] }];
    const [values] = outputsOf({ type: 'L2_NORMALIZATION', inputs, outputs: [{ shape: [2, 2] }] });
    expect(values).toEqual([0.6, 0.8, 0, -1].map(Math.fround));
  });

  it('in int8 counts in 128ths', () => {
    const inputs: CaseTensor[] = [{ dtype: 'int8', shape: [1, 2], values: [13, 14], scale: 0.1, zeroPoint: 10 }];
    const outputs: CaseTensor[] = [{ dtype: 'int8', shape: [1, 2], scale: 1 / 128, zeroPoint: 0 }];
    // 0.6 * 128 = 76.8, 0.8 * 128 = 102.4.
    expect(outputsOf({ type: 'L2_NORMALIZATION', inputs, outputs })).toEqual([[77, 102]]);
  });
});

describe('LOG_SOFTMAX', () => {
  it('gives logarithms of probabilities', () => {
    const [values] = outputsOf({
      type: 'LOG_SOFTMAX',
      inputs: [{ shape: [1, 2], values: [0, 0] }],
      outputs: [{ shape: [1, 2] }],
    });
    expect(values).toEqual([Math.fround(-Math.LN2), Math.fround(-Math.LN2)]);
  });

  it('in int8 counts in 16ths down from 127', () => {
    const inputs: CaseTensor[] = [{ dtype: 'int8', shape: [1, 2], values: [0, 0], scale: 0.1, zeroPoint: 0 }];
    const outputs: CaseTensor[] = [{ dtype: 'int8', shape: [1, 2], scale: 1 / 16, zeroPoint: 127 }];
    // -ln 2 * 16 = -11.09.
    expect(outputsOf({ type: 'LOG_SOFTMAX', inputs, outputs })).toEqual([[116, 116]]);
  });

  it('refuses another output scale', () => {
    const inputs: CaseTensor[] = [{ dtype: 'int8', shape: [1, 2], values: [0, 0], scale: 0.1, zeroPoint: 0 }];
    const outputs: CaseTensor[] = [{ dtype: 'int8', shape: [1, 2], scale: 1 / 8, zeroPoint: 127 }];
    expect(() => outputsOf({ type: 'LOG_SOFTMAX', inputs, outputs })).toThrow('operator 0 (LOG_SOFTMAX): ');
  });
});

describe('images', () => {
  it('RESIZE_BILINEAR weighs neighbours, int8 rounding halves away from zero', () => {
    const size: CaseTensor = { dtype: 'int32', shape: [2], values: [1, 4], constant: true };
    const attributes = { align_corners: false, half_pixel_centers: false };
    const run = (dtype: 'int8' | 'float32', values: readonly number[]) =>
      outputsOf({
        type: 'RESIZE_BILINEAR',
        attributes,
        inputs: [{ dtype, shape: [1, 1, 2, 1], values }, size],
        outputs: [{ dtype, shape: [1, 1, 4, 1] }],
      });
    expect(run('float32', [1, 2])).toEqual([[1, 1.5, 2, 2]]);
    expect(run('int8', [1, 2])).toEqual([[1, 2, 2, 2]]);
    expect(run('int8', [-1, -2])).toEqual([[-1, -2, -2, -2]]);
  });

  it('L2_POOL_2D takes the root of the mean square', () => {
    const attributes = {
      padding: 'VALID',
      stride_w: 2,
      stride_h: 1,
      filter_width: 2,
      filter_height: 1,
      fused_activation_function: 'NONE',
    };
    const inputs: CaseTensor[] = [{ shape: [1, 1, 4, 1], values: [1, 7, 3, 3] }];
    expect(outputsOf({ type: 'L2_POOL_2D', attributes, inputs, outputs: [{ shape: [1, 1, 2, 1] }] })).toEqual([[5, 3]]);
  });
});
