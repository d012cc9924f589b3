import type { Quantization, Tensor } from '../graph/graph.ts';
import { stepReader, storedNumbers, type Weights } from './weight-numbers.ts';

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
  const [before, after] = [storedNumbers(base.tensor), storedNumbers(head.tensor)];
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
