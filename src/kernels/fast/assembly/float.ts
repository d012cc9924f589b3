/** A prepared product or depthwise convolution of floats; the host writes it, every field in 32 bits (../float-products.ts). */
@unmanaged
export class FloatPlan {
  /** By output pixel: how many bytes into the image its window starts. */
  pixels: usize;
  pixelCount: i32;
  /** By run of the window (depthwise: by tap): how many bytes from the window's start it lies. */
  runs: usize;
  runCount: i32;
  runElements: i32;
  /** By block of 4 channels, run and element: the 4 weights as f64. */
  weights: usize;
  /** By block of 4 channels: their biases as f32. */
  biases: usize;
  /** By block: the first of its 4 channels. */
  blocks: usize;
  blockCount: i32;
  channels: i32;
  min: f32;
  max: f32;
}

class Sum {
  /** Exact products, added and then rounded to single precision, as `dotFloat` in ../../convolution.ts. */
  @inline
  static plus(sum: v128, a: v128, b: v128): v128 {
    return f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(f64x2.add(sum, f64x2.mul(a, b))));
  }

  /** Four sums with their biases, clamped. */
  @inline
  static finished(first: v128, second: v128, bias: v128, min: v128, max: v128): v128 {
    const sums = v128.shuffle<f32>(f32x4.demote_f64x2_zero(first), f32x4.demote_f64x2_zero(second), 0, 1, 4, 5);
    return f32x4.pmin(f32x4.pmax(f32x4.add(sums, bias), min), max);
  }
}

/** All channels of all output pixels: `image` is f64, `output` f32 with 16 spare bytes behind it. */
export function multiplyFloat(plan: FloatPlan, image: usize, output: usize): void {
  const count = plan.pixelCount;
  if (count < 4) {
    for (let pixel = 0; pixel < count; pixel++) onePixel(plan, image, output, pixel);
    return;
  }
  let pixel = 0;
  for (; pixel < count - 3; pixel += 4) fourPixels(plan, image, output, pixel);
  if (pixel < count) fourPixels(plan, image, output, count - 4);
}

function fourPixels(plan: FloatPlan, image: usize, output: usize, pixel: i32): void {
  const starts = plan.pixels + ((<usize>pixel) << 2);
  const pixel0 = image + load<u32>(starts);
  const pixel1 = image + load<u32>(starts, 4);
  const pixel2 = image + load<u32>(starts, 8);
  const pixel3 = image + load<u32>(starts, 12);
  const rowBytes = (<usize>plan.channels) << 2;
  const min = f32x4.splat(plan.min);
  const max = f32x4.splat(plan.max);
  let weights = plan.weights;
  let biases = plan.biases;
  for (let block = 0; block < plan.blockCount; block++) {
    let sum0A = f64x2.splat(0);
    let sum0B = sum0A;
    let sum1A = sum0A;
    let sum1B = sum0A;
    let sum2A = sum0A;
    let sum2B = sum0A;
    let sum3A = sum0A;
    let sum3B = sum0A;
    for (let run = 0; run < plan.runCount; run++) {
      let offset = load<u32>(plan.runs + ((<usize>run) << 2));
      for (let left = plan.runElements; left > 0; left--) {
        const weightA = v128.load(weights);
        const weightB = v128.load(weights, 16);
        let value = v128.load64_splat(pixel0 + offset);
        sum0A = Sum.plus(sum0A, value, weightA);
        sum0B = Sum.plus(sum0B, value, weightB);
        value = v128.load64_splat(pixel1 + offset);
        sum1A = Sum.plus(sum1A, value, weightA);
        sum1B = Sum.plus(sum1B, value, weightB);
        value = v128.load64_splat(pixel2 + offset);
        sum2A = Sum.plus(sum2A, value, weightA);
        sum2B = Sum.plus(sum2B, value, weightB);
        value = v128.load64_splat(pixel3 + offset);
        sum3A = Sum.plus(sum3A, value, weightA);
        sum3B = Sum.plus(sum3B, value, weightB);
        offset += 8;
        weights += 32;
      }
    }
    const bias = v128.load(biases);
    const to = output + <usize>pixel * rowBytes + (load<u32>(plan.blocks + ((<usize>block) << 2)) << 2);
    v128.store(to, Sum.finished(sum0A, sum0B, bias, min, max));
    v128.store(to + rowBytes, Sum.finished(sum1A, sum1B, bias, min, max));
    v128.store(to + 2 * rowBytes, Sum.finished(sum2A, sum2B, bias, min, max));
    v128.store(to + 3 * rowBytes, Sum.finished(sum3A, sum3B, bias, min, max));
    biases += 16;
  }
}

function onePixel(plan: FloatPlan, image: usize, output: usize, pixel: i32): void {
  const start = image + load<u32>(plan.pixels + ((<usize>pixel) << 2));
  const rowBytes = (<usize>plan.channels) << 2;
  const min = f32x4.splat(plan.min);
  const max = f32x4.splat(plan.max);
  let weights = plan.weights;
  for (let block = 0; block < plan.blockCount; block++) {
    let sumA = f64x2.splat(0);
    let sumB = sumA;
    for (let run = 0; run < plan.runCount; run++) {
      let from = start + load<u32>(plan.runs + ((<usize>run) << 2));
      for (let left = plan.runElements; left > 0; left--) {
        const value = v128.load64_splat(from);
        sumA = Sum.plus(sumA, value, v128.load(weights));
        sumB = Sum.plus(sumB, value, v128.load(weights, 16));
        from += 8;
        weights += 32;
      }
    }
    const bias = v128.load(plan.biases + ((<usize>block) << 4));
    const to = output + <usize>pixel * rowBytes + (load<u32>(plan.blocks + ((<usize>block) << 2)) << 2);
    v128.store(to, Sum.finished(sumA, sumB, bias, min, max));
  }
}

/** All channels of all output pixels, each from its own input channel; every run is one tap. */
export function depthwiseFloat(plan: FloatPlan, image: usize, output: usize): void {
  const rowBytes = (<usize>plan.channels) << 2;
  const min = f32x4.splat(plan.min);
  const max = f32x4.splat(plan.max);
  for (let pixel = 0; pixel < plan.pixelCount; pixel++) {
    const start = image + load<u32>(plan.pixels + ((<usize>pixel) << 2));
    const to = output + <usize>pixel * rowBytes;
    let weights = plan.weights;
    for (let block = 0; block < plan.blockCount; block++) {
      const channel = load<u32>(plan.blocks + ((<usize>block) << 2));
      let sumA = f64x2.splat(0);
      let sumB = sumA;
      for (let run = 0; run < plan.runCount; run++) {
        const from = start + (channel << 3) + load<u32>(plan.runs + ((<usize>run) << 2));
        sumA = Sum.plus(sumA, v128.load(from), v128.load(weights));
        sumB = Sum.plus(sumB, v128.load(from, 16), v128.load(weights, 16));
        weights += 32;
      }
      const bias = v128.load(plan.biases + ((<usize>block) << 4));
      v128.store(to + (channel << 2), Sum.finished(sumA, sumB, bias, min, max));
    }
  }
}
