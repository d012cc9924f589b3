import { Requantize, scalingBytes, wideScalingBytes } from './requantize';

/** A prepared depthwise convolution; the host writes it, every field in 32 bits (../depthwise-convolution.ts). */
@unmanaged
export class Depthwise {
  /** By output pixel: how many bytes into the image its window starts. */
  pixels: usize;
  pixelCount: i32;
  /** By pair of taps: how many bytes from the window's start each of the two lies. */
  taps: usize;
  pairCount: i32;
  /** By block of 8 channels and pair of taps: 8 × the pair's two weights as i16. */
  weights: usize;
  scaling: usize;
  right: i32;
  blocks: usize;
  blockCount: i32;
  channels: i32;
  low: i32;
  high: i32;
  zeroPoint: i32;
}

/** All channels of all output pixels, each from its own input channel; arguments as of `multiply`. */
export function depthwise(plan: Depthwise, image: usize, output: usize): void {
  depthwiseTo<i8>(plan, image, output);
}

/** As `depthwise`; arguments as of `multiplyWide`. */
export function depthwiseWide(plan: Depthwise, image: usize, output: usize): void {
  depthwiseTo<i64>(plan, image, output);
}

/** `T` is i8, or i64 for i16 from 64-bit accumulators. */
function depthwiseTo<T>(plan: Depthwise, image: usize, output: usize): void {
  const count = plan.pixelCount;
  if (count === 1) {
    twoPixels<T>(plan, image, output, 0, 0);
    return;
  }
  let pixel = 0;
  for (; pixel < count - 1; pixel += 2) twoPixels<T>(plan, image, output, pixel, pixel + 1);
  if (pixel < count) twoPixels<T>(plan, image, output, pixel, pixel);
}

function twoPixels<T>(plan: Depthwise, image: usize, output: usize, first: i32, second: i32): void {
  const pixel0 = image + load<u32>(plan.pixels + ((<usize>first) << 2));
  const pixel1 = image + load<u32>(plan.pixels + ((<usize>second) << 2));
  const channels = <usize>plan.channels;
  const rowBytes = sizeof<T>() === 8 ? 2 * channels : channels;
  const to0 = output + <usize>first * rowBytes;
  const to1 = output + <usize>second * rowBytes;
  const right = plan.right !== 0;
  const low = i16x8.splat(<i16>plan.low);
  const high = i16x8.splat(<i16>plan.high);
  const zeroPoint = i16x8.splat(<i16>plan.zeroPoint);
  const taps = plan.taps;
  const tapsEnd = taps + ((<usize>plan.pairCount) << 3);
  const blocks = plan.blocks;
  const blocksEnd = blocks + ((<usize>plan.blockCount) << 2);
  let weights = plan.weights;
  let scaling = plan.scaling;
  for (let block = blocks; block < blocksEnd; block += 4) {
    const channel = load<u32>(block);
    const from0 = pixel0 + 2 * channel;
    const from1 = pixel1 + 2 * channel;
    let sum0A = sizeof<T>() === 8 ? i32x4.splat(0) : v128.load(scaling);
    let sum0B = sizeof<T>() === 8 ? i32x4.splat(0) : v128.load(scaling, 16);
    let sum1A = sum0A;
    let sum1B = sum0B;
    for (let tap = taps; tap < tapsEnd; tap += 8) {
      const tapA = load<u32>(tap);
      const tapB = load<u32>(tap, 4);
      const weightA = v128.load(weights);
      const weightB = v128.load(weights, 16);
      let a = v128.load(from0 + tapA);
      let b = v128.load(from0 + tapB);
      sum0A = i32x4.add(sum0A, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), weightA));
      sum0B = i32x4.add(sum0B, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), weightB));
      a = v128.load(from1 + tapA);
      b = v128.load(from1 + tapB);
      sum1A = i32x4.add(sum1A, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), weightA));
      sum1B = i32x4.add(sum1B, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), weightB));
      weights += 32;
    }
    if (sizeof<T>() === 8) {
      Requantize.storeWide(to0 + 2 * channel, sum0A, sum0B, scaling, low, high);
      Requantize.storeWide(to1 + 2 * channel, sum1A, sum1B, scaling, low, high);
      scaling += wideScalingBytes;
      continue;
    }
    const result = i8x16.narrow_i16x8_s(
      Requantize.eight(sum0A, sum0B, scaling, right, low, high, zeroPoint),
      Requantize.eight(sum1A, sum1B, scaling, right, low, high, zeroPoint),
    );
    v128.store64_lane(to0 + channel, result, 0);
    v128.store64_lane(to1 + channel, result, 1);
    scaling += scalingBytes;
  }
}
