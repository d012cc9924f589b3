import { product, transform } from './fft.ts';
import type { FftNumbers } from './fft-numbers.ts';

/**
 * The first half of the spectrum of real samples, both ends included: complex values, real and imaginary parts in turn.
 * The samples go through a complex transform of half their number, two to a point (KISS FFT's kiss_fftr).
 * @param samples an even number of them
 */
export function realTransform(numbers: FftNumbers, samples: ArrayLike<number>) {
  const { keep, half, scaleDown } = numbers;
  const count = samples.length / 2;
  const packed = transform(numbers, samples, false);
  const spectrum = numbers.make(2 * (count + 1));
  const sumOfEven = scaleDown(packed[0] ?? 0, 2);
  const sumOfOdd = scaleDown(packed[1] ?? 0, 2);
  spectrum[0] = sumOfEven + sumOfOdd;
  spectrum[2 * count] = sumOfEven - sumOfOdd;
  for (let k = 1; k <= count / 2; k += 1) {
    const mirror = count - k;
    const a = [scaleDown(packed[2 * k] ?? 0, 2), scaleDown(packed[2 * k + 1] ?? 0, 2)] as const;
    const b = [scaleDown(packed[2 * mirror] ?? 0, 2), scaleDown(keep(-(packed[2 * mirror + 1] ?? 0)), 2)] as const;
    const sum = [keep(a[0] + b[0]), keep(a[1] + b[1])] as const;
    const turned = product(numbers, [keep(a[0] - b[0]), keep(a[1] - b[1])], superTwiddle(numbers, k, count, false));
    spectrum[2 * k] = half(sum[0] + turned[0]);
    spectrum[2 * k + 1] = half(sum[1] + turned[1]);
    spectrum[2 * mirror] = half(sum[0] - turned[0]);
    spectrum[2 * mirror + 1] = half(turned[1] - sum[1]);
  }
  return spectrum;
}

/**
 * Real samples from the first half of their spectrum, both ends included (KISS FFT's kiss_fftri): twice as many as there are bins, less two.
 */
export function inverseRealTransform(numbers: FftNumbers, spectrum: ArrayLike<number>) {
  const { keep, scaleDown } = numbers;
  const count = spectrum.length / 2 - 1;
  const packed = numbers.make(2 * count);
  const first = spectrum[0] ?? 0;
  const last = spectrum[2 * count] ?? 0;
  packed[0] = scaleDown(keep(first + last), 2);
  packed[1] = scaleDown(keep(first - last), 2);
  for (let k = 1; k <= count / 2; k += 1) {
    const mirror = count - k;
    const a = [scaleDown(spectrum[2 * k] ?? 0, 2), scaleDown(spectrum[2 * k + 1] ?? 0, 2)] as const;
    const b = [scaleDown(spectrum[2 * mirror] ?? 0, 2), scaleDown(keep(-(spectrum[2 * mirror + 1] ?? 0)), 2)] as const;
    const even = [keep(a[0] + b[0]), keep(a[1] + b[1])] as const;
    const odd = product(numbers, [keep(a[0] - b[0]), keep(a[1] - b[1])], superTwiddle(numbers, k, count, true));
    packed[2 * k] = even[0] + odd[0];
    packed[2 * k + 1] = even[1] + odd[1];
    packed[2 * mirror] = even[0] - odd[0];
    packed[2 * mirror + 1] = -keep(even[1] - odd[1]);
  }
  return transform(numbers, packed, true);
}

/** The factor that parts the two real signals which a complex transform of `count` points held. */
function superTwiddle(numbers: FftNumbers, k: number, count: number, inverse: boolean): readonly [number, number] {
  const phase = (inverse ? 1 : -1) * Math.PI * (k / count + 0.5);
  return [numbers.unit(Math.cos(phase)), numbers.unit(Math.sin(phase))];
}
