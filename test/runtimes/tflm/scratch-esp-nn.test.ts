import { describe, expect, test } from 'vitest';
import {
  espConvolutionScratch,
  espDepthwiseScratch,
  espSoftmaxScratch,
} from '../../../src/runtimes/tflm/arena/scratch-esp-nn.ts';
import type { Convolution } from '../../../src/runtimes/tflm/convolution.ts';
import type { KernelBuild } from '../../../src/runtimes/tflm/kernels.ts';
import { kernelBuild } from '../../../src/runtimes/tflm/kernels.ts';
import { loadBoard } from '../../../src/targets/load.ts';

const s3: KernelBuild = { library: 'esp-nn', vectors: 'esp32-s3' };
const p4: KernelBuild = { library: 'esp-nn', vectors: 'esp32-p4' };
const plain: KernelBuild = { library: 'esp-nn', vectors: 'none' };

type Square = readonly [side: number, channels: number];

/** A square convolution: input, filter side, output, stride and padding before. */
function square(
  [side, channels]: Square,
  filter: number,
  [outSide, outChannels]: Square,
  stride = 1,
  padding = 0,
): Convolution {
  const both = (extent: number) => ({ height: extent, width: extent });
  return {
    batch: 1,
    input: { ...both(side), channels },
    filter: { ...both(filter), channels },
    output: { ...both(outSide), channels: outChannels },
    stride: both(stride),
    dilation: both(1),
    padding: both(padding),
  };
}

/** Worked out by hand from the published functions, term by term. */
describe('scratch of ESP-NN', () => {
  test.each<[string, Convolution, number, number]>([
    // S3: weights 64·64, columns 2·8·64, 64. P4 the same with 32.
    ['pointwise', square([8, 64], 1, [8, 64]), 4096 + 1024 + 64, 4096 + 1024 + 32],
    // S3: 12 channels become 16: input 4·16, weights 16·8, 4 pixels are too few for columns, 64. P4: sums 4·8, weights 16·8, 32, 32.
    ['pointwise, few pixels, channels filled up', square([2, 12], 1, [2, 8]), 64 + 128 + 64, 32 + 128 + 32 + 32],
    // A row of 9 and a window of 27 bytes: columns. S3: 8·4 + 16 + 8·32 + 16 + 32 + 64. P4: 8·4 + 27 + 32.
    ['three channels', square([8, 3], 3, [8, 8], 1, 1), 416, 91],
    // S3: input (8+2)²·16, weights 9·16·8, aligned rows 48·3·8, border (8+2)²·16 (8·1+2-8 = 2), 64, sums 8·4. P4: columns 32 + 144 + 32.
    ['padded', square([8, 16], 3, [8, 8], 1, 1), 1600 + 1152 + 1152 + 1600 + 64 + 32, 208],
    // S3: weights 9·16·8, rows 48·3·8, no border (6+2-8 = 0), 64, 32. P4: 9·16·8 + 32 + 32.
    ['not padded', square([8, 16], 3, [6, 8]), 1152 + 1152 + 64 + 32, 1152 + 64],
  ])('%s convolution', (_, shape, ofS3, ofP4) => {
    expect(espConvolutionScratch(shape, s3)).toBe(ofS3);
    expect(espConvolutionScratch(shape, p4)).toBe(ofP4);
    expect(espConvolutionScratch(shape, plain)).toBe(0);
  });

  test.each<[string, Convolution, number]>([
    // Weights 9·16, input (8+2)²·16, 16.
    ['3x3 of 16 channels, padded', square([8, 16], 3, [8, 16], 1, 1), 144 + 1600 + 16],
    // Nothing lies outside: 6·1 + 2 - 8 = 0.
    ['3x3 of 16 channels, not padded', square([8, 16], 3, [6, 16]), 144 + 16],
    // (64+2)²·16 = 69,696 is over 40 KiB: three rows of 66·16.
    ['3x3 of 16 channels, large', square([64, 16], 3, [64, 16], 1, 1), 144 + 66 * 3 * 16 + 16],
    // 24 channels become 32: 9·32, input (8+2+2)²·32, output 64·32, 64.
    ['3x3 of 24 channels', square([8, 24], 3, [8, 24], 1, 1), 288 + 4608 + 2048 + 64],
    // In 16 bits: 2·(72 + 512) + 32.
    ['3x3 of 8 channels', square([8, 8], 3, [8, 8], 1, 1), 1200],
    // In 16 bits: 2·(25·16 + 64·16) + 32.
    ['5x5 of 16 channels', square([8, 16], 5, [4, 16]), 2880],
    // 2·(400 + 16,384) is under 48 KiB, 2·(400 + 65,536) over: weights and five rows of 64·16 in 16 bits.
    ['5x5 of 16 channels, large', square([64, 16], 5, [60, 16]), 800 + 2 * 64 * 5 * 16 + 32],
    // 5 channels become 8: weights 144, input 576 (from 144), output 288 (from 720, to 1008), bias, shift, multiplier 96, 16.
    ['3x3 of 5 channels', square([6, 5], 3, [6, 5], 1, 1), 144 + 576 + 288 + 96 + 16],
    // Multiplied by 4: 2·(9·4·4 + 36·4) + 32.
    ['4 channels for each', square([6, 4], 3, [6, 16], 1, 1), 608],
    ['2 channels for each', square([6, 4], 3, [6, 8], 1, 1), 32],
  ])('%s depthwise', (_, shape, ofS3) => {
    expect(espDepthwiseScratch(shape, s3)).toBe(ofS3);
    expect(espDepthwiseScratch(shape, p4)).toBe(0);
  });

  test('softmax: a number for each of the second axis', () => {
    expect(espSoftmaxScratch([1, 12])).toBe(48);
  });

  test('the ESP32-S3 runs its vector kernels', () => {
    expect(kernelBuild(loadBoard('esp32-s3'))).toEqual(s3);
  });
});
