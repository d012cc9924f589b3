import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openFastMemory } from '../../../src/kernels/fast/memory.ts';
import type { Case } from './one-operator.ts';
import {
  activations,
  bothResults,
  numbers,
  quantized,
  randomBias,
  randomInt8,
  randomScales,
  tensor,
  zeroPoints,
} from './one-operator.ts';

const common = {
  seed: fc.integer(),
  inputZero: zeroPoints,
  outputZero: zeroPoints,
  activation: activations,
  perChannel: fc.boolean(),
  bias: fc.constantFrom('none', 'usual', 'large'),
  /** Factors of up to 2^most: above 0 sums are shifted left. */
  most: fc.constantFrom(-4, -1, 0, 3),
};

const windows = fc.record({
  ...common,
  batches: fc.integer({ min: 1, max: 2 }),
  height: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 9 }),
  depth: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(1, 8, 16)),
  channels: fc.integer({ min: 1, max: 27 }),
  kernelHeight: fc.constantFrom(1, 1, 2, 3, 5),
  kernelWidth: fc.constantFrom(1, 1, 2, 3, 4),
  strideHeight: fc.integer({ min: 1, max: 3 }),
  strideWidth: fc.integer({ min: 1, max: 3 }),
  dilationHeight: fc.constantFrom(1, 1, 2),
  dilationWidth: fc.constantFrom(1, 1, 2, 3),
  padding: fc.constantFrom('SAME', 'VALID'),
  multiplier: fc.integer({ min: 1, max: 3 }),
});

type Windows = typeof windows extends fc.Arbitrary<infer T> ? T : never;

function windowCase(type: 'CONV_2D' | 'DEPTHWISE_CONV_2D', given: Windows): Case | undefined {
  const { batches, height, width, depth, kernelHeight, kernelWidth } = given;
  const next = numbers(given.seed);
  const depthwise = type === 'DEPTHWISE_CONV_2D';
  const channels = depthwise ? depth * given.multiplier : given.channels;
  const extent = (size: number, kernel: number, stride: number, dilation: number) =>
    given.padding === 'SAME' ? Math.ceil(size / stride) : Math.ceil((size - (kernel - 1) * dilation) / stride);
  const outputHeight = extent(height, kernelHeight, given.strideHeight, given.dilationHeight);
  const outputWidth = extent(width, kernelWidth, given.strideWidth, given.dilationWidth);
  if (outputHeight < 1 || outputWidth < 1) return undefined;
  const weightShape = depthwise
    ? [1, kernelHeight, kernelWidth, channels]
    : [channels, kernelHeight, kernelWidth, depth];
  const weights = randomInt8(
    weightShape.reduce((a, b) => a * b, 1),
    next,
  );
  const scales = randomScales(given.perChannel ? channels : 1, given.most, next);
  const bias = given.bias === 'none' ? undefined : randomBias(channels, given.bias === 'large', next);
  return {
    type,
    attributes: {
      stride_h: given.strideHeight,
      stride_w: given.strideWidth,
      dilation_h_factor: given.dilationHeight,
      dilation_w_factor: given.dilationWidth,
      padding: given.padding,
      fused_activation_function: given.activation,
    },
    inputs: [
      tensor('image', [batches, height, width, depth], 'int8', quantized([1], given.inputZero)),
      tensor('weights', weightShape, 'int8', quantized(scales, 0), weights),
      bias && tensor('bias', [channels], 'int32', undefined, bias),
    ],
    output: tensor('result', [batches, outputHeight, outputWidth, channels], 'int8', quantized([1], given.outputZero)),
    images: [randomInt8(batches * height * width * depth, next)],
  };
}

const dense = fc.record({
  ...common,
  rows: fc.integer({ min: 1, max: 9 }),
  depth: fc.integer({ min: 1, max: 70 }),
  channels: fc.integer({ min: 1, max: 27 }),
  weightZero: fc.oneof(fc.constant(0), zeroPoints),
  rank: fc.constantFrom(2, 3),
});

function denseCase(given: typeof dense extends fc.Arbitrary<infer T> ? T : never): Case {
  const { rows, depth, channels } = given;
  const next = numbers(given.seed);
  const scales = randomScales(given.perChannel ? channels : 1, given.most, next);
  const bias = given.bias === 'none' ? undefined : randomBias(channels, given.bias === 'large', next);
  const shape = (last: number) => (given.rank === 2 ? [rows, last] : [1, rows, last]);
  return {
    type: 'FULLY_CONNECTED',
    attributes: { fused_activation_function: given.activation },
    inputs: [
      tensor('vectors', shape(depth), 'int8', quantized([1], given.inputZero)),
      tensor(
        'weights',
        [channels, depth],
        'int8',
        quantized(scales, given.weightZero),
        randomInt8(channels * depth, next),
      ),
      bias && tensor('bias', [channels], 'int32', quantized([scales[0] ?? 1], 0), bias),
    ],
    output: tensor('result', shape(channels), 'int8', quantized([1], given.outputZero)),
    images: [randomInt8(rows * depth, next)],
  };
}

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

describe('fast integer kernels give the bits of the plain ones', () => {
  it('CONV_2D', () => {
    fc.assert(
      fc.property(windows, (given) => expectSameBits(windowCase('CONV_2D', given))),
      { numRuns: 400 },
    );
  });

  it('DEPTHWISE_CONV_2D', () => {
    fc.assert(
      fc.property(windows, (given) => expectSameBits(windowCase('DEPTHWISE_CONV_2D', given))),
      { numRuns: 400 },
    );
  });

  it('FULLY_CONNECTED', () => {
    fc.assert(
      fc.property(dense, (given) => expectSameBits(denseCase(given))),
      { numRuns: 400 },
    );
  });

  it('ADD and SUB', () => {
    fc.assert(
      fc.property(sums, (given) => expectSameBits(sumCase(given))),
      { numRuns: 400 },
    );
  });
});
