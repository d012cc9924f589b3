import { describe, expect, it } from 'vitest';
import { bindInputs, type ModelInput } from '../../src/data/bind-inputs.ts';
import type { DataArray } from '../../src/data/data-set.ts';
import { UserError } from '../../src/errors.ts';

const floats = (shape: readonly number[], values: readonly number[]): DataArray => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});
const input = (shape: ModelInput['shape'], rest: Partial<ModelInput> = {}): ModelInput => ({
  name: 'in',
  dtype: 'float32',
  shape,
  ...rest,
});
const count = (length: number): number[] => Array.from({ length }, (_, index) => index);

describe('bindInputs', () => {
  it.each([
    ['as it is', [2, 3], [1, 2, 3], [0, 1, 2, 3, 4, 5]],
    ['flattened', [2, 3, 1], [1, 6], [0, 1, 2, 3, 4, 5]],
    ['unflattened', [6], [1, 1, 2, 3], [0, 1, 2, 3, 4, 5]],
    ['without a batch', [2, 3], [2, 3], [0, 1, 2, 3, 4, 5]],
    ['with a named batch', [2, 3], ['N', 2, 3], [0, 1, 2, 3, 4, 5]],
    ['channels last to first', [2, 2, 3], [1, 3, 2, 2], [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]],
    ['channels first to last', [3, 2, 2], [1, 2, 2, 3], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]],
  ])('takes x %s', (_, shape, wanted, expected) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const bound = bindInputs({ x: floats(shape, count(size)) }, [input(wanted)], 'd.npz');
    expect(Array.from(bound.in?.data ?? [], Number)).toEqual(expected);
    expect(bound.in?.shape).toEqual(wanted.map((extent) => (typeof extent === 'number' ? extent : 1)));
  });

  it('quantises real values with the input’s own parameters, ties to even, saturating', () => {
    const quantization = { scale: [0.5], zeroPoint: [-1], axis: 0 };
    const bound = bindInputs(
      { x: floats([5], [0, 0.25, 0.75, 100, -100]) },
      [input([1, 5], { dtype: 'int8', quantization })],
      'd',
    );
    expect(Array.from(bound.in?.data ?? [], Number)).toEqual([-1, -1, 1, 127, -128]);
  });

  it('gives each input its own form of an array that is asked for again', () => {
    const x = { dtype: 'float32', shape: [2, 1, 2], data: Float32Array.of(1, 2, 3, 4) } as const;
    const bound = (dtype: 'float32' | 'int8', shape: readonly number[], scale?: number) => {
      const quantization = scale === undefined ? {} : { quantization: { scale: [scale], zeroPoint: [0], axis: 0 } };
      return [...(bindInputs({ x }, [{ name: 'x', dtype, shape, ...quantization }], 'data.npz').x?.data ?? [])];
    };
    for (let round = 0; round < 2; round += 1) {
      expect(bound('float32', [1, 2, 1, 2])).toEqual([1, 2, 3, 4]);
      for (const scale of [1, 0.5, 0.25, 0.125, 0.0625]) {
        expect(bound('int8', [1, 2, 1, 2], scale)).toEqual([1, 2, 3, 4].map((real) => real / scale));
      }
    }
  });

  it('finds arrays by name when there are several inputs', () => {
    const inputs = [
      { ...input([1, 1]), name: 'a' },
      { ...input([1, 1]), name: 'b' },
    ];
    const bound = bindInputs({ b: floats([1], [2]), a: floats([1], [1]) }, inputs, 'd');
    expect([bound.a?.data[0], bound.b?.data[0]]).toEqual([1, 2]);
    expect(() => bindInputs({ x: floats([1], [1]) }, inputs, 'd.npz')).toThrow(
      'd.npz has no array for the model\'s input "a"; it has x.',
    );
  });

  it.each([
    [
      [2, 3],
      [1, 7],
    ],
    [
      [2, 3],
      [1, 3, 2],
    ],
    [
      [4, 3, 2],
      [1, 3, 2, 4, 2],
    ],
  ])('refuses samples %j for an input %j', (shape, wanted) => {
    const sample = { x: floats(shape, count(shape.reduce((product, extent) => product * extent, 1))) };
    expect(() => bindInputs(sample, [input(wanted)], 'd.npz')).toThrow(UserError);
  });

  it('resizes pictures and makes them grey', () => {
    const image: DataArray = { dtype: 'uint8', shape: [2, 2, 3], data: new Uint8Array(12).fill(100), isImage: true };
    const bound = bindInputs({ x: image }, [input([1, 1, 4, 4])], 'd');
    expect(bound.in?.data).toHaveLength(16);
    for (const value of bound.in?.data ?? []) expect(value).toBeCloseTo(100, 3);
    expect(bindInputs({ x: image }, [input([1, 3, 2, 2])], 'd').in?.shape).toEqual([1, 3, 2, 2]);
  });
});
