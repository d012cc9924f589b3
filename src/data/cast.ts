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
  const result = target.make(data.length);
  if (result.constructor === data.constructor && quantization === undefined) return data;
  if (result instanceof Float32Array && !(data instanceof BigInt64Array) && !(data instanceof BigUint64Array)) {
    result.set(data);
    return result;
  }
  const scale = quantization?.scale[0] ?? 1;
  const zeroPoint = quantization?.zeroPoint[0] ?? 0;
  const [low, high] = target.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let index = 0; index < data.length; index += 1) {
    const real = Number(data[index]);
    if (target.range === undefined) result[index] = real as never;
    else {
      const integer = Math.min(high, Math.max(low, roundHalfEven(real / scale) + zeroPoint)) || 0;
      result[index] = (dtype === 'int64' ? BigInt(integer) : integer) as never;
    }
  }
  return result;
}
