import { describe, expect, it } from 'vitest';
import { classLabels } from '../../src/accuracy/class-labels.ts';
import { isAmongHighest } from '../../src/accuracy/top-k.ts';
import type { DataSet, Labels } from '../../src/data/data-set.ts';

describe('isAmongHighest', () => {
  it.each([
    [[0.1, 0.7, 0.2], 1, 1, true],
    [[0.1, 0.7, 0.2], 2, 1, false],
    [[0.1, 0.7, 0.2], 2, 2, true],
    // Equal scores: the lower index wins, as argmax has it.
    [[0.5, 0.5], 0, 1, true],
    [[0.5, 0.5], 1, 1, false],
    [[Number.NaN, 0.5], 1, 1, false],
    [[0.5, Number.NaN], 1, 2, false],
    [[0.9], 1, 1, true],
    [[0.2], 1, 1, false],
    [[0.2], 0, 1, true],
  ])('%j with label %i in the first %i: %s', (outputs, label, k, expected) => {
    expect(isAmongHighest(outputs as ArrayLike<number | bigint>, label, k)).toBe(expected);
  });
});

it('takes 64-bit integers', () => {
  expect(isAmongHighest([3n, 9n], 1, 1)).toBe(true);
});

describe('classLabels', () => {
  const dataSet = (labels: Labels | undefined): DataSet => ({
    path: 'd.npz',
    sha256: '',
    count: 2,
    names: ['x'],
    labels,
    sample: async () => ({}),
  });
  const values = (numbers: readonly number[], width = 1): Labels => ({
    values: Float64Array.from(numbers),
    width,
    areIntegers: numbers.every(Number.isInteger),
  });

  it('takes indices and one-hot rows', () => {
    expect([...classLabels(dataSet(values([3, 0])))]).toEqual([3, 0]);
    expect([...classLabels(dataSet(values([0, 0, 1, 1, 0, 0], 3)))]).toEqual([2, 0]);
  });

  it.each([
    [undefined, 'd.npz has no labels'],
    [values([0.5, 1]), 'labels must be class indices'],
    [values([-1, 1]), 'labels must be class indices'],
  ])('refuses %j', (labels, message) => {
    expect(() => classLabels(dataSet(labels))).toThrow(message);
  });
});
