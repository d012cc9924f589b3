import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../src/graph/graph.ts';
import { openInterpreter } from '../../src/kernels/run-graph.ts';
import { tfliteGraph, tfliteOperator } from '../support/tflite-models.ts';

interface Output extends Pick<Tensor, 'dtype'> {
  readonly shape: readonly number[];
  /** One per channel; without any it is not quantised. */
  readonly zeroPoint?: readonly number[];
  readonly axis?: number;
}

/** What TFLM_DECODE makes of a stream. */
function decode(encoded: readonly number[], ancillary: readonly number[], output: Output): readonly number[] {
  const { dtype, shape, zeroPoint, axis = 0 } = output;
  const bytes = (content: readonly number[]): Tensor => ({
    name: '',
    dtype: 'uint8',
    shape: [content.length],
    data: Uint8Array.from(content),
  });
  const quantization =
    zeroPoint === undefined ? {} : { quantization: { scale: zeroPoint.map(() => 1), zeroPoint, axis } };
  const graph = tfliteGraph({
    tensors: [bytes(encoded), bytes(ancillary), { name: 'w', dtype, shape, ...quantization }],
    operators: [tfliteOperator('TFLM_DECODE', { domain: 'custom', inputs: [0, 1], outputs: [2] })],
    outputs: [2],
  });
  return Array.from(openInterpreter(graph).run([])[0] as Int8Array);
}
const header = (kind: number, ...parameters: readonly number[]) => [
  ...[kind, 1, 0, 0, 1, ...parameters],
  ...new Array<number>(11 - parameters.length).fill(0),
];
const words = (...values: readonly number[]) => values.flatMap((value) => [value & 0xff, (value >> 8) & 0xff]);

describe('tables', () => {
  // Indices 1, 3, 3, 2, 4, 5, 0, 2, 1, 3 of 3 bits each, most significant bit first.
  const indices = [0b00101101, 0b10101001, 0b01000010, 0b00101100];

  test('of one channel', () => {
    const table = [...header(0, 3, 6), ...[99, 2, 10, 4, 1, 7].flatMap((value) => words(value))];
    expect(decode(indices, table, { dtype: 'int16', shape: [10] })).toEqual([2, 4, 4, 10, 1, 7, 99, 10, 2, 4]);
  });

  test('of two channels, the first table filled up', () => {
    // Channel 0: 2, 3, 3, 1, 0 of [1, 10, 2, 4, -]; channel 1: 3, 0, 1, 2, 4 of [99, 10, 2, 7, 4].
    const encoded = [0b01001101, 0b10010000, 0b11000001, 0b01010000];
    const table = [...header(0, 3, 5), ...[1, 10, 2, 4, 0, 99, 10, 2, 7, 4]];
    const output: Output = { dtype: 'int8', shape: [2, 5], zeroPoint: [0, 0] };
    expect(decode(encoded, table, output)).toEqual([2, 4, 4, 10, 1, 7, 99, 10, 2, 4]);
  });

  test('of channels along the last axis', () => {
    const table = [...header(0, 1, 2), 10, 11, 20, 21];
    const output: Output = { dtype: 'int8', shape: [4, 2], zeroPoint: [0, 0], axis: 1 };
    expect(decode([0b01_11_00_10], table, output)).toEqual([10, 21, 11, 21, 10, 20, 11, 20]);
  });

  test('with a stride of 0 all channels have the first table', () => {
    const output: Output = { dtype: 'int8', shape: [2, 4], zeroPoint: [0, 0] };
    expect(decode([0b01110010], [...header(0, 1, 0), 5, 0xfd], output)).toEqual([5, -3, -3, -3, 5, 5, -3, 5]);
  });

  test('of 7 bits', () => {
    const table = [...header(0, 7, 128), ...Array.from({ length: 128 }, (_, index) => 255 - index)];
    expect(decode([0b1111111_0, 0b000001_10, 0b00000_000], table, { dtype: 'int8', shape: [3] })).toEqual([
      -128, -2, -65,
    ]);
  });

  test.each([
    ['a stream that is too short', [0], [...header(0, 4, 2), 1, 2], 'its stream of indices is too short'],
    ['an index outside the table', [0x12, 0], [...header(0, 4, 2), 1, 2], 'its table has no value 2 of channel 0'],
    ['no bits', [0, 0], [...header(0, 0, 2), 1, 2], 'its indices have no bits'],
    ['a header that is too short', [0, 0], [0, 1, 0], 'its header has 3 bytes of 16'],
    ['another version', [0, 0], [0, 2, ...header(0, 4, 2).slice(2)], 'its streams are of version 2.1'],
    ['another kind', [0, 0], header(127), 'TensorFlow Lite Micro decodes no streams of kind 127'],
  ])('refuses %s', (_, encoded, ancillary, message) => {
    expect(() => decode(encoded, ancillary, { dtype: 'int8', shape: [3] })).toThrow(message);
  });
});

