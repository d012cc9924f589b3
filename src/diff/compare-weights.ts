import { halfToNumber } from '../data/float16.ts';
import { elementCount } from '../graph/access.ts';
import { viewOf } from '../graph/evaluate/constant-value.ts';
import type { Quantization, Tensor } from '../graph/graph.ts';

/** A constant and what its integers stand for. */
export interface Weights {
  readonly tensor: Tensor;
  readonly quantization: Quantization | undefined;
}

/** How far weights of one shape moved. */
export interface WeightsMoved {
  readonly elements: number;
  /** Sums of squares: of the difference and of the base, in real values. The square root of their ratio is how far the weights moved. */
  readonly differenceSquares: number;
  readonly baseSquares: number;
  /** Elements that are 0 on each side. */
  readonly baseZeros: number;
  readonly headZeros: number;
  /** True where the same real numbers, each rounded to both sides' steps, give both: only the steps changed. */
  readonly sameNumbers: boolean;
  /** Largest difference in steps of the quantisation that both sides have; `undefined` where they have not the same. */
  readonly steps?: number;
}

/** Rounding to a step takes at most half of it; clipping at the ends of the range takes more from few. */
const roundedShare = 0.995;

/** `undefined` when the bytes and their meaning are equal; `null` when they differ and can't be compared element by element. */
export function compareWeights(base: Weights, head: Weights): WeightsMoved | null | undefined {
  const stepsOfBase = stepReader(base);
  const stepsOfHead = stepReader(head);
  const isSameMeaning = base.tensor.dtype === head.tensor.dtype && equalSteps(base.quantization, head.quantization);
  if (isSameMeaning && equalBytes(base.tensor, head.tensor)) return undefined;
  const [before, after] = [numbersOf(base.tensor), numbersOf(head.tensor)];
  if (before === undefined || after === undefined || before.length !== after.length || before.length === 0) return null;
  let [differenceSquares, baseSquares, baseZeros, headZeros, rounded, steps] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < before.length; at++) {
    const [stepBefore, zeroBefore] = stepsOfBase(at);
    const [stepAfter, zeroAfter] = stepsOfHead(at);
    const one = ((before[at] ?? 0) - zeroBefore) * (stepBefore || 1);
    const other = ((after[at] ?? 0) - zeroAfter) * (stepAfter || 1);
    const difference = Math.abs(other - one);
    differenceSquares += difference * difference;
    baseSquares += one * one;
    if (one === 0) baseZeros += 1;
    if (other === 0) headZeros += 1;
    if (difference <= ((stepBefore + stepAfter) / 2) * 1.001) rounded += 1;
    if (stepBefore > 0) steps = Math.max(steps, difference / stepBefore);
  }
  if (!Number.isFinite(differenceSquares) || !Number.isFinite(baseSquares)) return null;
  const isInteger = base.quantization !== undefined || head.quantization !== undefined;
  return {
    elements: before.length,
    differenceSquares,
    baseSquares,
    baseZeros,
    headZeros,
    sameNumbers: isInteger && !isSameMeaning && rounded >= roundedShare * before.length,
    ...(isSameMeaning && isInteger ? { steps: Math.round(steps) } : {}),
  };
}

function equalBytes({ data }: Tensor, { data: other }: Tensor): boolean {
  return data !== undefined && other !== undefined && Buffer.compare(data, other) === 0;
}

function equalSteps(one: Quantization | undefined, other: Quantization | undefined): boolean {
  const words = (of: Quantization | undefined) =>
    `${of?.scale.map(Math.fround).join() ?? ''}/${of?.zeroPoint.join() ?? ''}`;
  return words(one) === words(other);
}

type Numbers =
  | Float64Array
  | Float32Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array;

/** The elements as they are stored, as numbers; `undefined` for types without. */
function numbersOf(tensor: Tensor): Numbers | undefined {
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
function stepReader({ tensor, quantization }: Weights): (element: number) => readonly [step: number, zero: number] {
  const { scale = [], zeroPoint = [], axis = 0 } = quantization ?? {};
  if (scale.length <= 1) {
    const only = [scale[0] ?? 0, zeroPoint[0] ?? 0] as const;
    return () => only;
  }
  const inner = (tensor.shape ?? []).slice(axis + 1).reduce<number>((all, extent) => all * Number(extent), 1);
  const each = scale.map((step, at) => [step, zeroPoint[at] ?? zeroPoint[0] ?? 0] as const);
  return (element) => each[Math.floor(element / inner) % each.length] ?? [0, 0];
}
