import { describe, expect, it } from 'vitest';
import type { CaseTensor } from '../support/one-operator.ts';
import { outputsOf } from '../support/one-operator.ts';

const floats = (values: readonly number[], shape = [values.length]): CaseTensor => ({
  dtype: 'float32',
  shape,
  values,
});
const int8 = (values: readonly number[], scale: number, zeroPoint: number): CaseTensor => ({
  dtype: 'int8',
  shape: [values.length],
  values,
  scale,
  zeroPoint,
});

describe('float32 functions of one element', () => {
  it.each([
    ['ROUND', [0.5, 1.5, -0.5, -1.5, 2.4], [0, 2, 0, -2, 2]],
    ['CEIL', [0.2, -0.2], [1, -0]],
    ['FLOOR', [0.2, -0.2], [0, -1]],
    ['SQUARE', [3, -2], [9, 4]],
    ['NEG', [3, -2], [-3, 2]],
    ['ABS', [3, -2], [3, 2]],
    ['RSQRT', [4, 0.25], [0.5, 2]],
    ['SQRT', [4, 0.25], [2, 0.5]],
    ['EXP', [0], [1]],
    ['LOG', [1], [0]],
    ['SIN', [0], [0]],
    ['COS', [0], [1]],
  ])('%s', (type, values, expected) => {
    expect(outputsOf({ type, inputs: [floats(values)], outputs: [{ shape: [values.length] }] })).toEqual([expected]);
  });
});

describe('int8 functions of one element', () => {
  it('ABS keeps the scale without arithmetic', () => {
    // (x + 10) * 0.5: -118, 0, 3.5 → 118, 0, 3.5; the first saturates.
    const output = { dtype: 'int8', shape: [3], scale: 0.5, zeroPoint: -10 } as const;
    expect(outputsOf({ type: 'ABS', inputs: [int8([-128, -10, -3], 0.5, -10)], outputs: [output] })).toEqual([
      [108, -10, -3],
    ]);
  });

  it('ABS rescales', () => {
    // 2 * (x - 1): -8, 4 → 8, 4, in quarters 32, 16.
    const output = { dtype: 'int8', shape: [2], scale: 0.25, zeroPoint: 0 } as const;
    expect(outputsOf({ type: 'ABS', inputs: [int8([-3, 3], 2, 1)], outputs: [output] })).toEqual([[32, 16]]);
  });

  it('RSQRT gives the greatest number for 0 and refuses negative ones', () => {
    // 1/√(x·1): 1/√4 = 0.5 → 50, 1/√16 = 0.25 → 25.
    const output = { dtype: 'int8', shape: [3], scale: 0.01, zeroPoint: 0 } as const;
    const run = (values: number[]) => outputsOf({ type: 'RSQRT', inputs: [int8(values, 1, 0)], outputs: [output] });
    expect(run([4, 16, 0])).toEqual([[50, 25, 127]]);
    expect(() => run([4, -1, 0])).toThrow('operator 0 (RSQRT): ');
  });
});