describe('Huffman codes', () => {
  // a: 0, b: 10, c: 110, d: 111, as a table of 2 bits that leads to one of 1 bit.
  const [a, b, c, d] = [5, -3, 7, -128].map((value) => value & 0xff) as [number, number, number, number];
  const symbol = (bits: number, value: number) => 0x8000 | (bits << 11) | value;
  const entries = [symbol(1, a), symbol(1, a), symbol(2, b), 1, symbol(1, c), symbol(1, d)];
  const stream = [0b0_10_110_11, 0b1_0_0_10_0_00, 0, 0];

  test('int8 from entries of 16 bits', () => {
    const ancillary = [...header(1, 1 << 4), ...entries.flatMap((entry) => words(entry))];
    expect(decode(stream, ancillary, { dtype: 'int8', shape: [8] })).toEqual([5, -3, 7, -128, 5, 5, -3, 5]);
  });

  test('int16 from entries of 32 bits', () => {
    const wide = (bits: number, value: number) => [...words(value & 0xffff), ...words(0x8000 | (bits << 11))];
    const ancillary = [
      ...header(1, (1 << 4) | 1),
      ...[...wide(1, 500), ...wide(1, 500), ...wide(2, -300), 1, 0, 0, 0, ...wide(1, 7), ...wide(1, -32768)],
    ];
    expect(decode(stream, ancillary, { dtype: 'int16', shape: [4] })).toEqual([500, -300, 7, -32768]);
  });

  test('codes of no bits repeat one symbol', () => {
    const ancillary = [...header(1, 0), ...words(symbol(0, 9)), ...words(symbol(0, 9))];
    expect(decode([0, 0, 0, 0], ancillary, { dtype: 'int8', shape: [5] })).toEqual([9, 9, 9, 9, 9]);
  });

  test.each([
    ['a stream that ends too early', 40, 'int8', entries, 'its stream of codes is too short'],
    ['links to nowhere', 8, 'int8', entries.slice(0, 4), 'its codes lead out of its tables'],
    ['int16 from entries of 16 bits', 8, 'int16', entries, 'its table of 16 bits decodes int8 alone'],
    ['int32', 8, 'int32', entries, 'its table of 16 bits decodes int8 alone'],
  ] as const)('refuses %s', (_, elements, dtype, table, message) => {
    const ancillary = [...header(1, 1 << 4), ...table.flatMap((entry) => words(entry))];
    expect(() => decode(stream, ancillary, { dtype, shape: [elements] })).toThrow(message);
  });
});

test('refuses links without end', () => {
  const ancillary = [...header(1, 1 << 4), ...new Array<number>(16).fill(0)];
  expect(() => decode([0, 0, 0, 0], ancillary, { dtype: 'int8', shape: [1] })).toThrow('is too short');
});

describe('masks', () => {
  test('the zero point where no bit is set', () => {
    const output: Output = { dtype: 'int8', shape: [10], zeroPoint: [-44] };
    expect(decode([0b10100101, 0b01000000], [...header(2), 1, 2, 3, 4, 5], output)).toEqual([
      1, -44, 2, -44, -44, 3, -44, 4, -44, 5,
    ]);
  });

  test.each([
    ['first', 0, [1, -7, 2, 2, 8, 8, 3, 8]],
    ['last', 1, [1, 8, 2, 2, -7, 8, 3, 8]],
  ] as const)('zero points of channels along the %s axis', (_, axis, expected) => {
    const shape = axis === 0 ? [2, 4] : [4, 2];
    const output: Output = { dtype: 'int8', shape, zeroPoint: [-7, 8], axis };
    expect(decode([0b10110010], [...header(2), 1, 2, 2, 3], output)).toEqual(expected);
  });

  test('refuses fewer values than bits', () => {
    expect(() => decode([0xff], [...header(2), 1, 2], { dtype: 'int8', shape: [8] })).toThrow(
      'its mask has more bits set than there are values',
    );
  });
});
