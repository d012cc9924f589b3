import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeHuffman } from '../../src/encode/encode-huffman.ts';
import { encodeMask } from '../../src/encode/encode-mask.ts';
import { encodeTable } from '../../src/encode/encode-table.ts';
import type { Encoding } from '../../src/encode/encoding.ts';
import type { Tensor } from '../../src/graph/graph.ts';
import { openInterpreter } from '../../src/kernels/run-graph.ts';
import { tfliteGraph, tfliteOperator } from '../support/tflite-models.ts';

const widths = { int8: 1, bool: 1, int16: 2, int32: 4, float32: 4, int64: 8 } as const;

/** Bytes of a tensor from a few values over and over, in a shape of [channels, rest] or [rest, channels]. */
const tensors = fc
  .record({
    dtype: fc.constantFrom('int8', 'bool', 'int16', 'int32', 'float32', 'int64'),
    channels: fc.integer({ min: 1, max: 5 }),
    rest: fc.integer({ min: 1, max: 120 }),
    isLast: fc.boolean(),
    quantised: fc.constantFrom('not', 'once', 'per channel'),
    values: fc.integer({ min: 1, max: 40 }),
    zeros: fc.float({ min: 0, max: 1, noNaN: true }),
    seed: fc.integer({ min: 1, max: 1 << 30 }),
  })
  .map((given): Tensor => {
    const { channels, rest, quantised, isLast } = given;
    const dtype = given.dtype as keyof typeof widths;
    let state = given.seed;
    const random = () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state / 2 ** 32;
    };
    const width = widths[dtype];
    const pool = Array.from(
      { length: given.values },
      () => Array.from({ length: width }, () => Math.floor(256 * random())),
      { numRuns: 300 },
    );
    const zeroPoints = Array.from({ length: channels }, () => (dtype === 'int8' ? Math.floor(20 * random()) - 10 : 0));
    const data = new Uint8Array(channels * rest * width);
    for (let index = 0; index < channels * rest; index++) {
      const channel = quantised !== 'per channel' ? 0 : isLast ? index % channels : Math.floor(index / rest);
      const zero = quantised === 'not' ? 0 : (zeroPoints[channel] ?? 0);
      const content =
        random() < given.zeros
          ? [zero & 0xff, ...new Array<number>(width - 1).fill(0)]
          : (pool[Math.floor(random() ** 3 * pool.length)] ?? []);
      data.set(content, index * width);
    }
    const count = quantised === 'per channel' ? channels : 1;
    return {
      name: 'weights',
      dtype,
      shape: isLast ? [rest, channels] : [channels, rest],
      data,
      ...(quantised === 'not'
        ? {}
        : {
            quantization: {
              scale: new Array<number>(count).fill(0.5),
              zeroPoint: zeroPoints.slice(0, count),
              axis: count > 1 && isLast ? 1 : 0,
            },
          }),
    };
  });

function decoded(tensor: Tensor, { encoded, ancillary }: Encoding): Uint8Array {
  const bytes = (data: Uint8Array): Tensor => ({ name: '', dtype: 'uint8', shape: [data.length], data });
  const { data: _, ...empty } = tensor;
  const interpreter = openInterpreter(
    tfliteGraph({
      tensors: [bytes(encoded), bytes(ancillary), empty],
      operators: [tfliteOperator('TFLM_DECODE', { domain: 'custom', inputs: [0, 1], outputs: [2] })],
      outputs: [2],
    }),
  );
  const [values] = interpreter.run([]);
  return new Uint8Array(values?.buffer ?? new ArrayBuffer(0));
}

describe('a tensor decodes to itself', () => {
  test('as a table', () => {
    fc.assert(
      fc.property(tensors, (tensor) => {
        const encoding = encodeTable(tensor);
        expect(encoding).toBeDefined();
        if (encoding !== undefined) expect(decoded(tensor, encoding)).toEqual(tensor.data);
      }),
      { numRuns: 300 },
    );
  });

  test('as a mask', () => {
    fc.assert(
      fc.property(tensors, (tensor) => {
        const encoding = encodeMask(tensor);
        expect(encoding).toBeDefined();
        if (encoding !== undefined) expect(decoded(tensor, encoding)).toEqual(tensor.data);
      }),
      { numRuns: 300 },
    );
  });

  test('as Huffman codes, whatever a look-up is worth', () => {
    fc.assert(
      fc.property(tensors, fc.constantFrom(0, 1 / 128, 10), (tensor, lookupBytes) => {
        const encoding = encodeHuffman(tensor, lookupBytes);
        expect(encoding !== undefined).toBe(tensor.dtype === 'int8' || tensor.dtype === 'int16');
        if (encoding !== undefined) expect(decoded(tensor, encoding)).toEqual(tensor.data);
      }),
      { numRuns: 300 },
    );
  });
});
