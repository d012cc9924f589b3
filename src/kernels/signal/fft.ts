import type { FftNumbers } from './fft-numbers.ts';

/** Real and imaginary part. */
type Point = readonly [re: number, im: number];

/**
 * The radices of a transform of `length` points as KISS FFT chooses them: fours, then twos, then odd numbers.
 * Which butterflies run decides where fixed point rounds.
 */
function radices(length: number): number[] {
  const found: number[] = [];
  const limit = Math.floor(Math.sqrt(length));
  let rest = length;
  let radix = 4;
  do {
    while (rest % radix !== 0) {
      radix = radix === 4 ? 2 : radix === 2 ? 3 : radix + 2;
      if (radix > limit) radix = rest;
    }
    rest /= radix;
    found.push(radix);
  } while (rest > 1);
  return found;
}

/**
 * The discrete Fourier transform of complex points (real and imaginary parts in turn), divided by their number in fixed point.
 * Mixed radix, decimation in time, rounding where KISS FFT rounds.
 * @throws RangeError when the number of points has a prime factor above 5
 */
export function transform(numbers: FftNumbers, input: ArrayLike<number>, inverse: boolean) {
  const length = input.length / 2;
  const plan = radices(length);
  const foreign = plan.find((radix) => radix > 5);
  if (foreign !== undefined) throw new RangeError(`no butterfly of radix ${foreign}`);
  const twiddles = roots(numbers, length, inverse);
  const output = numbers.make(2 * length);
  const stage = (depth: number, to: number, from: number, step: number, size: number): void => {
    const radix = plan[depth] ?? 1;
    const part = size / radix;
    for (let branch = 0; branch < radix; branch += 1) {
      const place = to + branch * part;
      const source = from + branch * step;
      if (part > 1) stage(depth + 1, place, source, step * radix, part);
      else output.set([input[2 * source] ?? 0, input[2 * source + 1] ?? 0], 2 * place);
    }
    for (let point = 0; point < part; point += 1) {
      const points = Array.from({ length: radix }, (_, branch): Point => {
        const place = 2 * (to + point + branch * part);
        const scaled: Point = [
          numbers.scaleDown(output[place] ?? 0, radix),
          numbers.scaleDown(output[place + 1] ?? 0, radix),
        ];
        return branch === 0 ? scaled : product(numbers, scaled, twiddles[branch * point * step] ?? [0, 0]);
      });
      const combined = combine(numbers, points, twiddles[part * step] ?? [0, 0], twiddles[2 * part * step], inverse);
      combined.forEach((value, branch) => {
        output.set(value, 2 * (to + point + branch * part));
      });
    }
  };
  stage(0, 0, 0, 1, length);
  return output;
}

/** The twiddle factors `e^(∓2πi·k/length)`. */
function roots(numbers: FftNumbers, length: number, inverse: boolean): Point[] {
  return Array.from({ length }, (_, index): Point => {
    const phase = ((inverse ? 2 : -2) * Math.PI * index) / length;
    return [numbers.unit(Math.cos(phase)), numbers.unit(Math.sin(phase))];
  });
}

/** `a * b`, rounded as the format does. */
export function product(numbers: FftNumbers, a: Point, b: Point): Point {
  return [numbers.products(a[0], b[0], -a[1], b[1]), numbers.products(a[0], b[1], a[1], b[0])];
}

/** The butterfly of 2 to 5 points; `first` and `second` are the roots of unity that radices 3 and 5 need. */
function combine(
  numbers: FftNumbers,
  points: readonly Point[],
  first: Point,
  second: Point | undefined,
  inverse: boolean,
): Point[] {
  const { keep, half } = numbers;
  const plus = (a: Point, b: Point): Point => [keep(a[0] + b[0]), keep(a[1] + b[1])];
  const minus = (a: Point, b: Point): Point => [keep(a[0] - b[0]), keep(a[1] - b[1])];
  const scaledBy = (a: Point, factor: number): Point => [
    numbers.products(a[0], factor, 0, 0),
    numbers.products(a[1], factor, 0, 0),
  ];
  /** `a` turned by 90° clockwise. */
  const turned = (a: Point): Point => [a[1], keep(-a[0])];
  const [a = [0, 0], b = [0, 0], c = [0, 0], d = [0, 0], e = [0, 0]] = points;
  switch (points.length) {
    case 2:
      return [plus(a, b), minus(a, b)];
    case 3: {
      const sum = plus(b, c);
      const middle = minus(a, [half(sum[0]), half(sum[1])]);
      const side = turned(scaledBy(minus(b, c), first[1]));
      return [plus(a, sum), minus(middle, side), plus(middle, side)];
    }
    case 4: {
      const even = plus(a, c);
      const odd = plus(b, d);
      const side = inverse ? turned(minus(d, b)) : turned(minus(b, d));
      return [plus(even, odd), plus(minus(a, c), side), minus(even, odd), minus(minus(a, c), side)];
    }
    case 5: {
      const y: Point = second ?? [0, 0];
      const outer = plus(b, e);
      const inner = plus(c, d);
      const outerSide = turned(minus(b, e));
      const innerSide = turned(minus(c, d));
      const near = plus(plus(a, scaledBy(outer, first[0])), scaledBy(inner, y[0]));
      const nearSide = plus(scaledBy(outerSide, first[1]), scaledBy(innerSide, y[1]));
      const far = plus(plus(a, scaledBy(outer, y[0])), scaledBy(inner, first[0]));
      const farSide = minus(scaledBy(innerSide, first[1]), scaledBy(outerSide, y[1]));
      return [
        plus(a, plus(outer, inner)),
        minus(near, nearSide),
        plus(far, farSide),
        minus(far, farSide),
        plus(near, nearSide),
      ];
    }
    default:
      return [...points];
  }
}
