import fc from 'fast-check';
import type { Tensor } from '../../../src/graph/graph.ts';
import type { Case } from './one-operator.ts';
import {
  activations,
  numbers,
  quantized,
  randomBias,
  randomFloats,
  randomInt8,
  randomInt16,
  randomScales,
  randomWideBias,
  tensor,
  zeroPoints,
} from './one-operator.ts';

export const common = {
  seed: fc.integer(),
  inputZero: zeroPoints,
  outputZero: zeroPoints,
  activation: activations,
  perChannel: fc.boolean(),
  bias: fc.constantFrom('none', 'usual', 'large'),
  /** For int16 activations. */
  wideBias: fc.boolean(),
  /** Factors of up to 2^most: above 0 sums are shifted left. */
  most: fc.constantFrom(-4, -1, 0, 3),
};

export const windows = fc.record({
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
  /** Rows and columns of windows more than the image has room for. */
  beyond: fc.constantFrom(0, 0, 0, 1, 3),
});

export type Windows = typeof windows extends fc.Arbitrary<infer T> ? T : never;

/** A convolution as described; `undefined` where its window does not fit into the image. */
export function windowCase(
  type: 'CONV_2D' | 'DEPTHWISE_CONV_2D',
  arithmetic: 'int8' | 'int16' | 'float32',
  given: Windows,
): Case | undefined {
  const { batches, height, width, depth, kernelHeight, kernelWidth } = given;
  const next = numbers(given.seed);
  const depthwise = type === 'DEPTHWISE_CONV_2D';
  const channels = depthwise ? depth * given.multiplier : given.channels;
  const extent = (size: number, kernel: number, stride: number, dilation: number) =>
    given.padding === 'SAME' ? Math.ceil(size / stride) : Math.ceil((size - (kernel - 1) * dilation) / stride);
  const outputHeight = extent(height, kernelHeight, given.strideHeight, given.dilationHeight) + given.beyond;
  const outputWidth = extent(width, kernelWidth, given.strideWidth, given.dilationWidth) + given.beyond;
  if (outputHeight < 1 || outputWidth < 1) return undefined;
  const weightShape = depthwise
    ? [1, kernelHeight, kernelWidth, channels]
    : [channels, kernelHeight, kernelWidth, depth];
  const weightCount = weightShape.reduce((a, b) => a * b, 1);
  const imageShape = [batches, height, width, depth];
  const imageCount = batches * height * width * depth;
  const outputShape = [batches, outputHeight, outputWidth, channels];
  const attributes = {
    stride_h: given.strideHeight,
    stride_w: given.strideWidth,
    dilation_h_factor: given.dilationHeight,
    dilation_w_factor: given.dilationWidth,
    padding: given.padding,
    fused_activation_function: given.activation,
  };
  if (arithmetic === 'float32') {
    const bias = given.bias === 'none' ? undefined : randomFloats(channels, next);
    return {
      type,
      attributes,
      inputs: [
        tensor('image', imageShape, 'float32'),
        tensor('weights', weightShape, 'float32', undefined, randomFloats(weightCount, next)),
        bias && tensor('bias', [channels], 'float32', undefined, bias),
      ],
      output: tensor('result', outputShape, 'float32'),
      images: [randomFloats(imageCount, next)],
    };
  }
  const scales = randomScales(given.perChannel ? channels : 1, given.most, next);
  if (arithmetic === 'int16') {
    // Only convolutions over all channels take a bias of 32 bits.
    const bias = int16Bias(channels, { ...given, wideBias: depthwise || given.wideBias }, next);
    return {
      type,
      attributes,
      inputs: [
        tensor('image', imageShape, 'int16', quantized([2 ** -8], 0)),
        tensor('weights', weightShape, 'int8', quantized(scales, 0), randomInt8(weightCount, next)),
        bias,
      ],
      output: tensor('result', outputShape, 'int16', quantized([1], 0)),
      images: [randomInt16(imageCount, next)],
    };
  }
  const bias = given.bias === 'none' ? undefined : randomBias(channels, given.bias === 'large', next);
  return {
    type,
    attributes,
    inputs: [
      tensor('image', imageShape, 'int8', quantized([1], given.inputZero)),
      tensor('weights', weightShape, 'int8', quantized(scales, 0), randomInt8(weightCount, next)),
      bias && tensor('bias', [channels], 'int32', undefined, bias),
    ],
    output: tensor('result', outputShape, 'int8', quantized([1], given.outputZero)),
    images: [randomInt8(imageCount, next)],
  };
}

/** The bias of a layer with int16 activations. */
function int16Bias(
  channels: number,
  { bias, wideBias }: { readonly bias: string; readonly wideBias: boolean },
  next: () => number,
): Tensor | undefined {
  if (bias === 'none') return undefined;
  return wideBias
    ? tensor('bias', [channels], 'int64', undefined, randomWideBias(channels, bias === 'large', next))
    : tensor('bias', [channels], 'int32', undefined, randomBias(channels, bias === 'large', next));
}

export const dense = fc.record({
  ...common,
  rows: fc.integer({ min: 1, max: 9 }),
  depth: fc.integer({ min: 1, max: 70 }),
  channels: fc.integer({ min: 1, max: 27 }),
  weightZero: fc.oneof(fc.constant(0), zeroPoints),
  rank: fc.constantFrom(2, 3),
});

export type Dense = typeof dense extends fc.Arbitrary<infer T> ? T : never;

/** A dense layer as described. */
export function denseCase(arithmetic: 'int8' | 'int16' | 'float32', given: Dense): Case {
  const { rows, depth, channels } = given;
  const next = numbers(given.seed);
  const shape = (last: number) => (given.rank === 2 ? [rows, last] : [1, rows, last]);
  const attributes = { fused_activation_function: given.activation };
  if (arithmetic === 'float32') {
    const bias = given.bias === 'none' ? undefined : randomFloats(channels, next);
    return {
      type: 'FULLY_CONNECTED',
      attributes,
      inputs: [
        tensor('vectors', shape(depth), 'float32'),
        tensor('weights', [channels, depth], 'float32', undefined, randomFloats(channels * depth, next)),
        bias && tensor('bias', [channels], 'float32', undefined, bias),
      ],
      output: tensor('result', shape(channels), 'float32'),
      images: [randomFloats(rows * depth, next)],
    };
  }
  if (arithmetic === 'int16') {
    const scales = randomScales(1, given.most, next);
    const bias = int16Bias(channels, { ...given, wideBias: true }, next);
    return {
      type: 'FULLY_CONNECTED',
      attributes,
      inputs: [
        tensor('vectors', shape(depth), 'int16', quantized([2 ** -8], 0)),
        tensor('weights', [channels, depth], 'int8', quantized(scales, 0), randomInt8(channels * depth, next)),
        bias && { ...bias, quantization: quantized([2 ** -8 * (scales[0] ?? 1)], 0) },
      ],
      output: tensor('result', shape(channels), 'int16', quantized([1], 0)),
      images: [randomInt16(rows * depth, next)],
    };
  }
  const scales = randomScales(given.perChannel ? channels : 1, given.most, next);
  const bias = given.bias === 'none' ? undefined : randomBias(channels, given.bias === 'large', next);
  return {
    type: 'FULLY_CONNECTED',
    attributes,
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
