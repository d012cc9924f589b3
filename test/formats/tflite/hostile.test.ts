import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { formatLimits } from '../../../src/formats/limits.ts';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import { writeTflite } from '../../../src/formats/tflite/write.ts';
import { kitchenSink } from '../../support/tflite-models.ts';

const valid = writeTflite(kitchenSink());

/** What reading, and writing what was read, end in: anything but these two is a bug. */
function outcome(bytes: Uint8Array): 'read' | 'refused' {
  try {
    writeTflite(readTflite(bytes, 'm.tflite'));
    return 'read';
  } catch (error) {
    if (error instanceof UserError) return 'refused';
    throw error;
  }
}

describe('damaged files end in a model or one sentence', () => {
  it('cut at any byte', () => {
    const outcomes = Array.from({ length: valid.length }, (_, length) => outcome(valid.slice(0, length)));
    expect(outcomes.filter((result) => result === 'refused').length).toBeGreaterThan(valid.length / 2);
  });

  it('with any one byte turned over', () => {
    const outcomes = Array.from(valid, (byte, index) => outcome(valid.with(index, byte ^ 0xff)));
    expect(outcomes).toContain('refused');
    expect(outcomes).toContain('read');
  });

  it('with words overwritten', () => {
    const word = fc.oneof(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.constantFrom(-1, 0, 1, 4, 0x7fffffff, -0x80000000, 0xffff),
      fc.integer({ min: -valid.length, max: valid.length }),
    );
    const edits = fc.array(fc.tuple(fc.nat(valid.length - 4), word), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(edits, (list) => {
        const bytes = valid.slice();
        const view = new DataView(bytes.buffer);
        for (const [at, value] of list) view.setInt32(at, value, true);
        // The identifier stays: without it nothing is read at all.
        bytes.set(valid.subarray(4, 8), 4);
        outcome(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  it('with garbage behind the identifier', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 400 }), (garbage) => {
        const bytes = Uint8Array.of(...valid.subarray(0, 8), ...garbage);
        new DataView(bytes.buffer).setUint32(0, 8 + (garbage[0] ?? 0), true);
        outcome(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});

/** A vector of `count` offsets that all lead to the table at `table`, as bytes of a model whose subgraphs they are. */
function manyOf(count: number): Uint8Array {
  const vector = 32;
  const table = vector + 4 + 4 * count;
  const bytes = new Uint8Array(table + 24 + 4 * count);
  const view = new DataView(bytes.buffer);
  bytes.set([84, 70, 76, 51], 4);
  view.setUint32(0, 24, true);
  // The model at 24: its vtable at 8 has the field 2, `subgraphs`, at 28.
  for (const [index, value] of [10, 8, 0, 0, 4].entries()) view.setUint16(8 + 2 * index, value, true);
  view.setInt32(24, 16, true);
  view.setUint32(28, vector - 28, true);
  view.setUint32(vector, count, true);
  for (let index = 0; index < count; index++) {
    const at = vector + 4 + 4 * index;
    view.setUint32(at, table + 8 - at, true);
  }
  // The subgraph at table + 8: its vtable at `table` has the field 1, `inputs`, a vector of all words that follow.
  for (const [index, value] of [8, 8, 0, 4].entries()) view.setUint16(table + 2 * index, value, true);
  view.setInt32(table + 8, 8, true);
  view.setUint32(table + 12, 4, true);
  view.setUint32(table + 16, count, true);
  return bytes;
}

describe('small files that ask for much are refused', () => {
  it('a list of a thousand subgraphs that are one is read', () => {
    expect(() => readTflite(manyOf(1000), 'm.tflite')).toThrow(/inputs refers to tensor 0 of 0/);
  });

  it('parts that are referred to again and again count every time', () => {
    // 1024 subgraphs, all the same one with 2^15 inputs, take a file of 132 kB to 2^25 values.
    const small = manyOf(1024);
    const bytes = new Uint8Array(small.length + 4 * 2 ** 15);
    bytes.set(small);
    new DataView(bytes.buffer).setUint32(32 + 4 + 4 * 1024 + 16, 2 ** 15, true);
    expect(() => readTflite(bytes, 'm.tflite')).toThrow(/over 16777216 values/);
  });

  it('a file over the size limit', () => {
    const length = formatLimits.modelBytes + 1;
    // Only its length is looked at.
    const bytes = Object.create(new Uint8Array(0), { length: { value: length } }) as Uint8Array;
    expect(() => readTflite(bytes, 'm.tflite')).toThrow(/m\.tflite has 536870913 bytes, over the limit/);
  });
});
