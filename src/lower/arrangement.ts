/**
 * One digit of an element's place in memory: `extent` values, each `stride` elements further in the ONNX tensor's own (row-major) order.
 */
export interface Factor {
  readonly extent: number;
  readonly stride: number;
}

/**
 * In which order the elements of an ONNX tensor lie in a TensorFlow Lite tensor: factors from the outermost to the innermost.
 * It says nothing of shapes: ONNX `Reshape` leaves an arrangement as it is, and `Transpose` only renames strides,
 * so neither moves a byte until somebody asks for another arrangement.
 * Always canonical: no extents of 1, neighbours that count on in each other merged. As in ONNX is one factor, or none.
 *
 *     [N, C, H, W] kept channels-last:  N · CHW,  HW · 1,  C · HW      (extent · stride)
 */
export type Arrangement = readonly Factor[];

/** The distance between neighbours along each axis of a row-major tensor, in elements. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  }
  return strides;
}

/** Product of extents. */
export function product(extents: readonly number[]): number {
  return extents.reduce((total, extent) => total * extent, 1);
}

/** Factors without extents of 1, merged where two count on in each other. */
export function canonical(factors: readonly Factor[]): Arrangement {
  const merged: Factor[] = [];
  for (const factor of factors) {
    if (factor.extent === 1) continue;
    const last = merged.at(-1);
    if (last !== undefined && last.stride === factor.stride * factor.extent) {
      merged[merged.length - 1] = { extent: last.extent * factor.extent, stride: factor.stride };
    } else merged.push(factor);
  }
  return merged;
}

/** Elements in the order of ONNX. */
export function asInOnnx(shape: readonly number[]): Arrangement {
  return canonical([{ extent: product(shape), stride: 1 }]);
}

/** True when both order elements alike. */
export function isSame(a: Arrangement, b: Arrangement): boolean {
  return (
    a.length === b.length &&
    a.every(({ extent, stride }, index) => extent === b[index]?.extent && stride === b[index]?.stride)
  );
}

/** Strides at which a factor of the shape begins or ends. */
export function boundariesOfShape(shape: readonly number[]): readonly number[] {
  return [product(shape), ...stridesOf(shape)];
}

/** Strides at which a factor begins or ends. */
export function boundariesOf(arrangement: Arrangement): readonly number[] {
  return arrangement.flatMap(({ extent, stride }) => [stride, stride * extent]);
}

/** The same order in factors that none of `boundaries` (strides) lies within; `undefined` where they do not divide. Not canonical. */
export function refined(arrangement: Arrangement, boundaries: readonly number[]): readonly Factor[] | undefined {
  const parts: Factor[] = [];
  for (const { extent, stride } of arrangement) {
    const end = stride * extent;
    const inside = [...new Set(boundaries)].filter((boundary) => boundary > stride && boundary < end);
    let outer = end;
    for (const boundary of inside.sort((a, b) => b - a)) {
      if (outer % boundary !== 0) return undefined;
      parts.push({ extent: outer / boundary, stride: boundary });
      outer = boundary;
    }
    if (outer % stride !== 0) return undefined;
    parts.push({ extent: outer / stride, stride });
  }
  return parts;
}

/** The factors within each extent of a stored shape; `undefined` where an extent would cut one in a part that does not divide it. */
export function byExtent(
  factors: readonly Factor[],
  shape: readonly number[],
): readonly (readonly Factor[])[] | undefined {
  const rest = factors.filter(({ extent }) => extent > 1).reverse();
  const groups: Factor[][] = [];
  for (const extent of shape) {
    const group: Factor[] = [];
    let needed = extent;
    while (needed > 1) {
      const next = rest.pop();
      if (next === undefined) return undefined;
      if (needed % next.extent === 0) {
        group.push(next);
        needed /= next.extent;
      } else if (next.extent % needed === 0) {
        const inner = next.extent / needed;
        group.push({ extent: needed, stride: next.stride * inner });
        rest.push({ extent: inner, stride: next.stride });
        needed = 1;
      } else return undefined;
    }
    groups.push(group);
  }
  return groups;
}

/** For every stored element, in order, its place in the ONNX tensor. */
export function onnxPlaces(arrangement: Arrangement): Int32Array {
  let places = Int32Array.of(0);
  for (const { extent, stride } of arrangement) {
    const longer = new Int32Array(places.length * extent);
    let next = 0;
    for (const base of places) for (let index = 0; index < extent; index++) longer[next++] = base + index * stride;
    places = longer;
  }
  return places;
}

/** An element that is there. */
export function at(list: readonly number[], index: number): number {
  const value = list[index];
  if (value === undefined) throw new RangeError(`no element ${index} in a list of ${list.length}`);
  return value;
}
