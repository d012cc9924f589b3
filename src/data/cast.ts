import { UserError } from '../errors.ts';
import type { DataType } from '../graph/data-type.ts';
import { roundHalfEven } from '../graph/evaluate/elementwise.ts';
import type { Quantization } from '../graph/graph.ts';
import type { NumberArray } from './data-set.ts';

/** How a model's input of one element type is made from numbers, and the range of integers it holds. */
const targets: Readonly<
  Partial<Record<DataType, { make: (length: number) => NumberArray; range?: readonly [number, number] }>>
> = {
  float32: { make: (length) => new Float32Array(length) },
  float64: { make: (length) => new Float64Array(length) },
  int8: { make: (length) => new Int8Array(length), range: [-128, 127] },
  uint8: { make: (length) => new Uint8Array(length), range: [0, 255] },
  bool: { make: (length) => new Uint8Array(length), range: [0, 1] },
  int16: { make: (length) => new Int16Array(length), range: [-32768, 32767] },
  uint16: { make: (length) => new Uint16Array(length), range: [0, 65535] },
  int32: { make: (length) => new Int32Array(length), range: [-(2 ** 31), 2 ** 31 - 1] },
  uint32: { make: (length) => new Uint32Array(length), range: [0, 2 ** 32 - 1] },
  int64: { make: (length) => new BigInt64Array(length), range: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] },
};

/**
 * Real values as elements of type `dtype`: quantised by the parameters where there are any, else rounded to integers; both saturate.
 * @throws UserError for types that data sets cannot give.
 */
export function castTo(data: NumberArray, dtype: DataType, quantization?: Quantization): NumberArray {
  const target = targets[dtype];
  if (target === undefined) throw new UserError(`The model takes ${dtype} inputs, which data sets cannot give yet.`);
  if (target.make(0).constructor === data.constructor && quantization === undefined) return data;
  const result = target.make(data.length);
  const [scale, zeroPoint] = [quantization?.scale[0] ?? 1, quantization?.zeroPoint[0] ?? 0];
  const [low, high] = target.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const reals = isBig(data) ? Float64Array.from(data, Number) : data;
  if (isBig(result)) {
    for (const [index, real] of reals.entries()) {
      result[index] = BigInt(Math.min(high, Math.max(low, roundHalfEven(real / scale) + zeroPoint)) || 0);
    }
  } else if (target.range === undefined) result.set(reals);
  else toIntegers(reals, result, { low: low - zeroPoint, high: high - zeroPoint, scale, zeroPoint });
  return result;
}

type PlainArray = Exclude<NumberArray, BigInt64Array | BigUint64Array>;

function isBig(data: NumberArray): data is BigInt64Array | BigUint64Array {
  return data instanceof BigInt64Array || data instanceof BigUint64Array;
}

/** Its neighbours among float64 are 1 apart: adding and taking it away rounds smaller numbers to the nearest integer, halves to even. */
const roundingNumber = 1.5 * 2 ** 52;

/** `low` and `high` are before the zero point is added. A network's inputs are bound anew for every run, so this is a loop without calls. */
function toIntegers(
  reals: PlainArray,
  integers: PlainArray,
  { low, high, scale, zeroPoint }: Readonly<Record<'low' | 'high' | 'scale' | 'zeroPoint', number>>,
): void {
  for (let index = 0; index < reals.length; index += 1) {
    const steps = (reals[index] as number) / scale;
    const inside = steps < low ? low : steps > high ? high : steps;
    integers[index] = Number.isNaN(inside) ? 0 : inside + roundingNumber - roundingNumber + zeroPoint;
  }
}
