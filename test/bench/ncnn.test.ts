import { describe, expect, test } from 'vitest';
import { networkBuilder, type Precision } from '../../bench/architectures/builder.ts';
import { ncnnWork } from '../../bench/estimates/ncnn.ts';

function work(precision: Precision, channels: number, filters: number, { groups = 1, stride = 1, dot = false } = {}) {
  const g = networkBuilder(precision);
  const input = g.input(1, 56, 56, channels);
  const output = g.convolution(input, filters, { kernel: 3, stride }, groups);
  return ncnnWork(g.build('one', [input], [output]), precision, dot);
}

describe('ncnnWork', () => {
  test('tiles of six by six where both sides have at most 128 channels', () => {
    // 10 by 10 tiles of 64 points.
    expect(work('float32', 64, 64)).toMatchObject({
      winogradMacs: 56 * 56 * 9 * 64 * 64,
      winogradProducts: 100 * 64 * 64 * 64,
      arranged: 100 * 64 * 128,
    });
  });

  test('tiles of four by four beyond', () =>
    expect(work('float32', 256, 64).winogradProducts).toBe(14 * 14 * 36 * 256 * 64));

  test('groups are convolutions by themselves', () =>
    expect(work('float32', 64, 64, { groups: 2 }).winogradProducts).toBe((100 * 64 * 64 * 64) / 2));

  test.each([
    ['a stride', work('float32', 64, 64, { stride: 2 })],
    ['integers with a dot product', work('int8', 64, 64, { dot: true })],
    ['few channels', work('float32', 3, 4)],
  ])('%s: columns instead', (_, found) => {
    expect(found.winogradMacs).toBe(0);
    expect(found.arranged).toBeGreaterThan(0);
  });
});
