import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/graph/graph.ts';
import type { FastMemory } from '../../../src/kernels/fast/memory.ts';
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

const padded = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })), {
    minLength: 1,
    maxLength: 5,
  })
  .chain((axes) => fc.record({ axes: fc.constant(axes), seed: fc.integer(), zeroPoint: zeroPoints }));

function paddedCase({ axes, seed, zeroPoint }: typeof padded extends fc.Arbitrary<infer T> ? T : never): Case {
  const shape = axes.map(([extent]) => extent);
  const result = axes.map(([extent, before, after]) => extent + before + after);
  const paddings = Int32Array.from(axes.flatMap(([, before, after]) => [before, after]));
  return {
    type: 'PAD',
    attributes: {},
    inputs: [
      tensor('image', shape, 'int8', quantized([1], zeroPoint)),
      tensor('paddings', [axes.length, 2], 'int32', undefined, paddings),
    ],
    output: tensor('result', result, 'int8', quantized([1], zeroPoint)),
    images: [
      randomInt8(
        shape.reduce((a, b) => a * b, 1),
        numbers(seed),
      ),
    ],
  };
}

/** Every kernel works in one memory, as in an interpreter: what one leaves behind must not matter to the next. */
const memory = openFastMemory('device');

function expectSameBits(given: Case | undefined): void {
  if (given === undefined) return;
  if (memory === undefined) throw new Error('this machine has no WebAssembly with SIMD');
  const { plain, fast } = bothResults(given, memory);
  expect(fast).toEqual(plain);
}

describe('fast kernels give the bits of the plain ones', () => {
  for (const arithmetic of ['int8', 'int16', 'float32'] as const) {
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

  it('PAD', () => {
    fc.assert(
      fc.property(padded, (given) => expectSameBits(paddedCase(given))),
      { numRuns: 200 },
    );
  });
});

describe('fast kernels leave to the plain ones', () => {
  const image = tensor('image', [1, 2, 2, 1], 'int8', quantized([1], 0));
  const weights = tensor('weights', [1, 1, 1, 1], 'int8', quantized([0.5], 0), Int8Array.of(3));
  const given: Case = {
    type: 'CONV_2D',
    attributes: { padding: 'VALID' },
    inputs: [image, weights],
    output: tensor('result', [1, 2, 2, 1], 'int8', quantized([1], 0)),
    images: [Int8Array.of(1, 2, 3, 4)],
  };
  const fastOf = (changed: Partial<Case>) =>
    bothResults({ ...given, ...changed }, openFastMemory('device') as FastMemory).fast;

  it('nothing here', () => expect(fastOf({})).toEqual(Int8Array.of(2, 3, 5, 6)));

  it('weights that are computed', () => {
    const computed = { ...weights, data: undefined } as unknown as Tensor;
    expect(fastOf({ inputs: [image, computed], images: [...given.images, Int8Array.of(3)] })).toBeUndefined();
  });

  it('zero points outside int8', () => {
    expect(fastOf({ inputs: [{ ...image, quantization: quantized([1], 1000) }, weights] })).toBeUndefined();
  });

  it('int16 with zero points, biases beyond 46 bits and sums beyond 32 bits', () => {
    const wide = (zeroPoint: number, bias: bigint): Partial<Case> => ({
      inputs: [
        tensor('image', [1, 2, 2, 1], 'int16', quantized([1], zeroPoint)),
        weights,
        tensor('bias', [1], 'int64', undefined, BigInt64Array.of(bias)),
      ],
      output: tensor('result', [1, 2, 2, 1], 'int16', quantized([1], 0)),
      images: [Int16Array.of(1000, 2000, -3000, 4)],
    });
    expect(fastOf(wide(0, 2n))).toEqual(Int16Array.of(1501, 3001, -4499, 7));
    expect(fastOf(wide(1, 2n))).toBeUndefined();
    expect(fastOf(wide(0, 1n << 47n))).toBeUndefined();
    const long = (depth: number): Partial<Case> => ({
      type: 'FULLY_CONNECTED',
      attributes: {},
      inputs: [
        tensor('vectors', [1, depth], 'int16', quantized([1], 0)),
        tensor('weights', [1, depth], 'int8', quantized([2 ** -20], 0), new Int8Array(depth).fill(-128)),
      ],
      output: tensor('result', [1, 1], 'int16', quantized([1], 0)),
      images: [new Int16Array(depth).fill(-32768)],
    });
    expect(fastOf(long(511))).toEqual(Int16Array.of(2044));
    expect(fastOf(long(512))).toBeUndefined();
  });

  it('outputs with more images than the input', () => {
    expect(fastOf({ output: { ...given.output, shape: [2, 2, 2, 1] } })).toBeUndefined();
  });

  it('windows that span more than there is memory for', () => {
    expect(
      fastOf({
        attributes: { padding: 'VALID', stride_h: 100_000, stride_w: 100_000 },
      }),
    ).toBeUndefined();
  });
});
