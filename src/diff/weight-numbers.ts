import { halfToNumber } from '../basics/float16.ts';
import { elementCount } from '../graph/access.ts';
import { type Elements, viewOf } from '../graph/evaluate/constant-value.ts';
import type { Quantization, Tensor } from '../graph/graph.ts';

/** A constant and what its integers stand for. */
export interface Weights {
  readonly tensor: Tensor;
  readonly quantization: Quantization | undefined;
}

type Numbers = Exclude<Elements, BigInt64Array | BigUint64Array>;

/** The elements as they are stored, as numbers; `undefined` for types without. */
export function storedNumbers(tensor: Tensor): Numbers | undefined {
  if (tensor.dtype === 'int4') return nibblesOf(tensor);
  const elements = viewOf(tensor)?.elements;
  if (elements === undefined || elements instanceof BigInt64Array || elements instanceof BigUint64Array)
    return undefined;
  if (tensor.dtype === 'float16') return Float32Array.from(elements, halfToNumber);
  if (tensor.dtype === 'bfloat16') {
    return new Float32Array(Uint32Array.from(elements, (bits) => bits << 16).buffer);
  }
  return elements;
}

function nibblesOf(tensor: Tensor): Int8Array | undefined {
  const { data } = tensor;
  const count = elementCount(tensor);
  if (data === undefined || count === undefined || data.byteLength < Math.ceil(count / 2)) return undefined;
  return Int8Array.from({ length: count }, (_, at) => (((data[at >> 1] ?? 0) >> (4 * (at & 1))) << 28) >> 28);
}

/** The step between two integers and the integer that stands for 0, by element; a step of 0 for what is not quantised. */
export function stepReader({
  tensor,
  quantization,
}: Weights): (element: number) => readonly [step: number, zero: number] {
  const { scale = [], zeroPoint = [], axis = 0 } = quantization ?? {};
  if (scale.length <= 1) {
    const only = [scale[0] ?? 0, zeroPoint[0] ?? 0] as const;
    return () => only;
  }
  const inner = (tensor.shape ?? []).slice(axis + 1).reduce<number>((all, extent) => all * Number(extent), 1);
  const each = scale.map((step, at) => [step, zeroPoint[at] ?? zeroPoint[0] ?? 0] as const);
  return (element) => each[Math.floor(element / inner) % each.length] ?? [0, 0];
}
