import {
  type Arrangement,
  at,
  boundariesOfShape,
  byExtent,
  canonical,
  isSame,
  refined,
  stridesOf,
} from './arrangement.ts';

/** The axes of an ONNX shape in another order, outermost first; an axis of -1 is an additional extent of 1. */
export function ofAxes(shape: readonly number[], axes: readonly number[]): Arrangement {
  const strides = stridesOf(shape);
  return canonical(axes.flatMap((axis) => (axis < 0 ? [] : [{ extent: at(shape, axis), stride: at(strides, axis) }])));
}

/** The extents of a shape's axes in this order; 1 for an axis of -1. */
export function shapeOfAxes(shape: readonly number[], axes: readonly number[]): readonly number[] {
  return axes.map((axis) => (axis < 0 ? 1 : at(shape, axis)));
}

/** `[0, 2, …, rank - 1, 1]`: channels, which ONNX has second, last. */
export function channelsLastAxes(rank: number): readonly number[] {
  if (rank < 3) return Array.from({ length: rank }, (_, axis) => axis);
  return [0, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 2), 1];
}

/**
 * Which ONNX axis each extent of a stored shape is, -1 for additional extents of 1.
 * `undefined` where an extent is no whole axis, or an ONNX axis has no extent of its own.
 */
export function axesOf(
  arrangement: Arrangement,
  onnxShape: readonly number[],
  storedShape: readonly number[],
): readonly number[] | undefined {
  const usual = [channelsLastAxes(onnxShape.length), onnxShape.map((_, axis) => axis)];
  for (const axes of usual) {
    const isShape = shapeOfAxes(onnxShape, axes).join() === storedShape.join();
    if (isShape && isSame(ofAxes(onnxShape, axes), arrangement)) return axes;
  }
  const factors = refined(arrangement, boundariesOfShape(onnxShape));
  const groups = factors && byExtent(factors, storedShape);
  if (groups === undefined) return undefined;
  const strides = stridesOf(onnxShape);
  const units = onnxShape.flatMap((extent, axis) => (extent === 1 ? [axis] : []));
  if (storedShape.filter((extent) => extent === 1).length < units.length) return undefined;
  const axes: number[] = [];
  for (const group of groups) {
    const [only, ...more] = canonical(group);
    if (only === undefined) axes.push(units.shift() ?? -1);
    else {
      const axis = onnxShape.findIndex((extent, index) => extent === only.extent && strides[index] === only.stride);
      if (axis < 0 || more.length > 0) return undefined;
      axes.push(axis);
    }
  }
  return axes;
}

/** The order of whole axes that comes closest to an arrangement: each where its outermost factor lies, extents of 1 where ONNX has them. */
export function nearestAxes(arrangement: Arrangement, onnxShape: readonly number[]): readonly number[] {
  const identity = onnxShape.map((_, axis) => axis);
  const last = channelsLastAxes(onnxShape.length);
  if (isSame(ofAxes(onnxShape, identity), arrangement)) return identity;
  if (isSame(ofAxes(onnxShape, last), arrangement)) return last;
  const factors = refined(arrangement, boundariesOfShape(onnxShape));
  if (factors === undefined) return identity;
  const strides = stridesOf(onnxShape);
  const place = (axis: number): number => {
    const [stride, extent] = [at(strides, axis), at(onnxShape, axis)];
    const found = factors.findIndex((factor) => factor.stride >= stride && factor.stride < stride * extent);
    return found < 0 ? axis - onnxShape.length : found;
  };
  return identity.toSorted((a, b) => place(a) - place(b));
}

/** The arrangement of ONNX's `Transpose` of a tensor of `shape` by `permutation`, without moving anything; `undefined` where an axis is not whole factors. */
export function transposed(
  arrangement: Arrangement,
  shape: readonly number[],
  permutation: readonly number[],
): Arrangement | undefined {
  const factors = refined(arrangement, boundariesOfShape(shape));
  if (factors === undefined) return undefined;
  const before = stridesOf(shape);
  const after = stridesOf(permutation.map((axis) => at(shape, axis)));
  const moved = factors.map(({ extent, stride }) => {
    const axis = shape.findIndex(
      (length, index) => length > 1 && at(before, index) <= stride && stride < at(before, index) * length,
    );
    const to = permutation.indexOf(axis);
    return { extent, stride: (stride / at(before, axis)) * at(after, to) };
  });
  return canonical(moved);
}
