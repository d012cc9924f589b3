import { createHash } from 'node:crypto';
import { constantNumbers } from '../graph/constant-numbers.ts';
import type { Quantization, Shape, Tensor } from '../graph/graph.ts';

/** Numbers that are written out; longer lists are a digest. */
const writtenNumbers = 16;

/** `1×25×5×64`, `scalar`, or `?` where not even the rank is known. */
export function shapeWords(shape: Shape | undefined): string {
  if (shape === undefined) return '?';
  return shape.length === 0 ? 'scalar' : shape.join('×');
}

/** `int8 1×25×5×64`. */
export function tensorWords({ dtype, shape }: Tensor): string {
  return `${dtype} ${shapeWords(shape)}`;
}

/** The first 16 hexadecimal digits of the SHA-1 of a constant's content. */
export function contentDigest({ data, strings }: Tensor): string {
  const hash = createHash('sha1');
  if (data !== undefined) hash.update(data);
  for (const each of strings ?? []) hash.update(`${each.byteLength}:`).update(each);
  return hash.digest('hex').slice(0, 16);
}

/** A short constant's numbers as they are, any other's type, shape and digest: two constants of the same words are equal. */
export function constantWords(tensor: Tensor): string {
  if ((tensor.data?.byteLength ?? 0) <= 8 * writtenNumbers) {
    const numbers = constantNumbers(tensor);
    if (numbers !== undefined && numbers.length <= writtenNumbers) return numbersWords(numbers);
  }
  return `${tensorWords(tensor)} ${contentDigest(tensor)}`;
}

/** `[1, 2]`, single numbers without brackets; as single-precision numbers. */
export function numbersWords(numbers: readonly number[]): string {
  const texts = numbers.map(numberWords);
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}

/** Six significant digits of what is not whole. */
export function numberWords(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  return String(Number(Math.fround(value).toPrecision(6)));
}

/** `scale 0.0235 zero -128`, `64 scales 0.001 to 0.02`; empty without quantisation. */
export function quantizationWords(quantization: Quantization | undefined): string {
  const { scale, zeroPoint } = quantization ?? { scale: [], zeroPoint: [] };
  const [first] = scale;
  if (first === undefined) return '';
  const zeros = zeroPoint.every((each) => each === 0) ? '' : ` zero ${zerosWords(zeroPoint)}`;
  if (scale.length === 1) return `scale ${numberWords(first)}${zeros}`;
  const [least, most] = extremes(scale);
  return `${scale.length} scales ${numberWords(least)} to ${numberWords(most)}${zeros}`;
}

/** Two quantisations of the same key are equal. */
export function quantizationKey(quantization: Quantization | undefined): string {
  if (quantization === undefined || quantization.scale.length === 0) return '';
  const { scale, zeroPoint, axis } = quantization;
  return `${scale.map(Math.fround).join()}/${zeroPoint.join()}/${scale.length > 1 ? axis : ''}`;
}

function zerosWords(zeroPoint: readonly number[]): string {
  const [least, most] = extremes(zeroPoint);
  return least === most ? String(least) : `${least} to ${most}`;
}

/** The least and the greatest of numbers; there must be one. */
function extremes(numbers: ArrayLike<number>): readonly [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < numbers.length; at++) {
    const value = numbers[at] ?? 0;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}
