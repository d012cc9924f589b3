import { Requantize, scalingBytes, wideScalingBytes } from './requantize';

/** A prepared matrix product; the host writes it, every field in 32 bits (../products.ts). */
@unmanaged
export class Products {
  /** By output pixel: how many bytes into the image its window starts. */
  pixels: usize;
  pixelCount: i32;
  /** By run of the window: how many bytes from the window's start it lies. */
  runs: usize;
  runCount: i32;
  /** Groups of 4 elements of a run. */
  quads: i32;
  /** By block of 8 channels, run and pair of elements: 8 × the pair's two weights as i16. */
  weights: usize;
  /** By block of 8 channels: see `Requantize`; for 64-bit accumulators their own table. */
  scaling: usize;
  /** Not 0 where `Requantize.fourRight` is enough. */
  right: i32;
  /** By block: the first of its 8 channels. */
  blocks: usize;
  blockCount: i32;
  channels: i32;
  /** Output clamp, less the zero point. */
  low: i32;
  high: i32;
  zeroPoint: i32;
}

/**
 * All channels of all output pixels: `image` is i16 less its zero point, `output` i8 with 8 spare bytes behind it.
 * Four pixels at a time; the last four overlap the ones before.
 */
export function multiply(plan: Products, image: usize, output: usize): void {
  multiplyTo<i8>(plan, image, output);
}

/** As `multiply` with an output of i16, without zero points, with 16 spare bytes behind it. */
export function multiply16(plan: Products, image: usize, output: usize): void {
  multiplyTo<i16>(plan, image, output);
}

/** As `multiply16` with biases of 64 bits. */
export function multiplyWide(plan: Products, image: usize, output: usize): void {
  multiplyTo<i64>(plan, image, output);
}

/** `T` is the output's type, i64 for i16 from 64-bit accumulators. */
function multiplyTo<T>(plan: Products, image: usize, output: usize): void {
  const count = plan.pixelCount;
  if (count < 4) {
    for (let pixel = 0; pixel < count; pixel++) onePixel<T>(plan, image, output, pixel);
    return;
  }
  let pixel = 0;
  for (; pixel < count - 3; pixel += 4) fourPixels<T>(plan, image, output, pixel);
  if (pixel < count) fourPixels<T>(plan, image, output, count - 4);
}

