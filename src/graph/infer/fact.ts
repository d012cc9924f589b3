import type { DataType } from '../data-type.ts';
import { type ConstantValue, numbersOf } from '../evaluate/constant-value.ts';
import type { Dimension, Shape } from '../graph.ts';

/** What is known about a tensor before anything runs. */
export interface Fact {
  readonly dtype: DataType;
  readonly shape: Shape | undefined;
  /** The content, where it is known and small. */
  readonly constant?: ConstantValue;
  /** The content of a small integer vector or scalar of which some elements are known: shapes on their way to `Reshape`. */
  readonly extents?: readonly Dimension[];
}

/** Constants with more elements than this are not looked into: they are weights, not shapes. */
export const maximumKnownElements = 4096;

/** True when two facts say the same. */
export function isSameFact(left: Fact | undefined, right: Fact): boolean {
  if (left === right) return true;
  return (
    left?.dtype === right.dtype &&
    areSame(left.shape, right.shape) &&
    areSame(left.extents, right.extents) &&
    areSame(left.constant?.shape, right.constant?.shape) &&
    haveSameBytes(left.constant, right.constant)
  );
}

function areSame(left: readonly Dimension[] | undefined, right: readonly Dimension[] | undefined): boolean {
  if (left === right) return true;
  return left?.length === right?.length && left?.every((extent, axis) => extent === right?.[axis]) === true;
}

function haveSameBytes(left: ConstantValue | undefined, right: ConstantValue | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  const bytesOf = ({ elements: { buffer, byteOffset, byteLength } }: ConstantValue): Uint8Array =>
    new Uint8Array(buffer, byteOffset, byteLength);
  return Buffer.compare(bytesOf(left), bytesOf(right)) === 0;
}

/** A fact about type and shape alone. */
export function fact(dtype: DataType, shape: Shape | undefined): Fact {
  return { dtype, shape };
}

/** The elements of a small integer tensor as far as they are known; `undefined` when none are. */
export function extentsOf(known: Fact | undefined): readonly Dimension[] | undefined {
  if (known?.constant !== undefined) return numbersOf(known.constant);
  return known?.extents;
}

/** The elements when every one is known. */
export function integersOf(known: Fact | undefined): readonly number[] | undefined {
  const extents = extentsOf(known);
  return extents?.every((extent): extent is number => typeof extent === 'number')
    ? (extents as readonly number[])
    : undefined;
}

/** True for an extent that is known, or named and so equal to itself. */
export function isKnown(extent: Dimension | undefined): boolean {
  return extent !== undefined && extent !== '?';
}

/** A function of extents: computed where all are numbers, otherwise `'?'`. */
export function compute(operation: (...numbers: number[]) => number, ...extents: readonly Dimension[]): Dimension {
  if (!extents.every((extent) => typeof extent === 'number')) return '?';
  const result = operation(...(extents as number[]));
  return Number.isFinite(result) ? result : '?';
}

/** The sum of two extents; a name plus 0 keeps its name. */
export function plus(left: Dimension, right: Dimension): Dimension {
  if (left === 0) return right;
  if (right === 0) return left;
  return compute((a, b) => a + b, left, right);
}

/** The product of two extents; a name times 1 keeps its name. */
export function times(left: Dimension, right: Dimension): Dimension {
  if (left === 1) return right;
  if (right === 1) return left;
  if (left === 0 || right === 0) return 0;
  return compute((a, b) => a * b, left, right);
}

/** The product of extents. */
export function product(extents: Shape): Dimension {
  return extents.reduce(times, 1);
}

/** An extent that must be both: the one that says more. */
export function unify(left: Dimension, right: Dimension): Dimension {
  if (typeof left === 'number') return left;
  if (typeof right === 'number' || left === '?') return right;
  return left;
}

/** The extent that two broadcast to. */
function broadcastExtent(left: Dimension, right: Dimension): Dimension {
  if (left === 1) return right;
  if (right === 1) return left;
  if (left === right) return left;
  if (typeof left === 'number') return left;
  return typeof right === 'number' ? right : '?';
}

/** The shape that shapes broadcast to (numpy's rule, ONNX "multidirectional"); `undefined` when a rank is unknown. */
export function broadcast(...shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Shape | undefined = [];
  for (const shape of shapes) {
    if (result === undefined || shape === undefined) return undefined;
    const left: Shape = result;
    const rank = Math.max(left.length, shape.length);
    result = Array.from({ length: rank }, (_, axis) =>
      broadcastExtent(left[axis - rank + left.length] ?? 1, shape[axis - rank + shape.length] ?? 1),
    );
  }
  return result;
}

/** Extents that are followed where a file only states how many there are; shapes have far fewer, and a file can state billions. */
export const mostExtents = 1024;

/** A shape of this rank of which nothing else is known. */
export function unknownShape(rank: number): Shape {
  return new Array<Dimension>(rank).fill('?');
}

/** A shape of which a file states only how many extents it has; `undefined` where that is not known, or is no number that a shape can have. */
export function statedShape(rank: Dimension | undefined): Shape | undefined {
  return typeof rank === 'number' && rank >= 0 && rank <= mostExtents ? unknownShape(rank) : undefined;
}

/** What holds for both of two values: the facts after an `If`. */
export function common(left: Fact, right: Fact): Fact {
  const shape =
    left.shape !== undefined && left.shape.length === right.shape?.length
      ? left.shape.map((extent, axis) => (extent === right.shape?.[axis] ? extent : '?'))
      : undefined;
  return fact(left.dtype === 'unknown' ? right.dtype : left.dtype, shape);
}
