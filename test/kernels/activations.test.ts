import { describe, expect, it } from 'vitest';
import type { Operand } from './run-operator.ts';
import { runOperator } from './run-operator.ts';

type Parts = Partial<Operand>;

/** One operator of one tensor. */
function apply(
  type: string,
  dtype: Operand['dtype'],
  values: readonly number[],
  from: Parts = {},
  to: Parts = {},
  attributes = {},
) {
  const shape = [1, values.length];
  return runOperator(type, attributes, [{ dtype, shape, values, ...from }], { dtype, shape, ...to });
}

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5) as number);

describe('activations', () => {
  it.each([
    ['RELU', [-1, 0, 7], [0, 0, 7]],
    ['RELU6', [-1, 3, 7], [0, 3, 6]],
    ['LOGISTIC', [-10, 0, 17], [Math.exp(-10), 0.5, 1]],
    ['TANH', [-1, 0, 0.5], [Math.tanh(-1), 0, Math.tanh(0.5)]],
    ['ELU', [-1, 0, 2], [Math.expm1(-1), 0, 2]],
    ['HARD_SWISH', [-4, -1, 0, 1, 4], [0, -1 / 3, 0, 2 / 3, 4]],
  ])('%s in float', (type, values, expected) => {
    expect(apply(type, 'float32', values).map((value) => value + 0)).toEqual(close(expected));
  });

  it.each([
    // Rescaled by 2 from zero point 1 to 3, not below 3.
    ['RELU', [-5, 1, 10, 100], { scale: 1, zeroPoint: 1 }, { scale: 0.5, zeroPoint: 3 }, [3, 3, 21, 127]],
    // Clamped as they are, between the input's 0 and 6.
    ['RELU6', [-5, 5, 20], { scale: 0.5, zeroPoint: 1 }, { scale: 0.25, zeroPoint: 3 }, [1, 5, 13]],
    ['LOGISTIC', [-128, 0, 16, 127], { scale: 1 / 16 }, { scale: 1 / 256, zeroPoint: -128 }, [-128, 0, 59, 127]],
    ['TANH', [-128, 0, 16, 127], { scale: 1 / 16 }, { scale: 1 / 128 }, [-128, 0, 97, 127]],
    ['ELU', [-64, 0, 32], { scale: 1 / 32 }, { scale: 1 / 32 }, [-28, 0, 32]],
    ['HARD_SWISH', [-128, -32, 0, 32, 127], { scale: 1 / 32 }, { scale: 1 / 32 }, [0, -11, 0, 21, 127]],
  ])('%s in int8', (type, values, from, to, expected) => {
    expect(apply(type, 'int8', values, from, to)).toEqual(expected);
  });

  it.each([
    ['LOGISTIC', [0, 4096, -4096], [16384, 23955, 8813]],
    ['TANH', [0, 4096, -4096], [0, 24956, -24956]],
  ])('%s in int16', (type, values, expected) => {
    const result = apply(type, 'int16', values, { scale: 2 ** -12 }, { scale: 2 ** -15 });
    for (const [index, value] of expected.entries())
      expect(Math.abs((result[index] ?? 0) - value)).toBeLessThanOrEqual(2);
  });

  it('LEAKY_RELU in float, int8 and int16', () => {
    const alpha = { alpha: { float: 0.25 } };
    expect(apply('LEAKY_RELU', 'float32', [-4, 4], {}, {}, alpha)).toEqual([-1, 4]);
    expect(
      apply('LEAKY_RELU', 'int8', [-3, 5], { scale: 1, zeroPoint: 1 }, { scale: 0.5, zeroPoint: 10 }, alpha),
    ).toEqual([8, 18]);
    expect(apply('LEAKY_RELU', 'int16', [-400, 400], { scale: 1 }, { scale: 1 }, { alpha: { float: -0.5 } })).toEqual([
      200, 400,
    ]);
  });

  it('PRELU with slopes along the last axis', () => {
    const run = (dtype: Operand['dtype'], slopes: Operand['dtype'], values: readonly number[]) =>
      runOperator(
        'PRELU',
        {},
        [
          { dtype, shape: [1, 2, 2], values, scale: 1 },
          { dtype: slopes, shape: [2], values: [2, 3], scale: 1, constant: true },
        ],
        { dtype, shape: [1, 2, 2], scale: 1 },
      );
    expect(run('float32', 'float32', [-1, 1, 5, -2])).toEqual([-2, 1, 5, -6]);
    expect(run('int8', 'int8', [-1, 1, 5, -2])).toEqual([-2, 1, 5, -6]);
    expect(run('int16', 'int8', [-1, 1, 5, -2])).toEqual([-2, 1, 5, -6]);
    expect(() => run('int16', 'int16', [-1, 1, 5, -2])).toThrow('slopes');
  });

  it('refuses what the device refuses', () => {
    expect(() => apply('LOGISTIC', 'uint8', [1], { scale: 1 }, { scale: 1 })).toThrow('no kernel for uint8');
    expect(() => apply('LOGISTIC', 'int8', [1], { scale: 1 }, { scale: 1 / 256 })).toThrow('zero point -128');
  });
});

describe('SOFTMAX', () => {
  const attributes = { beta: { float: 1 } };
  const values = [10, 20, 30];
  const shares = (scale: number) => {
    const powers = values.map((value) => Math.exp((value - 30) * scale));
    const total = powers.reduce((sum, power) => sum + power, 0);
    return powers.map((power) => power / total);
  };

  it('in float, row by row', () => {
    const result = runOperator('SOFTMAX', attributes, [{ dtype: 'float32', shape: [2, 2], values: [0, 0, 1, 0] }], {
      dtype: 'float32',
      shape: [2, 2],
    });
    expect(result).toEqual(close([0.5, 0.5, 1 / (1 + Math.exp(-1)), 1 / (1 + Math.E)]));
  });

  it.each([
    ['int8', 'int8', 1 / 256, -128],
    ['int8', 'int16', 1 / 65536, -32768],
    ['int16', 'int16', 1 / 32768, 0],
  ] as const)('from %s to %s', (from, to, scale, zeroPoint) => {
    const result = runOperator('SOFTMAX', attributes, [{ dtype: from, shape: [1, 3], values, scale: 1 / 16 }], {
      dtype: to,
      shape: [1, 3],
      scale,
      zeroPoint,
    });
    for (const [index, share] of shares(1 / 16).entries()) {
      expect(Math.abs((result[index] ?? 0) - zeroPoint - share / scale)).toBeLessThanOrEqual(to === 'int8' ? 1 : 8);
    }
  });

  it('leaves out what is nothing beside the greatest', () => {
    const result = runOperator(
      'SOFTMAX',
      attributes,
      [{ dtype: 'int8', shape: [1, 2], values: [-128, 127], scale: 1 }],
      { dtype: 'int8', shape: [1, 2], scale: 1 / 256, zeroPoint: -128 },
    );
    expect(result).toEqual([-128, 127]);
  });
});