function fourPixels<T>(plan: Products, image: usize, output: usize, pixel: i32): void {
  const starts = plan.pixels + ((<usize>pixel) << 2);
  const pixel0 = image + load<u32>(starts);
  const pixel1 = image + load<u32>(starts, 4);
  const pixel2 = image + load<u32>(starts, 8);
  const pixel3 = image + load<u32>(starts, 12);
  const channels = <usize>plan.channels;
  const right = plan.right !== 0;
  const low = i16x8.splat(<i16>plan.low);
  const high = i16x8.splat(<i16>plan.high);
  const zeroPoint = i16x8.splat(<i16>plan.zeroPoint);
  const runs = plan.runs;
  const runsEnd = runs + ((<usize>plan.runCount) << 2);
  const quads = plan.quads;
  let weights = plan.weights;
  let scaling = plan.scaling;
  const blocks = plan.blocks;
  const blocksEnd = blocks + ((<usize>plan.blockCount) << 2);
  for (let block = blocks; block < blocksEnd; block += 4) {
    const biasA = sizeof<T>() === 8 ? i32x4.splat(0) : v128.load(scaling);
    const biasB = sizeof<T>() === 8 ? i32x4.splat(0) : v128.load(scaling, 16);
    let sum0A = biasA;
    let sum0B = biasB;
    let sum1A = biasA;
    let sum1B = biasB;
    let sum2A = biasA;
    let sum2B = biasB;
    let sum3A = biasA;
    let sum3B = biasB;
    for (let run = runs; run < runsEnd; run += 4) {
      const offset = load<u32>(run);
      let from0 = pixel0 + offset;
      let from1 = pixel1 + offset;
      let from2 = pixel2 + offset;
      let from3 = pixel3 + offset;
      for (let quad = quads; quad > 0; quad--) {
        let weightA = v128.load(weights);
        let weightB = v128.load(weights, 16);
        let pair = v128.load32_splat(from0);
        sum0A = i32x4.add(sum0A, i32x4.dot_i16x8_s(pair, weightA));
        sum0B = i32x4.add(sum0B, i32x4.dot_i16x8_s(pair, weightB));
        pair = v128.load32_splat(from1);
        sum1A = i32x4.add(sum1A, i32x4.dot_i16x8_s(pair, weightA));
        sum1B = i32x4.add(sum1B, i32x4.dot_i16x8_s(pair, weightB));
        pair = v128.load32_splat(from2);
        sum2A = i32x4.add(sum2A, i32x4.dot_i16x8_s(pair, weightA));
        sum2B = i32x4.add(sum2B, i32x4.dot_i16x8_s(pair, weightB));
        pair = v128.load32_splat(from3);
        sum3A = i32x4.add(sum3A, i32x4.dot_i16x8_s(pair, weightA));
        sum3B = i32x4.add(sum3B, i32x4.dot_i16x8_s(pair, weightB));

        weightA = v128.load(weights, 32);
        weightB = v128.load(weights, 48);
        pair = v128.load32_splat(from0, 4);
        sum0A = i32x4.add(sum0A, i32x4.dot_i16x8_s(pair, weightA));
        sum0B = i32x4.add(sum0B, i32x4.dot_i16x8_s(pair, weightB));
        pair = v128.load32_splat(from1, 4);
        sum1A = i32x4.add(sum1A, i32x4.dot_i16x8_s(pair, weightA));
        sum1B = i32x4.add(sum1B, i32x4.dot_i16x8_s(pair, weightB));
        pair = v128.load32_splat(from2, 4);
        sum2A = i32x4.add(sum2A, i32x4.dot_i16x8_s(pair, weightA));
        sum2B = i32x4.add(sum2B, i32x4.dot_i16x8_s(pair, weightB));
        pair = v128.load32_splat(from3, 4);
        sum3A = i32x4.add(sum3A, i32x4.dot_i16x8_s(pair, weightA));
        sum3B = i32x4.add(sum3B, i32x4.dot_i16x8_s(pair, weightB));
        from0 += 8;
        from1 += 8;
        from2 += 8;
        from3 += 8;
        weights += 64;
      }
    }
    if (sizeof<T>() === 1) {
      const to = output + <usize>pixel * channels + load<u32>(block);
      const first = i8x16.narrow_i16x8_s(
        Requantize.eight(sum0A, sum0B, scaling, right, low, high, zeroPoint),
        Requantize.eight(sum1A, sum1B, scaling, right, low, high, zeroPoint),
      );
      const second = i8x16.narrow_i16x8_s(
        Requantize.eight(sum2A, sum2B, scaling, right, low, high, zeroPoint),
        Requantize.eight(sum3A, sum3B, scaling, right, low, high, zeroPoint),
      );
      v128.store64_lane(to, first, 0);
      v128.store64_lane(to + channels, first, 1);
      v128.store64_lane(to + 2 * channels, second, 0);
      v128.store64_lane(to + 3 * channels, second, 1);
      scaling += scalingBytes;
      continue;
    }
    const to = output + ((<usize>pixel * channels + load<u32>(block)) << 1);
    if (sizeof<T>() === 2) {
      v128.store(to, Requantize.eight(sum0A, sum0B, scaling, right, low, high, zeroPoint));
      v128.store(to + 2 * channels, Requantize.eight(sum1A, sum1B, scaling, right, low, high, zeroPoint));
      v128.store(to + 4 * channels, Requantize.eight(sum2A, sum2B, scaling, right, low, high, zeroPoint));
      v128.store(to + 6 * channels, Requantize.eight(sum3A, sum3B, scaling, right, low, high, zeroPoint));
      scaling += scalingBytes;
    } else {
      Requantize.storeWide(to, sum0A, sum0B, scaling, low, high);
      Requantize.storeWide(to + 2 * channels, sum1A, sum1B, scaling, low, high);
      Requantize.storeWide(to + 4 * channels, sum2A, sum2B, scaling, low, high);
      Requantize.storeWide(to + 6 * channels, sum3A, sum3B, scaling, low, high);
      scaling += wideScalingBytes;
    }
  }
}

function onePixel<T>(plan: Products, image: usize, output: usize, pixel: i32): void {
  const start = image + load<u32>(plan.pixels + ((<usize>pixel) << 2));
  const channels = <usize>plan.channels;
  const right = plan.right !== 0;
  const low = i16x8.splat(<i16>plan.low);
  const high = i16x8.splat(<i16>plan.high);
  const zeroPoint = i16x8.splat(<i16>plan.zeroPoint);
  let weights = plan.weights;
  let scaling = plan.scaling;
  for (let block = 0; block < plan.blockCount; block++) {
    let sumA = sizeof<T>() === 8 ? i32x4.splat(0) : v128.load(scaling);
    let sumB = sizeof<T>() === 8 ? i32x4.splat(0) : v128.load(scaling, 16);
    for (let run = 0; run < plan.runCount; run++) {
      let from = start + load<u32>(plan.runs + ((<usize>run) << 2));
      for (let quad = plan.quads; quad > 0; quad--) {
        let pair = v128.load32_splat(from);
        sumA = i32x4.add(sumA, i32x4.dot_i16x8_s(pair, v128.load(weights)));
        sumB = i32x4.add(sumB, i32x4.dot_i16x8_s(pair, v128.load(weights, 16)));
        pair = v128.load32_splat(from, 4);
        sumA = i32x4.add(sumA, i32x4.dot_i16x8_s(pair, v128.load(weights, 32)));
        sumB = i32x4.add(sumB, i32x4.dot_i16x8_s(pair, v128.load(weights, 48)));
        from += 8;
        weights += 64;
      }
    }
    const at = <usize>pixel * channels + load<u32>(plan.blocks + ((<usize>block) << 2));
    if (sizeof<T>() === 8) {
      Requantize.storeWide(output + (at << 1), sumA, sumB, scaling, low, high);
      scaling += wideScalingBytes;
      continue;
    }
    const result = Requantize.eight(sumA, sumB, scaling, right, low, high, zeroPoint);
    if (sizeof<T>() === 1) v128.store64_lane(output + at, i8x16.narrow_i16x8_s(result, result), 0);
    else v128.store(output + (at << 1), result);
    scaling += scalingBytes;
  }
}