describe('functions of two elements', () => {
  const broadcast = [floats([1, 2, 3, 4], [2, 2]), floats([2, 3], [1, 2])];

  it.each([
    ['MAXIMUM', [2, 3, 3, 4]],
    ['MINIMUM', [1, 2, 2, 3]],
    ['DIV', [0.5, Math.fround(2 / 3), 1.5, Math.fround(4 / 3)]],
    ['FLOOR_DIV', [0, 0, 1, 1]],
    ['FLOOR_MOD', [1, 2, 1, 1]],
    ['SQUARED_DIFFERENCE', [1, 1, 1, 1]],
  ])('%s broadcasts', (type, expected) => {
    expect(outputsOf({ type, inputs: broadcast, outputs: [{ shape: [2, 2] }] })).toEqual([expected]);
  });

  it.each([
    ['EQUAL', [0, 1, 0]],
    ['NOT_EQUAL', [1, 0, 1]],
    ['GREATER', [0, 0, 1]],
    ['GREATER_EQUAL', [0, 1, 1]],
    ['LESS', [1, 0, 0]],
    ['LESS_EQUAL', [1, 1, 0]],
  ])('%s compares int8 as the real numbers that they stand for', (type, expected) => {
    // -0.5, 1, 2 against 0, 1, 1.
    const inputs = [int8([-1, 2, 4], 0.5, 0), int8([10, 14, 14], 0.25, 10)];
    expect(outputsOf({ type, inputs, outputs: [{ dtype: 'bool', shape: [3] }] })).toEqual([expected]);
  });

  it('FLOOR_MOD has the sign of the divisor', () => {
    const inputs = [floats([5, -5, 5, -5]), floats([3, 3, -3, -3])];
    expect(outputsOf({ type: 'FLOOR_MOD', inputs, outputs: [{ shape: [4] }] })).toEqual([[2, 1, -1, -2]]);
  });

  it('DIV divides int8 by a fixed-point reciprocal', () => {
    // 3 / 1.5 = 2, -4 / 0.5 = -8, 6.35 / 0.5 = 12.7 saturates at 12.7.
    const inputs = [int8([60, -80, 127], 0.05, 0), int8([15, 5, 5], 0.1, 0)];
    const output = { dtype: 'int8', shape: [3], scale: 0.1, zeroPoint: 0 } as const;
    expect(outputsOf({ type: 'DIV', inputs, outputs: [output] })).toEqual([[20, -80, 127]]);
  });

  it('DIV of int32 cuts fractions off', () => {
    const inputs: CaseTensor[] = [
      { dtype: 'int32', shape: [3], values: [7, -7, 7] },
      { dtype: 'int32', shape: [3], values: [2, 2, 0] },
    ];
    expect(outputsOf({ type: 'DIV', inputs, outputs: [{ dtype: 'int32', shape: [3] }] })).toEqual([[3, -3, 0]]);
  });

  it('SQUARED_DIFFERENCE in int8', () => {
    // (2 - 0.5)² = 2.25, (1 - 3)² = 4; in tenths 22.5 → 23 and 40.
    const inputs = [int8([4, 2], 0.5, 0), int8([1, 6], 0.5, 0)];
    const output = { dtype: 'int8', shape: [2], scale: 0.1, zeroPoint: 0 } as const;
    expect(outputsOf({ type: 'SQUARED_DIFFERENCE', inputs, outputs: [output] })).toEqual([[23, 40]]);
  });

  it('compares 64-bit integers that no double holds', () => {
    const inputs: CaseTensor[] = [
      { dtype: 'int64', shape: [1], values: [9007199254740993n] },
      { dtype: 'int64', shape: [1], values: [9007199254740992n] },
    ];
    expect(outputsOf({ type: 'GREATER', inputs, outputs: [{ dtype: 'bool', shape: [1] }] })).toEqual([[1]]);
  });

  it.each([
    ['LOGICAL_AND', [1, 0, 0, 0]],
    ['LOGICAL_OR', [1, 1, 1, 0]],
  ])('%s', (type, expected) => {
    const bool = (values: number[]): CaseTensor => ({ dtype: 'bool', shape: [4], values });
    const inputs = [bool([1, 1, 0, 0]), bool([1, 0, 1, 0])];
    expect(outputsOf({ type, inputs, outputs: [{ dtype: 'bool', shape: [4] }] })).toEqual([expected]);
  });

  it('SELECT_V2 broadcasts condition and choices', () => {
    const condition: CaseTensor = { dtype: 'bool', shape: [2, 1], values: [1, 0] };
    const inputs = [condition, floats([1, 2], [2]), floats([9], [])];
    expect(outputsOf({ type: 'SELECT_V2', inputs, outputs: [{ shape: [2, 2] }] })).toEqual([[1, 2, 9, 9]]);
  });
});

describe('CAST', () => {
  it.each<readonly [CaseTensor['dtype'], readonly number[], CaseTensor['dtype'], readonly number[]]>([
    ['float32', [1.9, -1.9, 3e9, Number.NaN], 'int32', [1, -1, 2147483647, 0]],
    ['float32', [-1, 300, 5e9], 'uint32', [0, 300, 4294967295]],
    ['int32', [300, -129], 'int8', [44, 127]],
    ['bool', [1, 0], 'float32', [1, 0]],
    ['int32', [16777217], 'float32', [16777216]],
  ])('%s %j to %s', (from, values, to, expected) => {
    const inputs: CaseTensor[] = [{ dtype: from ?? 'float32', shape: [values.length], values }];
    expect(outputsOf({ type: 'CAST', inputs, outputs: [{ dtype: to ?? 'float32', shape: [values.length] }] })).toEqual([
      expected,
    ]);
  });
});
