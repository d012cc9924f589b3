import { typeRange } from './arithmetic/activation.ts';
import { fixedPoint, requantize } from './arithmetic/fixed-point.ts';
import { evenSteps, rowMajorStrides, sourcePositions } from './by-axis.ts';
import type { Kernel, Node } from './kernel.ts';
import { input, int32, output, refuse, refuseTypes } from './refuse.ts';
import type { Value } from './values.ts';

/** MEAN in int8, int16 and float. */
export const mean: Kernel = (node) => sumOrMean(node, true);

/** SUM in int8, int16 and float. */
export const sum: Kernel = (node) => sumOrMean(node, false);

/** REDUCE_MAX in int8 and float. */
export const reduceMax: Kernel = (node) => extreme(node, Math.max, Number.NEGATIVE_INFINITY);

/** REDUCE_MIN in int8 and float. */
export const reduceMin: Kernel = (node) => extreme(node, Math.min, Number.POSITIVE_INFINITY);

/** REDUCE_ALL: true where every element is. */
export const reduceAll: Kernel = (node) => {
  const { from, to, at } = prepare(node);
  if (from.dtype !== 'bool' || to.dtype !== 'bool') refuseTypes(node, from.dtype, to.dtype);
  const elements = from.values as Uint8Array;
  const results = to.values as Uint8Array;
  return () => {
    results.fill(1);
    for (let index = 0; index < elements.length; index++) {
      if (elements[index] === 0) results[at[index] as number] = 0;
    }
  };
};

interface Reduction {
  readonly from: Value;
  readonly to: Value;
  /** For every input element, the output element that it goes into. */
  readonly at: Int32Array;
  /** Input elements for one output element. */
  readonly count: number;
}

/** Axes may be negative or repeated; they are constants, as converters make them. @throws UserError for axes that the input does not have */
function prepare(node: Node): Reduction {
  const from = input(node, 0);
  const axes = input(node, 1);
  const to = output(node);
  if (axes.dtype !== 'int32' || !axes.constant) refuse(node, 'its axes are not a constant of int32');
  const rank = from.shape.length;
  const reduced = new Set<number>();
  if (rank > 0) {
    for (const axis of int32(node, axes)) {
      if (axis < -rank || axis >= rank) refuse(node, `it has no axis ${axis}`);
      reduced.add(axis < 0 ? axis + rank : axis);
    }
  }
  const kept = from.shape.map((extent, axis) => (reduced.has(axis) ? 1 : extent));
  const strides = rowMajorStrides(kept);
  const at = sourcePositions(
    from.shape.map((extent, axis) => evenSteps(extent, reduced.has(axis) ? 0 : (strides[axis] ?? 0))),
  );
  const count = [...reduced].reduce((product, axis) => product * (from.shape[axis] ?? 1), 1);
  return { from, to, at, count };
}

function sumOrMean(node: Node, isMean: boolean): () => void {
  const { from, to, at, count } = prepare(node);
  const elements = from.values;
  const results = to.values;
  if (elements instanceof Float32Array && results instanceof Float32Array) {
    return () => {
      results.fill(0);
      for (let index = 0; index < elements.length; index++) {
        const place = at[index] as number;
        results[place] = (results[place] as number) + (elements[index] as number);
      }
      if (isMean && count > 0)
        for (let index = 0; index < results.length; index++) results[index] = (results[index] as number) / count;
    };
  }
  if (
    (elements instanceof Int8Array && results instanceof Int8Array) ||
    (elements instanceof Int16Array && results instanceof Int16Array)
  ) {
    const { multiplier, shift } = isMean ? meanFactor(from.scale / to.scale, count) : fixedPoint(from.scale / to.scale);
    const { min, max } = typeRange(to.dtype);
    const sums = new Int32Array(results.length);
    const zeros = from.zeroPoint * count;
    return () => {
      sums.fill(0);
      for (let index = 0; index < elements.length; index++) {
        const place = at[index] as number;
        sums[place] = (sums[place] as number) + (elements[index] as number);
      }
      for (let index = 0; index < results.length; index++) {
        const value = requantize(((sums[index] as number) - zeros) | 0, multiplier, shift) + to.zeroPoint;
        results[index] = value < min ? min : value > max ? max : value;
      }
    };
  }
  return refuseTypes(node, from.dtype, to.dtype);
}

/** The factor of a sum that also divides by the number of elements, rounded down (`QuantizedMeanOrSum`). */
function meanFactor(factor: number, count: number): { multiplier: number; shift: number } {
  const { multiplier, shift } = fixedPoint(factor);
  if (count === 0) return { multiplier, shift };
  const extra = Math.min(Math.floor(Math.log2(count)), 32, 31 + shift);
  return { multiplier: Number((BigInt(multiplier) << BigInt(extra)) / BigInt(count)) | 0, shift: shift - extra };
}

function extreme(node: Node, better: (a: number, b: number) => number, worst: number): () => void {
  const { from, to, at } = prepare(node);
  const elements = from.values;
  const results = to.values;
  const bytes = elements instanceof Int8Array && results instanceof Int8Array;
  if (!bytes && !(elements instanceof Float32Array && results instanceof Float32Array)) {
    return refuseTypes(node, from.dtype, to.dtype);
  }
  if (bytes && (from.scale !== to.scale || from.zeroPoint !== to.zeroPoint)) {
    refuse(node, 'its input and output are quantised differently');
  }
  const most = bytes ? 127 : 3.4028234663852886e38;
  const start = worst < 0 ? (bytes ? -128 : -most) : most;
  return () => {
    results.fill(start);
    for (let index = 0; index < elements.length; index++) {
      const place = at[index] as number;
      results[place] = better(results[place] as number, elements[index] as number);
    }
  };
}
