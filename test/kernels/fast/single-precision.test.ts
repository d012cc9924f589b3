import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openFastMemory } from '../../../src/kernels/fast/memory.ts';
import { dense, denseCase, windowCase, windows } from './cases.ts';
import type { Case } from './one-operator.ts';
import { bothResults } from './one-operator.ts';

/** One memory for all, so that one kernel finds what another left behind. */
const memory = openFastMemory('single');

/** What rounding each product and each sum can add up to, for the few hundred products of these cases. */
const rounding = 2 ** -23 * 512;

function expectSameButForRounding(given: Case | undefined): void {
  if (given === undefined) return;
  if (memory === undefined) throw new Error('this machine has no WebAssembly with SIMD');
  const { plain, fast } = bothResults(given, memory);
  if (fast === undefined) return;
  expect(fast.length).toBe(plain.length);
  const weights = given.inputs.flatMap((tensor) =>
    tensor?.data === undefined ? [] : [new Float32Array(tensor.data.slice().buffer)],
  );
  const largest = (values: ArrayLike<unknown>) =>
    Math.max(1, ...Array.from(values, (value) => Math.abs(Number(value))));
  const scale = [...given.images, ...weights].reduce((product, values) => product * largest(values), 1);
  for (const [index, value] of plain.entries()) {
    expect(Math.abs(Number(fast[index]) - Number(value))).toBeLessThanOrEqual(scale * rounding);
  }
}

describe('sums in single precision are those of the device but for rounding', () => {
  for (const type of ['CONV_2D', 'DEPTHWISE_CONV_2D'] as const) {
    it(type, () => {
      fc.assert(
        fc.property(windows, (given) => expectSameButForRounding(windowCase(type, 'float32', given))),
        { numRuns: 400 },
      );
    });
  }

  it('FULLY_CONNECTED', () => {
    fc.assert(
      fc.property(dense, (given) => expectSameButForRounding(denseCase('float32', given))),
      { numRuns: 400 },
    );
  });
});
