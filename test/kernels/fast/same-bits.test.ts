import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openFastMemory } from '../../../src/kernels/fast/memory.ts';
import { common, dense, denseCase, windowCase, windows } from './cases.ts';
import type { Case } from './one-operator.ts';
import { bothResults, numbers, quantized, randomInt8, tensor, zeroPoints } from './one-operator.ts';

const sums = fc.record({
  ...common,
  type: fc.constantFrom('ADD', 'SUB'),
  elements: fc.integer({ min: 1, max: 100 }),
  secondZero: zeroPoints,
  firstScale: fc.double({ min: 2 ** -8, max: 1, noNaN: true }),
  secondScale: fc.oneof(fc.constant(0.25), fc.double({ min: 2 ** -8, max: 1, noNaN: true })),
  outputScale: fc.double({ min: 2 ** -6, max: 4, noNaN: true }),
});

function sumCase(given: typeof sums extends fc.Arbitrary<infer T> ? T : never): Case {
  const { elements } = given;
  const next = numbers(given.seed);
  return {
    type: given.type,
    attributes: { fused_activation_function: given.activation },
    inputs: [
      tensor('first', [1, elements], 'int8', quantized([given.firstScale], given.inputZero)),
      tensor('second', [1, elements], 'int8', quantized([given.secondScale], given.secondZero)),
    ],
    output: tensor('result', [1, elements], 'int8', quantized([given.outputScale], given.outputZero)),
    images: [randomInt8(elements, next), randomInt8(elements, next)],
  };
}

/** Every kernel works in one memory, as in an interpreter: what one leaves behind must not matter to the next. */
const memory = openFastMemory();

function expectSameBits(given: Case | undefined): void {
  if (given === undefined) return;
  if (memory === undefined) throw new Error('this machine has no WebAssembly with SIMD');
  const { plain, fast } = bothResults(given, memory);
  expect(fast).toEqual(plain);
}

describe('fast kernels give the bits of the plain ones', () => {
  for (const arithmetic of ['int8', 'float32'] as const) {
    for (const type of ['CONV_2D', 'DEPTHWISE_CONV_2D'] as const) {
      it(`${type} in ${arithmetic}`, () => {
        fc.assert(
          fc.property(windows, (given) => expectSameBits(windowCase(type, arithmetic, given))),
          { numRuns: 400 },
        );
      });
    }

    it(`FULLY_CONNECTED in ${arithmetic}`, () => {
      fc.assert(
        fc.property(dense, (given) => expectSameBits(denseCase(arithmetic, given))),
        { numRuns: 400 },
      );
    });
  }

  it('ADD and SUB in int8', () => {
    fc.assert(
      fc.property(sums, (given) => expectSameBits(sumCase(given))),
      { numRuns: 400 },
    );
  });
});
