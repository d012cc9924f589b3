// biome-ignore lint/style/useImportType: AssemblyScript has no imports of types.
import { FloatPlan } from './float';

/** As `multiplyFloat`, in plain single precision: `image` and weights are f32, blocks have 8 channels, and `output` has 32 spare bytes behind it. */
export function multiplySingle(plan: FloatPlan, image: usize, output: usize): void {
  const count = plan.pixelCount;
  if (count < 4) {
    for (let pixel = 0; pixel < count; pixel++) onePixel(plan, image, output, pixel);
    return;
  }
  let pixel = 0;
  for (; pixel < count - 3; pixel += 4) fourPixels(plan, image, output, pixel);
  if (pixel < count) fourPixels(plan, image, output, count - 4);
}

class Eight {
  /** Eight sums of a pixel with their biases, clamped. */
  @inline
  static store(to: usize, first: v128, second: v128, biases: usize, min: v128, max: v128): void {
    v128.store(to, f32x4.pmin(f32x4.pmax(f32x4.add(first, v128.load(biases)), min), max));
    v128.store(to, f32x4.pmin(f32x4.pmax(f32x4.add(second, v128.load(biases, 16)), min), max), 16);
  }
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
  const runs = plan.runs;
  const runsEnd = runs + ((<usize>plan.runCount) << 2);
  const elements = plan.runElements;
  let weights = plan.weights;
  let biases = plan.biases;
  for (let block = 0; block < plan.blockCount; block++) {
    let sum0A = f32x4.splat(0);
    let sum0B = sum0A;
    let sum1A = sum0A;
    let sum1B = sum0A;
    let sum2A = sum0A;
    let sum2B = sum0A;
    let sum3A = sum0A;
    let sum3B = sum0A;
    for (let run = runs; run < runsEnd; run += 4) {
      let offset = <usize>load<u32>(run);
      for (let left = elements; left > 0; left--) {
        const weightA = v128.load(weights);
        const weightB = v128.load(weights, 16);
        let value = v128.load32_splat(pixel0 + offset);
        sum0A = f32x4.add(sum0A, f32x4.mul(value, weightA));
        sum0B = f32x4.add(sum0B, f32x4.mul(value, weightB));
        value = v128.load32_splat(pixel1 + offset);
        sum1A = f32x4.add(sum1A, f32x4.mul(value, weightA));
        sum1B = f32x4.add(sum1B, f32x4.mul(value, weightB));
        value = v128.load32_splat(pixel2 + offset);
        sum2A = f32x4.add(sum2A, f32x4.mul(value, weightA));
        sum2B = f32x4.add(sum2B, f32x4.mul(value, weightB));
        value = v128.load32_splat(pixel3 + offset);
        sum3A = f32x4.add(sum3A, f32x4.mul(value, weightA));
        sum3B = f32x4.add(sum3B, f32x4.mul(value, weightB));
        offset += 4;
        weights += 32;
      }
    }
    const to = output + <usize>pixel * rowBytes + (load<u32>(plan.blocks + ((<usize>block) << 2)) << 2);
    // In the order of the pixels: what a block of fewer channels writes too much is the next pixel's, which comes after it.
    Eight.store(to, sum0A, sum0B, biases, min, max);
    Eight.store(to + rowBytes, sum1A, sum1B, biases, min, max);
    Eight.store(to + 2 * rowBytes, sum2A, sum2B, biases, min, max);
    Eight.store(to + 3 * rowBytes, sum3A, sum3B, biases, min, max);
    biases += 32;
  }
}

function onePixel(plan: FloatPlan, image: usize, output: usize, pixel: i32): void {
  const start = image + load<u32>(plan.pixels + ((<usize>pixel) << 2));
  const rowBytes = (<usize>plan.channels) << 2;
  const min = f32x4.splat(plan.min);
  const max = f32x4.splat(plan.max);
  let weights = plan.weights;
  let biases = plan.biases;
  for (let block = 0; block < plan.blockCount; block++) {
    let sumA = f32x4.splat(0);
    let sumB = sumA;
    for (let run = 0; run < plan.runCount; run++) {
      let from = start + load<u32>(plan.runs + ((<usize>run) << 2));
      for (let left = plan.runElements; left > 0; left--) {
        const value = v128.load32_splat(from);
        sumA = f32x4.add(sumA, f32x4.mul(value, v128.load(weights)));
        sumB = f32x4.add(sumB, f32x4.mul(value, v128.load(weights, 16)));
        from += 4;
        weights += 32;
      }
    }
    const to = output + <usize>pixel * rowBytes + (load<u32>(plan.blocks + ((<usize>block) << 2)) << 2);
    Eight.store(to, sumA, sumB, biases, min, max);
    biases += 32;
  }
}

/** As `depthwiseFloat`, in plain single precision. */
export function depthwiseSingle(plan: FloatPlan, image: usize, output: usize): void {
  const rowBytes = (<usize>plan.channels) << 2;
  const min = f32x4.splat(plan.min);
  const max = f32x4.splat(plan.max);
  for (let pixel = 0; pixel < plan.pixelCount; pixel++) {
    const start = image + load<u32>(plan.pixels + ((<usize>pixel) << 2));
    let weights = plan.weights;
    let biases = plan.biases;
    for (let block = 0; block < plan.blockCount; block++) {
      const channel = <usize>load<u32>(plan.blocks + ((<usize>block) << 2));
      let sumA = f32x4.splat(0);
      let sumB = sumA;
      for (let run = 0; run < plan.runCount; run++) {
        const from = start + (channel << 2) + load<u32>(plan.runs + ((<usize>run) << 2));
        sumA = f32x4.add(sumA, f32x4.mul(v128.load(from), v128.load(weights)));
        sumB = f32x4.add(sumB, f32x4.mul(v128.load(from, 16), v128.load(weights, 16)));
        weights += 32;
      }
      Eight.store(output + <usize>pixel * rowBytes + (channel << 2), sumA, sumB, biases, min, max);
      biases += 32;
    }
  }
}
